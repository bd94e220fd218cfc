"""Safety rules as data: words, patterns and guards in a YAML file that a curator edits, compiled once. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib import resources
from typing import Annotated, Literal

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from kit.errors import InvalidInputError

_REFERENCE = re.compile(r"<([a-z_]+)>")
_GAP = re.compile(r"\.\.(\d{1,2})")
_NO_DENIAL = "(?:(?!没(?!盖|了盖|锁|拦|围|关)|不是|不漏|不冒|不会|未|别)[^。！？!?；;])"
"""What a gap may hold: one sentence, and no word that denies what comes after it."""
_MAX_DEPTH = 8
"""Classes name classes; deeper than this they name each other in a circle."""


WordList = Annotated[list[str], BeforeValidator(lambda value: value.split() if isinstance(value, str) else value)]
"""Words and expressions, separated by spaces in the file."""


class DangerKind(StrEnum):
    """What endangers people at this moment."""

    GAS_LEAK = "gas_leak"
    CARBON_MONOXIDE = "carbon_monoxide"
    ELECTRIC_SHOCK = "electric_shock"
    FALLEN_LINE = "fallen_line"
    FIRE = "fire"
    BURST_MAIN = "burst_main"
    TRAPPED = "trapped"


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class BilingualText(_Strict):
    """A text in the two languages of the pages."""

    zh: Annotated[str, Field(min_length=1)]
    en: Annotated[str, Field(min_length=1)]


class PatternText(_Strict):
    """One pattern as the curator wrote it.

    Attributes:
        says: Parts of a sentence, as the head of `rules.yaml` explains.
        certain: Whether a partial transcript is enough.
        unless: What keeps this pattern from counting in the words around it; a regular expression, empty for nothing.
    """

    says: Annotated[str, Field(min_length=1)]
    certain: bool = False
    unless: str = ""


class KindText(_Strict):
    """One kind of danger: its name, what the caller is told now, and what it sounds like."""

    name: BilingualText
    tell_caller: BilingualText
    patterns: Annotated[list[PatternText], Field(min_length=1)]


class GuardTexts(_Strict):
    """What keeps a pattern from counting; every entry is a regular expression."""

    denial: WordList
    denied_after: WordList
    plain_denial: WordList
    near: dict[str, WordList]
    comparison: WordList
    sentence: dict[str, WordList]
    urgent: WordList
    turning: WordList


class RuleFile(_Strict):
    """`rules.yaml` as it is written."""

    version: Literal[1]
    sounds: WordList
    classes: dict[str, WordList]
    kinds: dict[DangerKind, KindText]
    precedence: list[DangerKind]
    guards: GuardTexts


@dataclass(frozen=True, slots=True)
class Pattern:
    """A compiled pattern: all parts must occur; the last one is what the guards look at, `unless` among them."""

    kind: DangerKind
    says: str
    parts: tuple[re.Pattern[str], ...]
    is_certain: bool
    unless: re.Pattern[str] | None = None


@dataclass(frozen=True, slots=True)
class RuleBook:
    """Every rule in force, compiled.

    Attributes:
        kinds: Names and texts to say, by kind.
        patterns: In the order of precedence of their kinds.
        sounds: Words that are also recognised by their sound.
        denial: Matches a denial that ends where a hit begins.
        denied_after: Matches right behind a hit.
        plain_denial: Denials that speak for a whole sentence; only for what no rule names.
        near: Guards within the stretch around a hit, by name.
        comparison: Figures of speech; what stands inside one is not meant.
        sentence: Guards anywhere in the sentence, by name.
        urgent: Overrules `sentence`.
        turning: Where a new stretch begins.
    """

    kinds: Mapping[DangerKind, KindText]
    patterns: tuple[Pattern, ...]
    sounds: tuple[str, ...]
    denial: re.Pattern[str]
    denied_after: re.Pattern[str]
    plain_denial: re.Pattern[str]
    near: Mapping[str, re.Pattern[str]]
    comparison: re.Pattern[str]
    sentence: Mapping[str, re.Pattern[str]]
    urgent: re.Pattern[str]
    turning: re.Pattern[str]


@cache
def shipped_rules() -> RuleBook:
    """Return the rules that ship with the product."""
    return parse_rules(resources.files("assist_api.alerts").joinpath("rules.yaml").read_text("utf-8"))


def parse_rules(text: str) -> RuleBook:
    """Return the compiled rules of a YAML text.

    Raises:
        InvalidInputError: The text is not as described, a pattern names an unknown class or is no regular expression,
            or a kind of danger has no rules; the message names the place.
    """
    try:
        written = RuleFile.model_validate(yaml.safe_load(text))
    except yaml.YAMLError as error:
        raise _error("file", f"this is no YAML: {error}") from error
    except ValidationError as error:
        first = error.errors()[0]
        raise _error(".".join(map(str, first["loc"])), first["msg"]) from error
    if missing := [kind.value for kind in DangerKind if kind not in written.kinds or kind not in written.precedence]:
        raise _error("kinds", f"there must be rules and a place in precedence for {', '.join(missing)}")
    return _compiled(written)


def _compiled(written: RuleFile) -> RuleBook:
    def union(name: str, texts: Sequence[str]) -> re.Pattern[str]:
        return _regex(name, "|".join(f"(?:{_expanded(name, text, written.classes)})" for text in texts) or r"(?!)")

    guards = written.guards
    patterns = (
        _pattern(kind, place, pattern, written.classes)
        for kind in written.precedence
        for place, pattern in enumerate(written.kinds[kind].patterns)
    )
    denial = "|".join(f"(?:{text})" for text in guards.denial)
    return RuleBook(
        kinds=written.kinds,
        patterns=tuple(patterns),
        sounds=tuple(written.sounds),
        denial=_regex("guards.denial", rf"(?:{denial})$"),
        denied_after=union("guards.denied_after", guards.denied_after),
        plain_denial=union("guards.plain_denial", guards.plain_denial),
        near={name: union(f"guards.near.{name}", texts) for name, texts in guards.near.items()},
        comparison=union("guards.comparison", guards.comparison),
        sentence={name: union(f"guards.sentence.{name}", texts) for name, texts in guards.sentence.items()},
        urgent=union("guards.urgent", guards.urgent),
        turning=union("guards.turning", guards.turning),
    )


def _pattern(kind: DangerKind, place: int, written: PatternText, classes: Mapping[str, list[str]]) -> Pattern:
    name = f"kinds.{kind}.patterns.{place}"
    parts = tuple(
        _regex(name, "".join(_token(name, token, classes) for token in part.split()))
        for part in written.says.split(" & ")
    )
    unless = _regex(f"{name}.unless", _expanded(name, written.unless, classes)) if written.unless else None
    return Pattern(kind, written.says, parts, written.certain, unless)


def _token(name: str, token: str, classes: Mapping[str, list[str]]) -> str:
    if gap := _GAP.fullmatch(token):
        return f"{_NO_DENIAL}{{0,{gap[1]}}}?"
    return f"(?:{_expanded(name, token, classes)})"


def _expanded(name: str, text: str, classes: Mapping[str, list[str]], depth: int = 0) -> str:
    def expand(found: re.Match[str]) -> str:
        if found[1] not in classes:
            raise _error(name, f"there is no class <{found[1]}>; the classes are {', '.join(classes)}")
        if depth > _MAX_DEPTH:
            raise _error(name, f"class <{found[1]}> names itself")
        return "(?:" + "|".join(_expanded(name, item, classes, depth + 1) for item in classes[found[1]]) + ")"

    return _REFERENCE.sub(expand, text)


def _regex(name: str, text: str) -> re.Pattern[str]:
    try:
        return re.compile(text)
    except re.error as error:
        raise _error(name, f"this is no regular expression: {error}") from error


def _error(place: str, problem: str) -> InvalidInputError:
    return InvalidInputError(f"safety rules, {place}: {problem}", field=place, code="safety_rules_invalid")
