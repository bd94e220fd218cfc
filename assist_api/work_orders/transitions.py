"""States of a work order and the legal transitions between them, as one table. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from kit.errors import ConflictError


class OrderState(StrEnum):
    """Where a work order stands."""

    DRAFT = "draft"
    ACCEPTED = "accepted"
    DISPATCHED = "dispatched"
    TAKEN = "taken"
    ON_SITE = "on_site"
    DONE = "done"
    CALLBACK_DUE = "callback_due"
    """Of a complaint: verified, and the caller waits for the answer."""
    ANSWERED = "answered"
    """Of a complaint: the caller has the answer, and supervision has not decided yet."""
    CLOSED = "closed"
    RETURNED = "returned"
    SUSPENDED = "suspended"
    ESCALATED = "escalated"
    MERGED = "merged"
    CANCELLED = "cancelled"


class OrderAction(StrEnum):
    """What is done to a work order; the word of each event in its log."""

    CREATE = "create"
    ACCEPT = "accept"
    DISPATCH = "dispatch"
    TAKE = "take"
    ARRIVE = "arrive"
    FINISH = "finish"
    REVIEW = "review"
    CONTACT = "contact"
    """Of a complaint: somebody spoke with the caller for the first time."""
    VERIFY = "verify"
    """Of a complaint: somebody who is not concerned says what is true of it."""
    ANSWER = "answer"
    """Of a complaint: the caller is told what came out."""
    CLOSE = "close"
    REOPEN = "reopen"
    MISS = "miss"
    """The caller was not reached for the call-back."""
    RETURN = "return"
    SUSPEND = "suspend"
    RESUME = "resume"
    ESCALATE = "escalate"
    MERGE = "merge"
    CANCEL = "cancel"
    URGE = "urge"
    CHANGE_LIMIT = "change_limit"
    APPOINT = "appoint"
    """The caller is promised a time at which the crew comes; once more moves it."""
    DROP_APPOINTMENT = "drop_appointment"
    NOTE = "note"


_S = OrderState
_BEFORE_WORK = (_S.DRAFT, _S.ACCEPTED, _S.DISPATCHED, _S.RETURNED, _S.SUSPENDED, _S.ESCALATED)
_IN_WORK = (_S.ACCEPTED, _S.DISPATCHED, _S.TAKEN, _S.ON_SITE, _S.RETURNED, _S.SUSPENDED, _S.ESCALATED)
_BEFORE_ARRIVAL = (_S.ACCEPTED, _S.DISPATCHED, _S.TAKEN, _S.RETURNED, _S.SUSPENDED, _S.ESCALATED)
COMPLAINT = "complaint"
"""Business type whose orders are verified, answered and supervised."""
APPOINTMENTS = frozenset({OrderAction.APPOINT, OrderAction.DROP_APPOINTMENT})
COMPLAINT_STEPS = frozenset({OrderAction.CONTACT, OrderAction.VERIFY, OrderAction.ANSWER})
FINAL = frozenset({_S.CLOSED, _S.MERGED, _S.CANCELLED})
OPEN = frozenset(_S) - FINAL


def _stay(states: tuple[OrderState, ...]) -> Mapping[OrderState, OrderState]:
    return {state: state for state in states}


TRANSITIONS: Mapping[OrderAction, Mapping[OrderState, OrderState]] = MappingProxyType(
    {
        OrderAction.ACCEPT: {_S.DRAFT: _S.ACCEPTED},
        OrderAction.DISPATCH: dict.fromkeys((_S.ACCEPTED, _S.RETURNED, _S.ESCALATED), _S.DISPATCHED),
        OrderAction.TAKE: {_S.DISPATCHED: _S.TAKEN},
        OrderAction.ARRIVE: {_S.TAKEN: _S.ON_SITE},
        OrderAction.FINISH: dict.fromkeys((_S.ACCEPTED, _S.DISPATCHED, _S.TAKEN, _S.ON_SITE), _S.DONE),
        OrderAction.REVIEW: {_S.DONE: _S.CALLBACK_DUE},
        OrderAction.CONTACT: _stay((*_IN_WORK, _S.DONE, _S.CALLBACK_DUE)),
        OrderAction.VERIFY: {_S.DONE: _S.CALLBACK_DUE},
        OrderAction.ANSWER: {_S.CALLBACK_DUE: _S.ANSWERED},
        OrderAction.CLOSE: dict.fromkeys((_S.CALLBACK_DUE, _S.ANSWERED), _S.CLOSED),
        OrderAction.REOPEN: dict.fromkeys((_S.CALLBACK_DUE, _S.ANSWERED), _S.ACCEPTED),
        OrderAction.MISS: {_S.CALLBACK_DUE: _S.CALLBACK_DUE},
        OrderAction.RETURN: dict.fromkeys((_S.DISPATCHED, _S.TAKEN), _S.RETURNED),
        OrderAction.SUSPEND: dict.fromkeys((_S.DISPATCHED, _S.TAKEN, _S.ON_SITE), _S.SUSPENDED),
        OrderAction.RESUME: {_S.SUSPENDED: _S.DISPATCHED},
        OrderAction.ESCALATE: dict.fromkeys((_S.ACCEPTED, _S.DISPATCHED, _S.RETURNED, _S.SUSPENDED), _S.ESCALATED),
        OrderAction.MERGE: dict.fromkeys(_BEFORE_WORK, _S.MERGED),
        OrderAction.CANCEL: dict.fromkeys(_BEFORE_WORK, _S.CANCELLED),
        OrderAction.URGE: _stay(_IN_WORK),
        OrderAction.CHANGE_LIMIT: _stay(_IN_WORK),
        OrderAction.APPOINT: _stay(_BEFORE_ARRIVAL),
        OrderAction.DROP_APPOINTMENT: _stay(_BEFORE_ARRIVAL),
        OrderAction.NOTE: _stay(tuple(_S)),
    }
)
"""For each action: from which states it is legal, and to which state it leads.

