"""States of a call, and the one table of legal transitions between them."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from kit.errors import ConflictError


class CallState(StrEnum):
    """Where a call is; a replayed recording is answered at once."""

    OFFERED = "offered"
    """It has arrived and hears a notice, a menu or the music of a queue. Every call is in this state before its first
    event."""
    RINGING = "ringing"
    """At least one agent's telephone rings."""
    ANSWERED = "answered"
    """Customer and agent hear each other."""
    HELD = "held"
    """The agent has put the customer on hold."""
    TRANSFERRED = "transferred"
    """It has left its agent and has not reached the next one."""
    ENDED = "ended"
    """Over: after a conversation, or by a failure."""
    ABANDONED = "abandoned"
    """Over: the customer hung up before an agent answered."""
    INTERRUPTED = "interrupted"
    """The process that carried it has gone; another one takes the call up, or ends it."""

    @property
    def is_over(self) -> bool:
        """Whether no other state can follow."""
        return not LEGAL_TRANSITIONS[self]


_S = CallState
RUNNING_STATES = (_S.OFFERED, _S.RINGING, _S.ANSWERED, _S.HELD, _S.TRANSFERRED)
"""States of a call that goes on and that a process carries."""
TERMINAL_STATES = (_S.ENDED, _S.ABANDONED)

LEGAL_TRANSITIONS: Mapping[CallState, frozenset[CallState]] = {
    # Ended without an answer: in a menu, or a replay whose recording cannot be opened.
    _S.OFFERED: frozenset({_S.RINGING, _S.ANSWERED, _S.ENDED, _S.ABANDONED, _S.INTERRUPTED}),
    # Back to offered when no agent answered and the call waits on.
    _S.RINGING: frozenset({_S.OFFERED, _S.ANSWERED, _S.ENDED, _S.ABANDONED, _S.INTERRUPTED}),
    # Back to offered when the agent's telephone died and the customer waits again.
    _S.ANSWERED: frozenset({_S.OFFERED, _S.HELD, _S.TRANSFERRED, _S.ENDED, _S.INTERRUPTED}),
    _S.HELD: frozenset({_S.OFFERED, _S.ANSWERED, _S.TRANSFERRED, _S.ENDED, _S.INTERRUPTED}),
    _S.TRANSFERRED: frozenset({_S.OFFERED, _S.RINGING, _S.ANSWERED, _S.ENDED, _S.INTERRUPTED}),
    # A telephone call goes on while our process is away, so any state may be found afterwards; a second process may
    # die before it could take the call up.
    _S.INTERRUPTED: frozenset({*RUNNING_STATES, *TERMINAL_STATES, _S.INTERRUPTED}),
    _S.ENDED: frozenset(),
    _S.ABANDONED: frozenset(),
}


class IllegalTransitionError(ConflictError):
    """A call cannot go from its state to that one."""

    code = "illegal_call_state"


def require_legal(previous: CallState, following: CallState) -> None:
    """Insist that a call may go from one state to the other in one step.

    Raises:
        IllegalTransitionError: It may not; the message names the states that it may go to.
    """
    legal = LEGAL_TRANSITIONS[previous]
    if following not in legal:
        names = ", ".join(state.value for state in CallState if state in legal) or "none, it is over"
        raise IllegalTransitionError(
            f"A call that is {previous.value} cannot become {following.value}; possible: {names}."
        )
