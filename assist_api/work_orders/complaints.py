"""What a complaint has besides an order: its subject, verdict and answer, and who may judge it. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol
from uuid import UUID

from assist_api.work_orders.transitions import OrderAction
from kit.errors import NotAllowedError


class ComplaintKind(StrEnum):
    """What a complaint is about, as the 95598 business rules divide complaints."""

    SERVICE = "service"
    """Manner, promises or skill of somebody."""
    BUSINESS = "business"
    """How an application or a procedure was handled."""
    OUTAGE = "outage"
    """Planned and unplanned interruptions."""
    SUPPLY_QUALITY = "supply_quality"
    CONSTRUCTION = "construction"
    BILLING = "billing"


class ComplaintVerdict(StrEnum):
    """What verification says of a complaint."""

    SUBSTANTIATED = "substantiated"
    PARTLY = "partly"
    UNSUBSTANTIATED = "unsubstantiated"
    UNCLEAR = "unclear"
    """Nothing proves or disproves it."""


JUDGING = frozenset(
    {OrderAction.VERIFY, OrderAction.ANSWER, OrderAction.CLOSE, OrderAction.REOPEN, OrderAction.REVIEW,
     OrderAction.CANCEL, OrderAction.SUSPEND, OrderAction.MERGE, OrderAction.CHANGE_LIMIT}
)  # fmt: skip
"""What nobody does to a complaint about themselves or their own department."""
SUPERVISING = frozenset({OrderAction.CLOSE, OrderAction.REOPEN})


@dataclass(frozen=True, slots=True)
class Judge:
    """Somebody who wants to act on a complaint.

    Attributes:
        account_id: The account.
        is_of_department: Whether it belongs to the department that the complaint is about, or to a unit below.
    """

    account_id: UUID
    is_of_department: bool


class LoggedEvent(Protocol):
    """The part of an event that says who did it."""

    @property
    def action(self) -> str:
        """What was done."""
        ...

    @property
    def actor_id(self) -> UUID | None:
        """Who did it; None for a program."""
        ...

    @property
    def actor_name(self) -> str:
        """Their name at that time."""
        ...

    @property
    def data(self) -> Mapping[str, Any]:
        """Values of the action."""
        ...


@dataclass(frozen=True, slots=True)
class Findings:
    """What the log of a complaint says of it since it was last sent back.

    Attributes:
        verdict: None while nobody has verified it.
        findings: What the verification found.
        verified_by: Account that verified it.
        verified_by_name: Its name.
        answer: What the caller was told.
        outcome: What the caller said to the answer.
        attempts: How often the caller was not reached for the answer.
    """

    verdict: ComplaintVerdict | None = None
    findings: str = ""
    verified_by: UUID | None = None
    verified_by_name: str = ""
    answer: str = ""
    outcome: str | None = None
    attempts: int = 0


def findings_of(events: Sequence[LoggedEvent]) -> Findings:
    """Return what a log says; sending a complaint back makes earlier verdicts and answers history."""
    verified: LoggedEvent | None = None
    answered: LoggedEvent | None = None
    attempts = 0
    for event in events:
        if event.action == OrderAction.REOPEN:
            verified, answered, attempts = None, None, 0
        elif event.action == OrderAction.VERIFY:
            verified = event
        elif event.action == OrderAction.ANSWER:
            answered = event
        elif event.action == OrderAction.MISS:
            attempts += 1
    if verified is None:
        return Findings(attempts=attempts)
    return Findings(
        verdict=ComplaintVerdict(verified.data["verdict"]),
        findings=verified.data["result"],
        verified_by=verified.actor_id,
        verified_by_name=verified.actor_name,
        answer="" if answered is None else answered.data["result"],
        outcome=None if answered is None else answered.data["outcome"],
        attempts=attempts,
    )


def subject_of(fields: Mapping[str, Any]) -> UUID | None:
    """Return the account that a complaint is about; None when it names nobody, or nobody who has an account."""
    kept = fields.get("complaint", {}).get("subject_id")
    return None if kept is None else UUID(kept)


def hindrance(action: OrderAction, judge: Judge, subject_id: UUID | None, verified_by: UUID | None) -> str | None:
    """Return the code of what forbids somebody an action on a complaint, or None.

    `own_complaint`: it is about them or their department. `complaint_four_eyes`: they verified it themselves, so
    somebody else closes it or sends it back.
    """
    if action in JUDGING and (judge.is_of_department or judge.account_id == subject_id):
        return "own_complaint"
    if action is OrderAction.CONTACT and judge.account_id == subject_id:
        return "own_complaint"
    if action in SUPERVISING and judge.account_id == verified_by:
        return "complaint_four_eyes"
    return None


def check_judge(action: OrderAction, judge: Judge, subject_id: UUID | None, verified_by: UUID | None) -> None:
    """Insist that somebody may judge a complaint.

    Raises:
        NotAllowedError: `own_complaint` or `complaint_four_eyes`.
    """
    code = hindrance(action, judge, subject_id, verified_by)
    if code == "own_complaint":
        raise NotAllowedError("This complaint is about you or your department; somebody else decides it.", code=code)
    if code is not None:
        raise NotAllowedError("You verified this complaint; somebody else closes it or sends it back.", code=code)
