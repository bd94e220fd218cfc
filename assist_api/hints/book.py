"""The hint book of a sector: talk tracks, prompts, forbidden words, words of anger, questions. Data; pure.

`books/common.yaml` holds what every sector shares; `books/<sector>.yaml` adds to it, and an item with the same id
replaces the shared one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from importlib import resources
from typing import Annotated, Any, Literal, get_args

import yaml
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, ValidationError, model_validator

from assist_api.hints.phrases import LONGEST_PHRASE, expression
from assist_api.knowledge.policy import BusinessType
from kit.errors import InvalidInputError

BookSector = Literal["general", "power", "gas", "water", "heating", "tv"]
"""Sectors with a book; `general` is for calls whose sector nobody knows."""
BOOK_SECTORS: tuple[BookSector, ...] = get_args(BookSector)


def _readable(phrase: str) -> str:
    try:
        expression(phrase)
    except InvalidInputError as error:
        raise ValueError(error.message) from error
    return phrase


Id = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=300)]
Phrase = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=LONGEST_PHRASE), AfterValidator(_readable)
]
Phrases = Annotated[tuple[Phrase, ...], Field(max_length=100)]
SomePhrases = Annotated[tuple[Phrase, ...], Field(min_length=1, max_length=100)]


_Data = list[dict[str, Any]] | dict[str, Any]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class BothLanguages(_Part):
    """A text in the two languages of the pages."""

    zh: Text
    en: Text


class Step(_Part):
    """One step of a talk track, ticked by the agent's own words."""

    id: Id
    name: BothLanguages
    say: BothLanguages = Field(description="What the agent may read aloud")
    heard: Phrases = Field(description="Words of the agent that tick the step")
    unless: Phrases = Field(default=(), description="Words in which they do not count")
    repeats: bool = Field(default=False, description="Ticked when the agent repeats a number or place of the caller")


class Prompt(_Part):
    """What the agent is reminded of when something is said before a step of the track was."""

    id: Id
    name: BothLanguages
    advice: BothLanguages
    speaker: Literal["agent", "customer"]
    heard: SomePhrases
    unless: Phrases = ()
    missing_step: Id = Field(description="The reminder comes while this step is not ticked")


class ForbiddenWord(_Part):
    """What an agent must not say, and what to say instead."""

    id: Id
    name: BothLanguages
    advice: BothLanguages
    heard: SomePhrases
    unless: Phrases = ()


class AngerWord(_Part):
    """Words of an angry caller."""

    id: Id
    name: BothLanguages
    points: Annotated[int, Field(ge=1, le=5)]
    heard: SomePhrases
    unless: Phrases = ()


class TreeAnswer(_Part):
    """An answer of the caller to a question."""

    name: BothLanguages
    heard: SomePhrases
    unless: Phrases = ()
    then: Id | None = Field(default=None, description="The question that follows; null where the answer decides")
    means: BothLanguages | None = Field(default=None, description="What the answer shows, such as the category")


class TreeQuestion(_Part):
    """One question of a situation."""

    id: Id
    ask: BothLanguages
    asked: Phrases = Field(default=(), description="Other wordings of the agent that count as asked")
    answers: Annotated[tuple[TreeAnswer, ...], Field(min_length=1, max_length=12)]


class Situation(_Part):
    """A situation of the caller, and the tree of questions that separates its causes; it begins at the first one."""

    id: Id
    name: BothLanguages
    heard: SomePhrases
    unless: Phrases = ()
    questions: Annotated[tuple[TreeQuestion, ...], Field(min_length=1, max_length=30)]

    @model_validator(mode="after")
    def _check_order(self) -> Situation:
        ids = [question.id for question in self.questions]
        _check_unique(f"situation {self.id}", ids)
        for place, question in enumerate(self.questions):
            for answer in question.answers:
                if answer.then is not None and answer.then not in ids[place + 1 :]:
                    raise ValueError(f"question {question.id}: `then` names no later question: {answer.then}")
        return self


class HintBook(_Part):
    """Everything that hints are made from, for one sector."""

    steps: Annotated[tuple[Step, ...], Field(min_length=1, max_length=40)]
    tracks: dict[BusinessType, Annotated[tuple[Id, ...], Field(max_length=20)]]
    prompts: Annotated[tuple[Prompt, ...], Field(max_length=60)]
    forbidden: Annotated[tuple[ForbiddenWord, ...], Field(max_length=100)]
    anger_advice: BothLanguages
    anger: Annotated[tuple[AngerWord, ...], Field(max_length=100)]
    situations: Annotated[tuple[Situation, ...], Field(max_length=60)]

    @model_validator(mode="after")
    def _check_names(self) -> HintBook:
        steps = [step.id for step in self.steps]
        for name, items in (
            ("steps", self.steps), ("prompts", self.prompts), ("forbidden", self.forbidden), ("anger", self.anger),
            ("situations", self.situations),
        ):  # fmt: skip
            _check_unique(name, [item.id for item in items])
        for business_type, track in self.tracks.items():
            if missing := [step for step in track if step not in steps]:
                raise ValueError(f"the track {business_type} names no step of the book: {', '.join(missing)}")
        for prompt in self.prompts:
            if prompt.missing_step not in steps:
                raise ValueError(f"the prompt {prompt.id} names no step of the book: {prompt.missing_step}")
        return self


def _check_unique(name: str, ids: Iterable[str]) -> None:
    seen: set[str] = set()
    for item in ids:
        if item in seen:
            raise ValueError(f"{name}: {item} stands there twice")
        seen.add(item)


def parse_book(value: Mapping[str, Any]) -> HintBook:
    """Return a book.

    Raises:
        InvalidInputError: `hint_book_invalid`; `field` names the place of the first mistake.
    """
    try:
        return HintBook.model_validate(value)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(("book", *map(str, first["loc"])))
        problem = str(first["msg"]).removeprefix("Value error, ")
        raise InvalidInputError(f"{place}: {problem}", field=place, code="hint_book_invalid") from error


@cache
def shipped_book(sector: BookSector) -> HintBook:
    """Return the book that ships with the product."""
    common = _read("common")
    own = {} if sector == "general" else _read(sector)
    return parse_book({name: _joined(part, own[name]) if name in own else part for name, part in common.items()})


def _read(name: str) -> dict[str, Any]:
    text = resources.files("assist_api.hints").joinpath("books", f"{name}.yaml").read_text("utf-8")
    value: dict[str, Any] = yaml.safe_load(text)
    return value


def _joined(common: _Data, own: _Data) -> _Data:
    """Return a part of the shared book with that of a sector: items by their ids, tracks by business type."""
    if isinstance(common, list) and isinstance(own, list):
        return list({item["id"]: item for item in (*common, *own)}.values())
    if isinstance(common, dict) and isinstance(own, dict):
        return common | own
    raise TypeError("the shared book and that of the sector are of different shapes")


def book_sector(sector: str | None) -> BookSector:
    """Return whose book serves a call of this sector."""
    return next((known for known in BOOK_SECTORS if known == sector), "general")
