"""What goes into and comes out of the knowledge services. Input has defaults, output has none."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from kb.entries.models import CaseOutcome, RevisionOrigin, RevisionState
from kb.kinds import Audience


class InputModel(BaseModel):
    """Base of inputs: unknown fields are refused, surrounding blanks are cut."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)


class OutputModel(BaseModel):
    """Base of outputs."""

    model_config = ConfigDict(frozen=True, from_attributes=True)


class Source(InputModel):
    """Where a fact comes from."""

    title: str = Field(description="Name of the rule, law or notice")
    detail: str = Field(default="", description="Article, page or date")


class EntryDraft(InputModel):
    """Everything a person or a pack may say about an entry. Rules beyond types: `kb.entries.validation.check_entry`."""

    title: str
    variants: list[str] = Field(default=[], description="Ways callers ask it, spoken style")
    answer: str = Field(description="Markdown")
    script: str = Field(description="The sentences to read out")
    sector: str | None = Field(description="power, heating, water, gas, tv; null for every sector")
    region: str | None = Field(default=None, description="Region code; null for everywhere")
    situation: str = Field(description="Situation code of the taxonomy")
    idea: str = Field(default="", description="Solution idea, the second facet")
    means: str = Field(default="", description="Solution means, the third facet; needs an idea")
    business_type: str = Field(description="fault, application, enquiry, complaint, …")
    audiences: list[Audience] = Field(default=[Audience.AGENT])
    valid_from: date | None = None
    valid_until: date | None = Field(default=None, description="Last day of validity")
    reviewed_on: date | None = None
    owner: str = ""
    sources: list[Source] = []
    change_note: str = Field(default="", description="What changed and why; kept with the revision")


class CaseDraft(InputModel):
    """A solved case, as written by a pack or, later, by the mining of calls."""

    title: str
    problem: str
    facts: dict[str, str] = {}
    sector: str | None
    situation: str
    business_type: str
    solution: str
    outcome: CaseOutcome = CaseOutcome.RESOLVED
    occurred_on: date
    area: str = ""
    equipment: str = ""


class RevisionDetail(OutputModel):
    """One revision in full."""

    id: UUID
    entry_id: UUID
    number: int
    state: RevisionState
    origin: RevisionOrigin
    title: str
    variants: list[str]
    answer: str = Field(description="Markdown")
    script: str
    sector: str | None
    region: str | None
    situation: str
    idea: str
    means: str
    category_path: list[str] = Field(description="Chinese names: sector, group, situation, then idea and means")
    business_type: str
    audiences: list[Audience]
    valid_from: date | None
    valid_until: date | None
    reviewed_on: date | None
    owner: str
    sources: list[Source]
    author: str
    change_note: str
    created_at: datetime
    published_at: datetime | None
    retired_at: datetime | None


class EntryDetail(OutputModel):
    """An entry with the revision readers see."""

    id: UUID
    key: str | None = Field(description="Set when the entry came from a knowledge pack")
    created_at: datetime
    current: RevisionDetail


class EntrySummary(OutputModel):
    """A line of the knowledge browser."""

    id: UUID
    key: str | None
    revision_id: UUID
    revision_number: int
    status: RevisionState
    title: str
    sector: str | None
    situation: str
    category_path: list[str]
    business_type: str
    owner: str
    reviewed_on: date | None
    valid_until: date | None
    updated_at: datetime


class EntryPage(OutputModel):
    """One page of entries."""

    items: list[EntrySummary]
    next_cursor: str | None = Field(description="Ask for the next page with it; null on the last page")


class CaseDetail(OutputModel):
    """One case in full."""

    id: UUID
    key: str | None
    title: str
    problem: str
    facts: dict[str, str]
    sector: str | None
    situation: str
    category_path: list[str]
    business_type: str
    solution: str
    outcome: CaseOutcome
    occurred_on: date
    area: str
    equipment: str
    entry_ids: list[UUID] = Field(description="Entries it was solved with")
    call_id: UUID | None
    created_at: datetime
    updated_at: datetime | None
    version: int = Field(description="Counts the changes, from 1; a change names the one it was made on")
    author: str = Field(description="Who made it; empty for cases of a pack")
    author_id: UUID | None
    is_deidentified: bool = Field(description="Names, numbers and house numbers are masked")


class EvidenceNote(OutputModel):
    """Why a sentence matters to its case."""

    kind: Literal["problem", "fact", "card"]
    name: str = Field(description="Name of the fact, title of the card; empty for the problem")


class EvidenceLine(OutputModel):
    """One sentence of the call behind a case."""

    segment_id: UUID
    leg_role: str
    start_ms: int
    end_ms: int
    text: str
    notes: list[EvidenceNote]


class CaseEvidenceDetail(OutputModel):
    """What was said in the call behind a case, in order."""

    lines: list[EvidenceLine]
    is_deidentified: bool


class EntryOutcomes(OutputModel):
    """How the cases ended that were solved with an entry; `total` leaves out those that were passed on."""

    entry_id: UUID
    resolved: int
    escalated: int
    unresolved: int
    total: int


class Solution(OutputModel):
    """One way to solve a situation, measured by the cases that took it."""

    entry_id: UUID
    title: str
    resolved: int
    total: int


class CaseCluster(OutputModel):
    """Cases that are alike, with the one that stands for them."""

    situation: str
    category_path: list[str]
    representative: CaseDetail = Field(description="The medoid: on average the most like the others")
    case_ids: list[UUID] = Field(description="Every member, the representative first")
    cohesion: float = Field(description="Mean cosine of the members with the representative, 0..1")
    resolved: int
    entry_ids: list[UUID] = Field(description="Entries that any member was solved with")


class CasePage(OutputModel):
    """One page of cases, newest first."""

    items: list[CaseDetail]
    next_cursor: str | None


class MeansNode(OutputModel):
    """A solution means with the number of published entries that use it."""

    id: UUID
    name_zh: str
    entry_count: int


class IdeaNode(OutputModel):
    """A solution idea."""

    id: UUID
    name_zh: str
    entry_count: int
    means: list[MeansNode]


class SituationNode(OutputModel):
    """A situation with its ideas; counts include everything below."""

    code: str
    name_zh: str
    name_en: str
    entry_count: int
    ideas: list[IdeaNode]


class SituationGroupNode(OutputModel):
    """Situations that a menu shows together."""

    code: str
    name_zh: str
    name_en: str
    situations: list[SituationNode]


class SectorNode(OutputModel):
    """One sector's part of the tree; `code` is null for situations of every sector."""

    code: str | None
    name_zh: str
    name_en: str
    groups: list[SituationGroupNode]


class BusinessTypeNode(OutputModel):
    """A type of work order."""

    code: str
    name_zh: str
    name_en: str


class CategoryTree(OutputModel):
    """The whole classification: situations down to means, and the business types."""

    sectors: list[SectorNode]
    business_types: list[BusinessTypeNode]
