"""Tells what becomes of one call: states along legal ways only, its legs, its queue. Pure."""

from __future__ import annotations

from collections.abc import Callable

from cti_adapter.events import CallStateChanged, CallTransferred, LegStateChanged, QueueJoined, QueueLeft
from cti_adapter.outbox import Outbox
from cti_adapter.states import CallState, LegRole, LegState, path
from cti_adapter.tracked import TrackedCall, TrackedLeg


class CallTeller:
    """Brings calls to the state that their legs say, and tells each step.

    Args:
        outbox: Takes the events.
        count_waiting: Calls that wait in a queue now.
    """

    def __init__(self, outbox: Outbox, count_waiting: Callable[[str], int]) -> None:
        self._outbox = outbox
        self._count_waiting = count_waiting

    def settle(self, call: TrackedCall) -> None:
        """Bring the call to the state that its legs say, along legal ways only."""
        self.go(call, call.derive())

    def go(self, call: TrackedCall, state: CallState) -> None:
        """Go to a state, step by step."""
        for following in path(call.state, state):
            previous, call.state = call.state, following
            if following is CallState.ANSWERED:
                call.was_answered = True
                for leg in call.parties:
                    leg.was_connected = leg.was_connected or leg.is_talking
            call.is_transferring = call.is_transferring and following is CallState.TRANSFERRED
            call.told_agent = call.agent
            self._outbox.tell(
                CallStateChanged,
                call_id=call.call_id,
                previous_state=previous,
                state=following,
                agent=call.told_agent,
                queue=call.queue,
                hangup_cause=call.hangup_cause if call.is_over else None,
            )

    def tell_leg(
        self,
        call: TrackedCall,
        leg: TrackedLeg,
        before: LegState,
        *,
        after: LegState | None = None,
        cause: int | None = None,
    ) -> None:
        """Say that a leg is in another state than `before`, where it is."""
        state = after or leg.state
        if state is not before:
            self._outbox.tell(
                LegStateChanged,
                call_id=call.call_id,
                leg_id=leg.leg_id,
                role=leg.role,
                agent=leg.agent,
                previous_state=before,
                state=state,
                hangup_cause=cause,
            )

    def join_queue(self, call: TrackedCall, queue: str, position: int) -> None:
        """Say that a call waits in a queue; one that waits there already stays as it is."""
        if call.is_over or (call.is_waiting and call.queue == queue):
            return
        call.queue, call.is_waiting, call.was_abandoned = queue, True, False
        self._outbox.tell(
            QueueJoined,
            call_id=call.call_id,
            queue=queue,
            position=position,
            waiting_count=self._count_waiting(queue),
        )
        self.settle(call)

    def leave_queue(self, call: TrackedCall, *, is_abandoned: bool = False) -> None:
        """Say that a call waits no longer, and why."""
        is_answered = any(leg.is_up and leg.role is LegRole.AGENT and not leg.is_leaving for leg in call.parties)
        call.is_waiting = False
        call.was_abandoned = is_abandoned
        assert call.queue is not None  # noqa: S101 — set with is_waiting
        self._outbox.tell(
            QueueLeft,
            call_id=call.call_id,
            queue=call.queue,
            reason="abandoned" if is_abandoned else "answered" if is_answered else "left",
            waiting_count=self._count_waiting(call.queue),
        )

    def hand_over(self, call: TrackedCall, leg: TrackedLeg) -> None:
        """Say that an agent has left a conversation of three: the call is now the colleague's who stays."""
        others = [other for other in call.parties if other.agent is not None and other.is_talking]
        if call.state is CallState.ANSWERED and others and call.anchor is not None and call.anchor.is_talking:
            self._outbox.tell(
                CallTransferred,
                call_id=call.call_id,
                kind="attended",
                from_agent=leg.agent,
                to_number=others[0].agent or "",
            )
            self.go(call, CallState.TRANSFERRED)
