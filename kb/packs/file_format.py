"""Knowledge packs as files: YAML or JSON Lines in, checked items with their line numbers out. No database.

A YAML pack is a mapping with the lists `entries`, `cases` and `gold_questions`. In a JSON Lines pack every line is
one item with `kind` (`entry`, `case` or `gold_question`) beside its fields. Entries and cases have a `key` that stays
the same for ever: importing a pack again finds the item by it. Gold questions name the key of their `entry`.
"""

from __future__ import annotations

import json
from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml
from pydantic import Field, ValidationError

from kb.entries.schemas import CaseDraft, EntryDraft, InputModel
from kb.entries.validation import Problem, find_case_problems, find_entry_problems
from kb.gold.questions import find_question_problems
from kb.taxonomy.tree import load_taxonomy

MAX_PACK_BYTES = 20 * 1024 * 1024
SUFFIXES = frozenset({".yaml", ".yml", ".jsonl"})
KEY_PATTERN = r"^[a-z0-9][a-z0-9._-]{0,99}$"


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a file was not imported: one problem of one item, or of the file itself.

    Attributes:
        line: Line of the file, from 1.
        key: Key of the item; empty when it has none or the whole file is meant.
        field: Field of the item; empty when the whole item or file is meant.
        code: Stable and translatable.
        message: English sentence that says how to mend it.
    """

    line: int
    key: str
    field: str
    code: str
    message: str


class PackEntry(EntryDraft):
    """An entry of a pack."""

    key: str = Field(pattern=KEY_PATTERN)

    def draft(self) -> EntryDraft:
        """Return what the entry says, without its key."""
        return EntryDraft.model_validate(self.model_dump(exclude={"key"}))


class PackCase(CaseDraft):
    """A case of a pack, with the keys of the entries it was solved with."""

    key: str = Field(pattern=KEY_PATTERN)
    entries: list[str] = Field(default_factory=list)

    def draft(self) -> CaseDraft:
        """Return what the case says, without its keys."""
        return CaseDraft.model_validate(self.model_dump(exclude={"key", "entries"}))


class PackQuestions(InputModel):
    """Gold questions of one entry: what a caller may say, in words that are not among its variants."""

    entry: str = Field(pattern=KEY_PATTERN)
    questions: list[str] = Field(min_length=1)

    @property
    def key(self) -> str:
        """The name of this item in a pack; entries have these names without the prefix."""
        return f"{GOLD_PREFIX}{self.entry}"


GOLD_PREFIX = "gold:"


@dataclass(frozen=True, slots=True)
class Pack:
    """One file, read and checked; a pack with refusals must not be imported.

    Attributes:
        path: The file.
        entries: By key, in file order.
        cases: By key, in file order.
        lines: Line of each item, by key.
        refused: Every problem found, by line.
        questions: Gold questions by key of the item, in file order.
    """

    path: Path
    entries: Mapping[str, PackEntry]
    cases: Mapping[str, PackCase]
    lines: Mapping[str, int]
    refused: tuple[Refusal, ...]
    questions: Mapping[str, PackQuestions] = field(default_factory=dict)

    def items(self) -> Iterator[PackEntry | PackCase | PackQuestions]:
        """Yield every entry, then every case, then every item of gold questions."""
        yield from self.entries.values()
        yield from self.cases.values()
        yield from self.questions.values()


@dataclass(frozen=True, slots=True)
class RawItem:
    """An item as the file has it.

    Attributes:
        kind: `entry` or `case`.
        line: Where it begins.
        fields: What it says, unchecked.
        field_lines: Where its fields begin, as far as known.
    """

    kind: str
    line: int
    fields: object
    field_lines: Mapping[str, int]


class PackSyntaxError(Exception):
    """The file is not YAML, JSON Lines or a pack at all."""

    def __init__(self, line: int, message: str) -> None:
        super().__init__(message)
        self.line = line
        self.message = message


def read_pack(path: Path) -> Pack:
    """Read and check one file; blocks. Whatever is wrong ends up in `Pack.refused`."""
    builder = _PackBuilder()
    try:
        for item in _read_items(path):
            builder.add(item)
    except PackSyntaxError as error:
        builder.refused.append(Refusal(error.line, "", "", "pack_unreadable", error.message))
    refused = tuple(sorted(builder.refused, key=lambda refusal: refusal.line))
    return Pack(path, builder.entries, builder.cases, builder.lines, refused, builder.questions)


class _PackBuilder:
    def __init__(self) -> None:
        self.entries: dict[str, PackEntry] = {}
        self.cases: dict[str, PackCase] = {}
        self.questions: dict[str, PackQuestions] = {}
        self.lines: dict[str, int] = {}
        self.refused: list[Refusal] = []

    def add(self, raw: RawItem) -> None:
        key = str(raw.fields.get("key", raw.fields.get("entry", ""))) if isinstance(raw.fields, dict) else ""
        problems = list(self._accept(raw))
        self.refused += [
            Refusal(
                raw.field_lines.get(item.field.partition(".")[0], raw.line), key, item.field, item.code, item.message
            )
            for item in problems
        ]

    def _accept(self, raw: RawItem) -> Iterator[Problem]:
        try:
            item = _MODELS[raw.kind].model_validate(raw.fields)
        except ValidationError as error:
            yield from _type_problems(error)
            return
        if item.key in self.lines:
            name = "entry" if isinstance(item, PackQuestions) else "key"
            message = f"The key was used on line {self.lines[item.key]} already; keys must be unique."
            yield Problem(name, "key_duplicate", message)
            return
        self.lines[item.key] = raw.line
        if isinstance(item, PackEntry):
            self.entries[item.key] = item
            yield from find_entry_problems(item, load_taxonomy())
        elif isinstance(item, PackQuestions):
            self.questions[item.key] = item
            for index, text in enumerate(item.questions):
                yield from find_question_problems(text, f"questions.{index}")
        else:
            self.cases[item.key] = item
            yield from find_case_problems(item, load_taxonomy())


_MODELS: dict[str, type[PackEntry | PackCase | PackQuestions]] = {
    "entry": PackEntry,
    "case": PackCase,
    "gold_question": PackQuestions,
}


def _type_problems(error: ValidationError) -> Iterator[Problem]:
    for problem in error.errors(include_url=False, include_input=False):
        field = ".".join(str(part) for part in problem["loc"])
        yield Problem(field, "field_invalid", f"{field or 'The item'}: {problem['msg']}.")


def _read_items(path: Path) -> Iterator[RawItem]:
    try:
        if path.stat().st_size > MAX_PACK_BYTES:
            raise PackSyntaxError(1, f"The file is larger than {MAX_PACK_BYTES} bytes; split it.")
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise PackSyntaxError(1, f"The file cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise PackSyntaxError(1, f"The file is not UTF-8 (byte {error.start}); save it as UTF-8.") from error
    if path.suffix == ".jsonl":
        return _jsonl_items(text)
    return _yaml_items(text)


def _jsonl_items(text: str) -> Iterator[RawItem]:
    for line, row in enumerate(text.split("\n"), start=1):
        if not row.strip():
            continue
        try:
            fields = json.loads(row)
        except (ValueError, RecursionError) as error:
            raise PackSyntaxError(line, f"The line is not JSON: {error}.") from error
        kind = fields.pop("kind", None) if isinstance(fields, dict) else None
        if kind not in _MODELS:
            raise PackSyntaxError(line, "The line must be an object with `kind`: entry, case or gold_question.")
        yield RawItem(kind, line, fields, {})


class StrictLoader(yaml.SafeLoader):
    """Safe YAML without aliases (a short file with nested aliases can grow without bound) and duplicate keys."""

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        """Compose the next node; refuses an alias."""
        if self.check_event(yaml.AliasEvent):
            event = self.peek_event()  # type: ignore[no-untyped-call]  # debt: the stubs lack it
            raise PackSyntaxError(
                event.start_mark.line + 1, "YAML aliases are not allowed in a pack; write the value out."
            )
        return super().compose_node(parent, index)

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        """Construct a mapping; refuses a key that stands in it twice."""
        seen = set()
        for key, _value in node.value:
            if key.value in seen:
                raise PackSyntaxError(key.start_mark.line + 1, f"{key.value} stands here twice; remove one.")
            seen.add(key.value)
        return super().construct_mapping(node, deep)


def _yaml_items(text: str) -> Iterator[RawItem]:
    try:
        loader = StrictLoader(text)
        root = loader.get_single_node()
        if root is None:
            raise PackSyntaxError(1, "The file is empty; a pack has `entries` or `cases`.")
        if not isinstance(root, yaml.MappingNode):
            raise PackSyntaxError(1, "A pack is a mapping with `entries` or `cases`.")
        for name, section in root.value:
            yield from _section_items(loader, name, section)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise PackSyntaxError(line, f"The file is not YAML: {error.problem}.") from error
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        raise PackSyntaxError(1, f"The file is not YAML: {error}.") from error


_SECTIONS = {"entries": "entry", "cases": "case", "gold_questions": "gold_question"}


def _section_items(loader: StrictLoader, name: yaml.Node, section: yaml.Node) -> Iterator[RawItem]:
    kind = _SECTIONS.get(str(name.value))
    if kind is None:
        message = f"{name.value!r} is not known; use {', '.join(_SECTIONS)}."
        raise PackSyntaxError(name.start_mark.line + 1, message)
    if not isinstance(section, yaml.SequenceNode):
        raise PackSyntaxError(name.start_mark.line + 1, f"{name.value} must be a list.")
    for node in section.value:
        lines = {}
        if isinstance(node, yaml.MappingNode):
            lines = {str(key.value): key.start_mark.line + 1 for key, _value in node.value}
        yield RawItem(kind, node.start_mark.line + 1, loader.construct_document(node), lines)
