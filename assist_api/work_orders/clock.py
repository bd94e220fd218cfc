"""The clock of a work order: how much of each limit is used, computed from its event log. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from assist_api.work_orders.log import OrderEvent
from assist_api.work_orders.transitions import OrderAction
from kit.calendar import WorkingCalendar
from kit.sla import Ended, LimitChanged, Paused, Resumed, SLAClock, SLAEvent, Started, sla_clock


class LimitStep(StrEnum):
    """What must have happened when a limit is reached."""

    ARRIVE = "arrive"
    FINISH = "finish"
    CONTACT = "contact"
    """Of a complaint: the caller was spoken with."""
    VERIFY = "verify"
    """Of a complaint: it was verified."""
    ANSWER = "answer"
    """Of a complaint: the caller has the answer."""
    APPOINTMENT = "appointment"
    """The crew came within the time that the caller was promised."""


class LimitKind(StrEnum):
    """What a number promises: every single order, or the mean of all of them."""

    LIMIT = "limit"
    AVERAGE = "average"


@dataclass(frozen=True, slots=True)
class StepLimit:
    """A limit that holds for one order.

    Attributes:
        step: What must have happened.
        limit: Working time that it may take from the acceptance.
    """

    step: LimitStep
    limit: timedelta


_STOPS = frozenset({OrderAction.MERGE, OrderAction.CANCEL})
ENDS: Mapping[LimitStep, frozenset[OrderAction]] = {
    LimitStep.ARRIVE: _STOPS | {OrderAction.FINISH, OrderAction.ARRIVE},
    LimitStep.FINISH: _STOPS | {OrderAction.FINISH},
    LimitStep.CONTACT: _STOPS | {OrderAction.CONTACT, OrderAction.ANSWER},
    LimitStep.VERIFY: _STOPS | {OrderAction.VERIFY},
    LimitStep.ANSWER: _STOPS | {OrderAction.ANSWER},
    LimitStep.APPOINTMENT: _STOPS | {OrderAction.FINISH, OrderAction.ARRIVE, OrderAction.DROP_APPOINTMENT},
}
"""For each step: the actions after which its limit no longer runs."""
_STARTS = frozenset({OrderAction.ACCEPT, OrderAction.REOPEN})
_LEAVES_SUSPENSION = frozenset({OrderAction.RESUME, OrderAction.ESCALATE})
_SUSPENSION = "suspension"


def order_clock(
    events: Sequence[OrderEvent], limit: StepLimit, calendar: WorkingCalendar, now: datetime
) -> SLAClock | None:
    """Return the clock of one limit; None before the order was accepted, or when it never was.

    A work order that is reopened has a new clock from then on.
    """
    log = sla_events(events, limit)
    return sla_clock(log, calendar, now) if log else None


def sla_events(events: Sequence[OrderEvent], limit: StepLimit) -> list[SLAEvent]:
    """Translate the log of an order into events of the clock of one limit."""
    made: list[SLAEvent] = []
    is_paused = False
    at = datetime.min.replace(tzinfo=UTC)
    for event in events:
        # A machine whose clock was set back writes an earlier moment; time goes on from the event before it.
        at = max(at, event.at)
        if event.action in _STARTS:
            made, is_paused = [Started(at, limit.limit)], False
        elif not made or isinstance(made[-1], Ended):
            continue
        elif event.action is OrderAction.SUSPEND:
            made.append(Paused(at, _SUSPENSION))
            is_paused = True
        elif event.action in _LEAVES_SUSPENSION and is_paused:
            made.append(Resumed(at, _SUSPENSION))
            is_paused = False
        elif event.action is OrderAction.CHANGE_LIMIT and event.data.get("step") == limit.step:
            made.append(LimitChanged(at, timedelta(minutes=int(event.data["minutes"]))))
        elif event.action in ENDS[limit.step]:
            made.append(Ended(at))
    return made


@dataclass(frozen=True, slots=True)
class Appointment:
    """A time that a caller was promised; the crew comes between its two moments."""

    starts_at: datetime
    ends_at: datetime


def appointment_of(events: Sequence[OrderEvent]) -> Appointment | None:
    """Return the newest appointment of a log that was not dropped, kept or overtaken, or None."""
    found: Appointment | None = None
    for event in events:
        if event.action is OrderAction.APPOINT:
            found = _promised(event)
        elif event.action in ENDS[LimitStep.APPOINTMENT]:
            found = None
    return found


def appointment_clock(
    events: Sequence[OrderEvent], calendar: WorkingCalendar, now: datetime
) -> tuple[Appointment, SLAClock] | None:
    """Return the newest appointment of a log with its clock, which runs out when the promised time ends.

    A suspension pauses nothing: the caller waits at the promised time. An appointment that is moved has a new clock.
    """
    made: list[SLAEvent] = []
    promised: Appointment | None = None
    for event in events:
        if event.action is OrderAction.APPOINT:
            promised = _promised(event)
            made = [Started(event.at, max(promised.ends_at - event.at, timedelta(0)))]
        elif made and not isinstance(made[-1], Ended) and event.action in ENDS[LimitStep.APPOINTMENT]:
            made.append(Ended(max(event.at, made[0].at)))
    return None if promised is None else (promised, sla_clock(made, calendar, now))


def _promised(event: OrderEvent) -> Appointment:
    starts_at, ends_at = (datetime.fromisoformat(event.data[name]) for name in ("starts_at", "ends_at"))
    return Appointment(starts_at, ends_at)
