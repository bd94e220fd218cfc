"""What becomes of a request to be called back after an attempt, and who sees its number. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field

from assist_api.policies.kinds import PolicyKind, PolicyModel


class CallbackState(StrEnum):
    """Where a request stands."""

    OPEN = "open"
    TAKEN = "taken"
    DONE = "done"
    GIVEN_UP = "given_up"
    """Nobody answered as often as the rule allows."""


class CallbackReason(StrEnum):
    """Why somebody is to be called back."""

    ASKED = "asked"
    MESSAGE = "message"
    BAD_MARK = "bad_mark"


class DialOutcome(StrEnum):
    """What came of an attempt."""

    REACHED = "reached"
    NO_ANSWER = "no_answer"
    BUSY = "busy"
    WRONG_NUMBER = "wrong_number"
    NOT_WANTED = "not_wanted"
    """The caller no longer needs it."""


_TRIED_AGAIN = frozenset({DialOutcome.NO_ANSWER, DialOutcome.BUSY})
Minutes = Annotated[int, Field(ge=1, le=7 * 24 * 60)]


class CallbackRules(PolicyModel):
    """How callbacks are tried again, and who sees numbers before they take one."""

    retry_minutes: tuple[Minutes, ...] = Field(
        max_length=10, description="Pause after each attempt that reached nobody; one attempt more than pauses is made"
    )
    promise_minutes: Minutes = Field(description="The supervisors are told of a request that waits longer")
    numbers: Literal["until_taken", "shown"] = Field(
        description="`until_taken` shows a number only to whoever took the request; dialling needs no number"
    )


RULES = PolicyKind(
    "callbacks",
    CallbackRules,
    lambda: CallbackRules(retry_minutes=(10, 60, 240), promise_minutes=60, numbers="until_taken"),
)


@dataclass(frozen=True, slots=True)
class NextStep:
    """What becomes of a request.

    Attributes:
        state: Its next state.
        due_at: Not before; None where it waits for nothing.
    """

    state: CallbackState
    due_at: datetime | None = None


def after_attempt(outcome: DialOutcome, attempts: int, now: datetime, rules: CallbackRules) -> NextStep:
    """Return what becomes of a request after its attempt number `attempts`, counted from 1."""
    if outcome not in _TRIED_AGAIN:
        return NextStep(CallbackState.DONE)
    if attempts > len(rules.retry_minutes):
        return NextStep(CallbackState.GIVEN_UP)
    return NextStep(CallbackState.OPEN, now + timedelta(minutes=rules.retry_minutes[attempts - 1]))
