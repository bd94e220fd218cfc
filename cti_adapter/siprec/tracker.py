"""Remembers the recorded conversations and tells what happens in them in the words of every exchange. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeVar
from uuid import UUID, uuid4

from cti_adapter.events import (
    CallOffered,
    CallStateChanged,
    CallTransferred,
    CTIEvent,
    LegOpened,
    LegStateChanged,
)
from cti_adapter.siprec.roles import Party
from cti_adapter.states import CallState, Direction, LegRole, LegState, path
from cti_adapter.views import CallView, LegView

CAUSE_NORMAL = 16
CAUSE_SILENT = 44
_E = TypeVar("_E", bound=CTIEvent)


@dataclass(slots=True)
class _Call:
    view: CallView
    legs: dict[str, LegView]
    """By the label of the stream."""


class RecordedCalls:
    """The conversations that are recorded now.

    A recording session begins when the parties already talk, so a call is offered and answered in one step. Metadata
    do not say who called; every call is shown as inbound.
    """

    def __init__(self) -> None:
        self._calls: dict[UUID, _Call] = {}
        self._seq = 0

    @property
    def seq(self) -> int:
        """`seq` of the last event."""
        return self._seq

    @property
    def calls(self) -> tuple[CallView, ...]:
        """Calls that are not over."""
        return tuple(replace(call.view, legs=tuple(call.legs.values())) for call in self._calls.values())

    def leg_of(self, call_id: UUID, label: str) -> LegView:
        """Return the leg that speaks in a stream.

        Raises:
            KeyError: There is none.
        """
        return self._calls[call_id].legs[label]

    def begin(self, call_id: UUID, parties: Sequence[Party], at: datetime) -> list[CTIEvent]:
        """Take in a new conversation."""
        customer = next((party for party in parties if party.role is LegRole.CUSTOMER), None)
        agent = next((party for party in parties if party.role is LegRole.AGENT), None)
        caller, name = (customer.number, customer.name) if customer is not None else ("", "")
        dialled = agent.number if agent is not None else ""
        view = CallView(
            call_id, CallState.OFFERED, Direction.INBOUND, caller, name, dialled, None, False, at, False, ()
        )
        call = self._calls[call_id] = _Call(view, {})
        offered = self._event(
            CallOffered,
            at,
            call_id=call_id,
            direction=Direction.INBOUND,
            caller_number=caller,
            caller_name=name,
            dialled_number=dialled,
        )
        opened = [self._open(call, party, at) for party in parties]
        return [offered, *opened, *self._go(call, CallState.ANSWERED, at)]

    def hold(self, call_id: UUID, at: datetime, *, is_held: bool) -> list[CTIEvent]:
        """Note that the parties are on hold, or talk again."""
        call = self._calls[call_id]
        events: list[CTIEvent] = []
        for label, leg in call.legs.items():
            if leg.role is LegRole.AGENT:
                events += self._set_leg(call, label, LegState.HELD if is_held else LegState.ANSWERED, at)
        return [*events, *self._go(call, CallState.HELD if is_held else CallState.ANSWERED, at)]

    def change_parties(self, call_id: UUID, parties: Sequence[Party], at: datetime) -> list[CTIEvent]:
        """Take in who speaks in the streams now: an agent who passed the call on leaves, the next one joins."""
        call = self._calls[call_id]
        left = agent_of(call.legs.values())
        events: list[CTIEvent] = []
        told = {party.label: party for party in parties}
        for label, leg in list(call.legs.items()):
            party = told.get(label)
            if party is None or (party.role, party.number) != (leg.role, leg.number):
                events += self._set_leg(call, label, LegState.ENDED, at)
                del call.legs[label]
        for party in parties:
            if party.label not in call.legs:
                events.append(self._open(call, party, at))
        joined = agent_of(call.legs.values())
        if joined is not None and left is not None and joined != left:
            events.append(
                self._event(CallTransferred, at, call_id=call_id, kind="blind", from_agent=left, to_number=joined)
            )
            events += self._go(call, CallState.TRANSFERRED, at)
            events += self._go(call, CallState.ANSWERED, at)
        return events

    def end(self, call_id: UUID, state: CallState, at: datetime) -> list[CTIEvent]:
        """Note that a conversation is over."""
        call = self._calls[call_id]
        cause = CAUSE_NORMAL if state is CallState.ENDED else CAUSE_SILENT
        events: list[CTIEvent] = []
        for label in call.legs:
            events += self._set_leg(call, label, LegState.ENDED, at, cause)
        events += self._go(call, state, at, cause)
        del self._calls[call_id]
        return events

    def _open(self, call: _Call, party: Party, at: datetime) -> LegOpened:
        leg = LegView(
            uuid4(), call.view.call_id, party.role, party.agent, party.number, LegState.ANSWERED, is_recorded=True
        )
        call.legs[party.label] = leg
        return self._event(
            LegOpened,
            at,
            call_id=leg.call_id,
            leg_id=leg.leg_id,
            role=leg.role,
            agent=leg.agent,
            number=leg.number,
            state=leg.state,
        )

    def _set_leg(
        self, call: _Call, label: str, state: LegState, at: datetime, cause: int | None = None
    ) -> list[CTIEvent]:
        leg = call.legs[label]
        if leg.state is state:
            return []
        call.legs[label] = replace(leg, state=state)
        return [
            self._event(
                LegStateChanged,
                at,
                call_id=leg.call_id,
                leg_id=leg.leg_id,
                role=leg.role,
                agent=leg.agent,
                previous_state=leg.state,
                state=state,
                hangup_cause=cause if state is LegState.ENDED else None,
            )
        ]

    def _go(self, call: _Call, state: CallState, at: datetime, cause: int | None = None) -> list[CTIEvent]:
        events: list[CTIEvent] = []
        agent = agent_of(call.legs.values())
        for step in path(call.view.state, state):
            events.append(
                self._event(
                    CallStateChanged,
                    at,
                    call_id=call.view.call_id,
                    previous_state=call.view.state,
                    state=step,
                    agent=agent,
                    queue=None,
                    hangup_cause=cause,
                )
            )
            was_answered = call.view.was_answered or step is CallState.ANSWERED
            call.view = replace(call.view, state=step, was_answered=was_answered)
        return events

    def _event(self, event: type[_E], at: datetime, /, **values: object) -> _E:
        self._seq += 1
        return event.model_validate({"seq": self._seq, "at": at, **values})


def agent_of(legs: Iterable[LegView]) -> str | None:
    """Return the number of the agent among legs; None without one."""
    return next((leg.agent for leg in legs if leg.agent is not None), None)
