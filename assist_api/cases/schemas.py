"""What the case endpoints take and give beyond `kb.entries.schemas`."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field, StringConstraints

from assist_api.categories.ranked import RankedCategory
from assist_api.http.schemas import InputModel, OutputModel
from kb.entries.models import CaseOutcome
from kb.entries.schemas import CaseCluster, CaseDetail, CaseDraft, EntryOutcomes, EvidenceLine, Solution
from kb.search.query import MAX_QUERY_CHARACTERS

MAX_PAGE = 100
MAX_LINKED = 20
ShortText = Annotated[str, StringConstraints(max_length=100)]


class CaseEdit(CaseDraft):
    """The whole text of a case, its entries, and the version it was written on."""

    entry_ids: list[UUID] = Field(default=[], max_length=MAX_LINKED, description="Entries it was solved with")
    base_version: int | None = Field(
        default=None, ge=1, description="Null for a new case; 409 `stale_case` when it is no longer the current one"
    )

    def draft(self) -> CaseDraft:
        """Return the text alone."""
        return CaseDraft.model_validate(self.model_dump(exclude={"entry_ids", "base_version"}))


class CaseProposal(OutputModel):
    """A form that is filled in with what was said; everything in it is de-identified."""

    title: str
    problem: str
    facts: dict[str, str]
    sector: str | None
    situation: str | None = Field(description="Null while the category ranking abstained")
    business_type: str | None
    solution: str
    outcome: CaseOutcome
    occurred_on: date
    area: str
    equipment: str
    entry_ids: list[UUID] = Field(description="Entries that the agent used")


class OfferedEntry(OutputModel):
    """An entry that the call showed."""

    entry_id: UUID
    title: str
    is_used: bool


class CallCase(OutputModel):
    """Everything the form of a call's case needs."""

    case: CaseDetail | None = Field(description="The case of this call, when there is one already")
    proposal: CaseProposal
    entries: list[OfferedEntry]
    categories: list[RankedCategory] = Field(description="Best first; empty when nothing was ranked")
    lines: list[EvidenceLine] = Field(description="What was said, de-identified, with what each sentence gave")
    has_audio: bool


class CaseSearch(InputModel):
    """Filters and a text; they travel in the body, for what people type does not belong into a URL."""

    text: Annotated[str, StringConstraints(max_length=MAX_QUERY_CHARACTERS)] = ""
    sector: ShortText | None = None
    situation: ShortText | None = Field(default=None, description="A situation or a group of them")
    outcome: CaseOutcome | None = None
    equipment: ShortText = ""
    area: ShortText = ""
    occurred_from: date | None = None
    occurred_until: date | None = None
    entry_id: UUID | None = None
    cursor: Annotated[str, StringConstraints(max_length=200)] | None = None
    limit: Annotated[int, Field(ge=1, le=MAX_PAGE)] = 50


class CaseSearchAnswer(OutputModel):
    """One page of cases: the newest first, with a text the most alike first and on one page."""

    items: list[CaseDetail] = Field(description="De-identified")
    next_cursor: str | None
    state: Literal["complete", "lexical_only", "local", "unavailable"] = Field(
        description="How much of the search took part; `unavailable` means that only titles and problems were compared"
    )


class CaseEvidence(OutputModel):
    """The transcript behind a case, as far as the reader may know it."""

    lines: list[EvidenceLine]
    is_deidentified: bool
    call_id: UUID | None = Field(description="Null when the reader may not read the call, or it is gone")
    can_hear: bool


class EntryOutcomesList(OutputModel):
    """How the cases of entries ended, in the order asked."""

    items: list[EntryOutcomes]


class SolutionList(OutputModel):
    """Ways to solve a situation, the best proven first."""

    items: list[Solution]


class CaseClusterList(OutputModel):
    """Groups of like cases, the largest first."""

    items: list[CaseCluster]
    compared: int = Field(description="How many cases were compared, the newest ones")
    is_cut: bool = Field(description="There are older cases that were left out")
