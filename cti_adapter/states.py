"""States of a call and of a leg, and the one table of legal transitions between the states of a call."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from enum import StrEnum


class CallState(StrEnum):
    """Where a call is."""

    OFFERED = "offered"
    """The call has arrived: it hears the notice, a menu or the music of a queue."""
    RINGING = "ringing"
    """At least one agent's telephone rings."""
    ANSWERED = "answered"
    """Customer and agent hear each other."""
    HELD = "held"
    """The agent has put the customer on hold, or consults a colleague meanwhile."""
    TRANSFERRED = "transferred"
    """The call has left its agent and has not reached the next one."""
    ENDED = "ended"
    """Over: after a conversation, or after a menu without one."""
    ABANDONED = "abandoned"
    """The customer hung up while waiting for an agent."""
    INTERRUPTED = "interrupted"
    """The exchange died, or the call was over before we could look again: how it ended is unknown."""


TERMINAL_STATES = frozenset({CallState.ENDED, CallState.ABANDONED, CallState.INTERRUPTED})

_S = CallState
LEGAL_TRANSITIONS: Mapping[CallState, frozenset[CallState]] = {
    _S.OFFERED: frozenset({_S.RINGING, _S.ANSWERED, *TERMINAL_STATES}),
    # Back to offered when no agent answered and the call waits on.
    _S.RINGING: frozenset({_S.OFFERED, _S.ANSWERED, *TERMINAL_STATES}),
    # Back to offered when the agent's telephone died and the call waits again.
    _S.ANSWERED: frozenset({_S.OFFERED, _S.HELD, _S.TRANSFERRED, _S.ENDED, _S.INTERRUPTED}),
    _S.HELD: frozenset({_S.OFFERED, _S.ANSWERED, _S.TRANSFERRED, _S.ENDED, _S.INTERRUPTED}),
    _S.TRANSFERRED: frozenset({_S.OFFERED, _S.RINGING, _S.ANSWERED, _S.ENDED, _S.INTERRUPTED}),
    _S.ENDED: frozenset(),
    _S.ABANDONED: frozenset(),
    _S.INTERRUPTED: frozenset(),
}
"""A hang-up can arrive at any moment: every state that is not over may end."""


def is_legal(previous: CallState, following: CallState) -> bool:
    """Whether a call may go from one state to the other in one step."""
    return following in LEGAL_TRANSITIONS[previous]


def path(previous: CallState, following: CallState) -> tuple[CallState, ...]:
    """Return the shortest legal way from one state to another, without its start.

    Events may come out of order or be missed while the exchange was out of reach: a call that is found on hold was
    answered before. An empty way means that nothing changes, or that no way leads there.
    """
    if previous is following:
        return ()
    ways: deque[tuple[CallState, ...]] = deque([(previous,)])
    seen = {previous}
    while ways:
        way = ways.popleft()
        for state in CallState:
            if state in seen or not is_legal(way[-1], state):
                continue
            if state is following:
                return (*way[1:], state)
            seen.add(state)
            ways.append((*way, state))
    return ()


class LegState(StrEnum):
    """Where one party of a call is."""

    RINGING = "ringing"
    ANSWERED = "answered"
    HELD = "held"
    """This party has put the other on hold."""
    ENDED = "ended"


class LegRole(StrEnum):
    """What a party is in its call."""

    CUSTOMER = "customer"
    AGENT = "agent"
    SUPERVISOR = "supervisor"


class Direction(StrEnum):
    """Who called whom."""

    INBOUND = "inbound"
    OUTBOUND = "outbound"
    INTERNAL = "internal"


class AgentState(StrEnum):
    """What an agent's telephone and queues say about the agent."""

    OFFLINE = "offline"
    READY = "ready"
    PAUSED = "paused"
    WRAP_UP = "wrap_up"
    RINGING = "ringing"
    ON_CALL = "on_call"
