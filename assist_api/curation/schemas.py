"""What the endpoints of the curator's desk take and give."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from assist_api.curation.models import ItemKind, ItemState
from assist_api.http.schemas import InputModel, OutputModel
from assist_api.knowledge.schemas import Publication
from kb.entries.schemas import EntryDraft, RevisionDetail
from kb.entries.schemas import InputModel as DraftModel

Reason = Annotated[str, Field(max_length=500)]
Version = Annotated[int, Field(ge=1, description="Of the item as it was seen; 409 `item_changed` when it is older")]


class FlagRequest(InputModel):
    """What an agent marks in a call: a card that is not right, or a moment that had no answer."""

    reason: Literal["missing", "wrong", "outdated", "unclear"]
    suggestion_id: UUID | None = Field(default=None, description="The card; needed unless the reason is `missing`")
    segment_id: UUID | None = Field(default=None, description="The utterance; by default the customer's last one")
    note: Annotated[str, Field(max_length=500)] = ""


class FlagRecorded(OutputModel):
    """The flag was kept; whoever set it is told what becomes of it."""

    sentence: str = Field(description="What was kept of the call, de-identified")


class ItemAction(StrEnum):
    """What a curator does with an item."""

    TAKE = "take"
    RELEASE = "release"
    ASSIGN = "assign"
    SNOOZE = "snooze"
    MERGE = "merge"
    REJECT = "reject"
    REOPEN = "reopen"


class ItemActionRequest(InputModel):
    """An action on an item, with what it needs."""

    action: ItemAction
    version: Version
    reason: Reason = Field(default="", description="Needed to reject")
    account_id: UUID | None = Field(default=None, description="Needed to assign")
    into_id: UUID | None = Field(default=None, description="Needed to merge: the item that stays")
    days: Annotated[int, Field(ge=1, le=365)] = Field(default=7, description="How long to snooze")


class DraftSubmission(EntryDraft):
    """A text for review, and the test questions that the entry gets with it."""

    version: Version
    questions: list[Annotated[str, Field(max_length=200)]] = Field(default=[], max_length=20)
    base_revision_id: UUID | None = Field(
        default=None,
        description="The entry's text that this one was written on, 409 `stale_revision` when it has another one by "
        "now; null stands for the text that the item names",
    )

    def draft(self) -> EntryDraft:
        """Return the text alone."""
        return EntryDraft.model_validate(self.model_dump(include=set(EntryDraft.model_fields)))


class ItemPublication(Publication):
    """The second person's decision to publish."""

    version: Version


class ItemReturn(DraftModel):
    """The second person's decision not to publish."""

    version: Version
    reason: Annotated[str, Field(min_length=1, max_length=500)]


class ItemSummary(OutputModel):
    """A line of the desk."""

    id: UUID
    kind: ItemKind
    state: ItemState
    title: str
    sector: str | None
    weight: int
    assignee_id: UUID | None
    assignee_name: str
    snoozed_until: datetime | None
    created_at: datetime
    changed_at: datetime
    version: int


class ItemList(OutputModel):
    """The items that wait, the most urgent first, and how many there are of each kind."""

    items: list[ItemSummary]
    counts: dict[str, int]


class MomentView(OutputModel):
    """A moment of a call, de-identified."""

    id: UUID
    reason: str
    call_id: UUID
    start_ms: int
    sentence: str
    reply: str
    note: str
    created_at: datetime
    can_open_call: bool = Field(description="Whether the account may read the call itself")


class DifferencePart(OutputModel):
    """A run of text that both sides have, or only one."""

    side: Literal["both", "left", "right"]
    text: str


class RevisionDifference(OutputModel):
    """The words in which two revisions differ, in the order of the text."""

    parts: list[DifferencePart]


class Proposal(OutputModel):
    """What a draft begins with: the callers' words, what agents said, the likely category."""

    title: str
    variants: list[str]
    script: str
    answer: str = Field(description="What agents said, one paragraph each")
    sector: str | None
    situation: str | None
    business_type: str | None
    questions: list[str]


class ItemView(OutputModel):
    """An item with its evidence and what can be done with it."""

    item: ItemSummary
    detail: dict[str, object]
    reason: str
    decided_by_name: str
    decided_at: datetime | None
    merged_into: UUID | None
    calls: int = Field(description="How many calls speak for it, of those listed")
    moments: list[MomentView]
    entry: RevisionDetail | None = Field(description="Text that it is about")
    other: RevisionDetail | None = Field(description="Text that it is compared with")
    draft: RevisionDetail | None = Field(description="Text that waits for a second person")
    questions: list[str]
    difference: list[DifferencePart] = Field(description="Of the answers: entry and other, or entry and draft")
    proposal: Proposal
    is_own_draft: bool = Field(description="Somebody else has to publish it, if the policy asks for four eyes")


class ContextLine(OutputModel):
    """A line of a call around a moment, de-identified."""

    leg_role: str
    start_ms: int
    text: str
    is_moment: bool


class MomentContext(OutputModel):
    """What was said before and after a moment, de-identified."""

    lines: list[ContextLine]


class CuratorView(OutputModel):
    """Somebody who can take items."""

    id: UUID
    name: str


class Curators(OutputModel):
    """Everybody who can take items, by name."""

    items: list[CuratorView]


class LookState(OutputModel):
    """How far the newest look is."""

    is_running: bool
    done: int
    total: int
    step: str = Field(description="calls, questions, entries or pairs; empty before and after")
    latest_at: datetime | None
    failed_code: str | None


class RevisionUse(OutputModel):
    """How often the card of a revision was shown, and what agents made of it."""

    number: int
    shown: int
    read_out: int = Field(description="The agent said at least one sentence of the script, by the agent's own words")
    used: int
    dismissed: int
    wrong: int
    solved: int = Field(description="Used or read out in calls whose case ended resolved")
    called_again: int = Field(description="Used or read out, and the same number called again within seven days")
    flags: int


class EntryUse(OutputModel):
    """Use of an entry: over all and by revision, the newest first."""

    shown: int
    calls: int
    read_out: int
    used: int
    dismissed: int
    wrong: int
    solved: int
    called_again: int
    flags: int
    revisions: list[RevisionUse]


class WorthRow(OutputModel):
    """Use of one published entry, over all of its revisions."""

    entry_id: UUID
    title: str
    sector: str | None
    owner: str
    published_at: datetime
    shown: int
    read_out: int
    used: int
    dismissed: int
    wrong: int
    solved: int
    called_again: int
    flags: int


class WorthList(OutputModel):
    """At most a hundred entries, and how many there are."""

    items: list[WorthRow]
    total: int


class WorthLists(OutputModel):
    """Which published entries are worth their place."""

    published: int
    never_found: WorthList = Field(description="No call was shown a card of it; the oldest first")
    often_dismissed: WorthList = Field(description="Dismissed or called wrong in at least half of its verdicts")
    top: WorthList = Field(description="Used or read out most")
