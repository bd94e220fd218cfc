"""What goes into and comes out of the word service. Input has defaults, output has none."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from pydantic import Field

from kb.entries.models import RevisionOrigin
from kb.entries.schemas import InputModel, OutputModel
from kb.search.question.analysis.lexicon import WordUse


class WordGroupDraft(InputModel):
    """Everything a person or a file may say about a group. Rules beyond types: `kb.words.validation`."""

    use: WordUse = Field(
        description="synonyms: each word finds the others; one_way: the first finds the others; whole: never cut"
    )
    sector: str | None = Field(default=None, description="power, heating, water, gas, tv; null for every sector")
    words: list[str] = Field(description="In a one_way group the first word is the one that callers say")
    note: str = ""


class WordGroup(OutputModel):
    """One group."""

    id: UUID
    key: str | None = Field(description="Set when the group came with the product")
    use: WordUse
    sector: str | None
    words: list[str]
    note: str
    origin: RevisionOrigin = Field(description="pack: as it came with the product; edit: a person wrote it")
    number: int = Field(description="Counts the edits from 1; send it back with a change")
    author: str
    updated_at: datetime


class WordGroupPage(OutputModel):
    """One page of groups, the one changed last first."""

    items: list[WordGroup]
    next_cursor: str | None
    total: int = Field(description="How many groups fit the filter")


class WordImportReport(OutputModel):
    """What became of a file that was imported."""

    created: int
    updated: int
    unchanged: int
    kept: int = Field(description="Groups of the product's list that a person changed or removed: left as they are")
