"""First-contact resolution: which contacts of callers settled their matter, by a stated recall window. Pure.

A contact is a first contact when the same caller did not come about the same matter in the window before it. It is
resolved when, in the window after it, the caller neither came again about the matter nor urged its order, and the order
was never reopened. The figure is the resolved first contacts divided by those whose window is over.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

Matter = tuple[str, str]
"""Business type and sector of a contact; either is empty where it is not known."""


@dataclass(frozen=True, slots=True)
class Contact:
    """A caller who came about a matter: by a call, or by an order that another channel took.

    Attributes:
        id: Of the call; of the order where there was no call.
        at: When the caller came.
        callers: What the caller is known by, such as a customer file and a telephone number; empty when unknown.
        business_type: One of the eight of 95598; empty when nobody named it.
        sector: Of the utility; empty when unknown.
        agent: Name of the agent who took it; empty when a program did.
        area: Street or district; empty when unknown.
        urged_at: When the caller asked for the order again.
        was_reopened: Whether the order of the contact had to be done again.
        is_settled: Whether there is no order, or it is over.
    """

    id: UUID
    at: datetime
    callers: frozenset[str]
    business_type: str
    sector: str = ""
    agent: str = ""
    area: str = ""
    urged_at: tuple[datetime, ...] = ()
    was_reopened: bool = False
    is_settled: bool = True

    @property
    def matter(self) -> Matter:
        """What the caller came about."""
        return self.business_type, self.sector


class ContactOutcome(StrEnum):
    """What became of a contact."""

    RESOLVED = "resolved"
    CAME_AGAIN = "came_again"
    """The caller came again about the same matter, or urged the order, within the window."""
    REOPENED = "reopened"
    """The order had to be done again."""
    STILL_OPEN = "still_open"
    """The window is not over, or the order is not."""
    REPETITION = "repetition"
    """Not a first contact: it is why an earlier one counts as `came_again`."""
    UNASSIGNED = "unassigned"
    """Caller or business type is unknown, so nobody can say whether the caller came again."""


@dataclass(frozen=True, slots=True)
class FirstContactFigure:
    """How many first contacts had which outcome."""

    resolved: int = 0
    came_again: int = 0
    reopened: int = 0
    still_open: int = 0

    @property
    def decided(self) -> int:
        """First contacts whose window is over."""
        return self.resolved + self.came_again + self.reopened

    @property
    def share(self) -> float | None:
        """Resolved ones of those whose window is over, 0.0 to 1.0; None while there are none."""
        return self.resolved / self.decided if self.decided else None


def outcomes_of(contacts: Iterable[Contact], window: timedelta, now: datetime) -> list[tuple[Contact, ContactOutcome]]:
    """Return every contact with its outcome, the oldest first.

    Args:
        contacts: Of the period, of the window before it and of everything since.
        window: How long a caller must not come again.
        now: Until when the contacts are known.
    """
    known = sorted(_once_each(contacts), key=lambda contact: (contact.at, contact.id))
    visits: dict[tuple[str, Matter], list[datetime]] = defaultdict(list)
    for contact in known:
        for caller in contact.callers:
            visits[caller, contact.matter].append(contact.at)
    return [(contact, _outcome(contact, visits, window, now)) for contact in known]


def figure_of(outcomes: Iterable[ContactOutcome]) -> FirstContactFigure:
    """Count the outcomes of first contacts; the others are left out."""
    counts: dict[ContactOutcome, int] = defaultdict(int)
    for outcome in outcomes:
        counts[outcome] += 1
    return FirstContactFigure(
        resolved=counts[ContactOutcome.RESOLVED],
        came_again=counts[ContactOutcome.CAME_AGAIN],
        reopened=counts[ContactOutcome.REOPENED],
        still_open=counts[ContactOutcome.STILL_OPEN],
    )


def _once_each(contacts: Iterable[Contact]) -> Iterable[Contact]:
    """Join the orders that one call made about one matter: the caller came once."""
    found: dict[tuple[UUID, Matter], Contact] = {}
    for contact in contacts:
        before = found.setdefault((contact.id, contact.matter), contact)
        if before is not contact:
            found[contact.id, contact.matter] = replace(
                before,
                callers=before.callers | contact.callers,
                urged_at=before.urged_at + contact.urged_at,
                was_reopened=before.was_reopened or contact.was_reopened,
                is_settled=before.is_settled and contact.is_settled,
            )
    return found.values()


def _outcome(
    contact: Contact, visits: dict[tuple[str, Matter], list[datetime]], window: timedelta, now: datetime
) -> ContactOutcome:
    if not contact.callers or not contact.business_type:
        return ContactOutcome.UNASSIGNED
    own = [visits[caller, contact.matter] for caller in contact.callers]
    if any(_has_between(moments, contact.at - window, contact.at) for moments in own):
        return ContactOutcome.REPETITION
    ends = contact.at + window
    # A failure shows sooner than a success: both are counted only once the window is over.
    if now < ends:
        return ContactOutcome.STILL_OPEN
    if contact.was_reopened:
        return ContactOutcome.REOPENED
    came_again = any(bisect_right(moments, ends) > bisect_right(moments, contact.at) for moments in own)
    if came_again or any(contact.at < moment <= ends for moment in contact.urged_at):
        return ContactOutcome.CAME_AGAIN
    return ContactOutcome.RESOLVED if contact.is_settled else ContactOutcome.STILL_OPEN


def _has_between(moments: Sequence[datetime], first: datetime, before: datetime) -> bool:
    """Tell whether a moment lies in a span; its end does not belong to it. The moments are sorted."""
    return bisect_left(moments, first) < bisect_left(moments, before)