A suspended order goes back to its unit, which takes it again; an escalated one waits for a supervisor to dispatch it.
"""


class IllegalTransitionError(ConflictError):
    """The action does not fit the state of the order; `legal` names those that do."""

    code = "work_order_transition_illegal"
    http_status = 409


def legal_actions(state: OrderState, business_type: str | None = None) -> tuple[OrderAction, ...]:
    """Return every action that fits a state, and the business type where one is given."""
    found = tuple(action for action, states in TRANSITIONS.items() if state in states)
    if business_type is None:
        return found
    return tuple(action for action in found if fits_type(state, action, business_type))


def fits_type(state: OrderState, action: OrderAction, business_type: str) -> bool:
    """Tell whether orders of a business type take an action in a state: complaints have steps of their own.

    A complaint is not reviewed but verified, and it is closed or sent back only once the caller has the answer. The
    department that it is about makes its statement without anybody going to a site.
    """
    if business_type != COMPLAINT:
        is_early = action is OrderAction.FINISH and state is OrderState.DISPATCHED
        return action not in COMPLAINT_STEPS and not is_early
    if action in {OrderAction.CLOSE, OrderAction.REOPEN}:
        return state is OrderState.ANSWERED
    return action not in APPOINTMENTS | {OrderAction.REVIEW, OrderAction.ARRIVE}


def next_state(state: OrderState, action: OrderAction, business_type: str | None = None) -> OrderState:
    """Return the state that an action leads to.

    Raises:
        IllegalTransitionError: The action does not fit the state.
    """
    found = TRANSITIONS.get(action, {}).get(state)
    if found is None or (business_type is not None and not fits_type(state, action, business_type)):
        legal = [item.value for item in legal_actions(state, business_type)]
        text = f"A work order that is {state} cannot take the action {action}; legal are: {', '.join(legal)}."
        raise IllegalTransitionError(text, state=state.value, action=action.value, legal=legal)
    return found
