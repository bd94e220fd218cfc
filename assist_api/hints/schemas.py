"""What the endpoints of hint books take and give."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from assist_api.alerts.raised import TwoLanguages
from assist_api.hints.book import HintBook
from assist_api.http.schemas import InputModel, OutputModel
from assist_api.http.wire import Span
from assist_api.knowledge.policy import BusinessType

TestLine = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500)]
FoundKind = Literal["step", "prompt", "forbidden", "anger", "situation"]


class HintBookView(OutputModel):
    """The book of a sector as it is in force."""

    sector: str
    book: HintBook
    number: int = Field(description="Version; 0 while the shipped book is in force")
    note: str
    author_name: str
    since: datetime | None
    is_shipped: bool = Field(description="Whether it says the same as the book that ships with the product")


class HintBookChange(InputModel):
    """Another book to put in force, whole."""

    book: HintBook
    note: Annotated[str, StringConstraints(strip_whitespace=True, max_length=500)] = ""
    based_on: Annotated[int, Field(ge=0, lt=2**31, description="Number of the version seen; 0 for the shipped book")]


class HintTestLine(InputModel):
    """One sentence."""

    role: Literal["customer", "agent"]
    text: TestLine


class HintTest(InputModel):
    """A conversation to try a book on; nothing is stored."""

    book: HintBook | None = Field(default=None, description="A book that is not saved yet; left out, the one in force")
    lines: Annotated[list[HintTestLine], Field(min_length=1, max_length=60)]


class FoundHint(OutputModel):
    """What a book hears in one sentence."""

    kind: FoundKind
    key: str
    name: TwoLanguages
    advice: TwoLanguages | None
    span: Span
    points: int = Field(description="Of anger; 0 for everything else")


class TestedLine(OutputModel):
    """One sentence of a test and what the book hears in it."""

    role: Literal["customer", "agent"]
    text: str
    found: list[FoundHint]
    ask: TwoLanguages | None = Field(description="The question proposed after this sentence")


class HintTestResult(OutputModel):
    """The result of a test."""

    lines: list[TestedLine]


class TrackStep(OutputModel):
    """One step of a talk track."""

    step_id: str
    name: TwoLanguages
    say: TwoLanguages


class TalkTracks(OutputModel):
    """The talk tracks of a sector."""

    tracks: dict[BusinessType, list[TrackStep]]
