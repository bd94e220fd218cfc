"""Rows and results of routing as the endpoints give them."""

from __future__ import annotations

from assist_api.routing.decision import Decision
from assist_api.routing.models import RoutedCall, RoutingVersion
from assist_api.routing.problems import BookProblem
from assist_api.routing.replay import Replay
from assist_api.routing.router import past_call
from assist_api.routing.schemas import (
    DecisionView,
    ProblemView,
    QueueCount,
    ReasonView,
    ReplayedCall,
    ReplayReport,
    RoutedCallView,
    RoutingVersionView,
)

EXAMPLES = 50
"""Changed calls that a replay names."""


def problem(found: BookProblem) -> ProblemView:
    """Return a problem for the page."""
    return ProblemView(code=found.code, place=found.place, values=dict(found.values), is_blocking=found.is_blocking)


def version(row: RoutingVersion) -> RoutingVersionView:
    """Return a version for the page."""
    return RoutingVersionView.model_validate({name: getattr(row, name) for name in RoutingVersionView.model_fields})


def decision(made: Decision) -> DecisionView:
    """Return a decision for the page."""
    return DecisionView(
        queue=made.queue,
        head_start_seconds=made.head_start_seconds,
        agent=made.agent,
        reasons=[ReasonView(code=reason.code, values=dict(reason.values)) for reason in made.reasons],
    )


def routed_call(row: RoutedCall) -> RoutedCallView:
    """Return where a call was sent for the page."""
    past = past_call(row)
    return RoutedCallView(
        call_id=row.call_id,
        at=row.at,
        dialled=row.dialled,
        caller_area=past.facts.caller,
        version=row.version,
        decision=decision(past.decision),
    )


def replay_report(found: Replay, calls: int, *, is_cut: bool) -> ReplayReport:
    """Return a replay for the page."""
    queues = sorted({*found.before, *found.after}, key=lambda name: name or "")
    return ReplayReport(
        calls=calls,
        changed=len(found.changed),
        unsure=found.unsure,
        is_cut=is_cut,
        queues=[
            QueueCount(queue=name, before=found.before.get(name, 0), after=found.after.get(name, 0)) for name in queues
        ],
        examples=[
            ReplayedCall(
                call_id=call.call_id,
                at=call.facts.at,
                dialled=call.facts.dialled,
                caller_area=call.facts.caller,
                before=decision(call.decision),
                after=decision(after),
            )
            for call, after in found.changed[:EXAMPLES]
        ],
    )
