"""What the import services give."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import Field

from kb.entries.schemas import OutputModel
from kb.gold.comparison import DropPolicy
from kb.gold.schemas import GoldReport
from kb.ingest.document import DropReason, UnitKind
from kb.ingest.drafts import FileSettings, ImportSettings
from kb.ingest.models import FileState, ImportState, Plan


class Refusal(OutputModel):
    """Why a file is refused."""

    code: str = Field(description="Stable, translatable")
    message: str = Field(description="English sentence that says how to mend it")
    details: dict[str, Any] = Field(description="Values for the translated text")


class DropView(OutputModel):
    """What of a file is in no entry."""

    reason: DropReason
    characters: int
    count: int = Field(description="Pieces")
    example: str = Field(description="Beginning of the first piece")


class ImportFileView(OutputModel):
    """A file of an import."""

    id: UUID
    name: str = Field(description="Path below the folder that was sent")
    size_bytes: int
    state: FileState
    settings: FileSettings | None = Field(description="In place of the settings of the batch")
    refusal: Refusal | None
    title: str = Field(description="What the document calls itself")
    format: str
    encoding: str = Field(description="Of a plain text; empty for other formats")
    source_characters: int = Field(description="Characters of the source, blanks apart")
    kept_characters: int = Field(description="Those that stand in entries")
    unexplained_characters: int = Field(description="Source less kept less dropped: zero unless something was lost")
    drops: list[DropView]
    counts: dict[Plan, int] = Field(description="Units by what publishing does with them")


class ImportSummary(OutputModel):
    """A line of the list of imports."""

    id: UUID
    state: ImportState
    author: str
    created_at: datetime
    finished_at: datetime | None
    failure: str | None = Field(description="Why the last run stopped short; publish or read again to go on")
    file_count: int = Field(description="Archives apart, whose files are counted")
    done_count: int = Field(description="Files the present or last stage has dealt with")
    refused_count: int
    counts: dict[Plan, int]
    first_name: str = Field(description="Name of the first file; empty while there is none")


class TestRefusal(OutputModel):
    """Why the gold questions did not let an import pass."""

    policy: DropPolicy
    report: GoldReport | None = Field(description="Null when the questions could not be run")


class TakenBack(OutputModel):
    """What became of an import that somebody took back."""

    by: str
    at: datetime | None = Field(description="Null while it is still under way")
    entries: int = Field(description="Entries that are as they were before the import")
    left: int = Field(description="Entries that somebody had changed since; they stay as they are")


class ImportDetail(ImportSummary):
    """An import with its files."""

    settings: ImportSettings
    is_testing: bool = Field(description="Publishing has begun and the gold questions are running: nothing is written")
    test_refusal: TestRefusal | None = Field(description="With a `failure` of the gold questions")
    test_run_id: UUID | None = Field(description="The run of gold questions that let it pass")
    taken_back: TakenBack | None = Field(description="Null while its entries stand")
    files: list[ImportFileView]


class ImportPage(OutputModel):
    """One page of imports, the newest first."""

    items: list[ImportSummary]
    next_cursor: str | None


class UnitView(OutputModel):
    """A unit of a file: what becomes, or became, an entry."""

    position: int
    kind: UnitKind
    title: str
    path: list[str] = Field(description="Headings above it, outermost first")
    number: str = Field(description="Of an article, as the document writes it")
    page: int | None
    answer: str = Field(description="Markdown")
    script: str
    variants: list[str]
    sector: str = Field(description="That the document states for it; `all` for every sector, empty for the setting")
    plan: Plan
    problem: str | None = Field(description="Why it is refused or kept")
    entry_id: UUID | None
    is_taken_back: bool | None = Field(
        description="Whether taking the import back undid it; false: somebody had changed the entry since"
    )


class UnitPage(OutputModel):
    """Units of a file in order."""

    items: list[UnitView]
    next_after: int | None = Field(description="Ask for units behind this position; null on the last page")
