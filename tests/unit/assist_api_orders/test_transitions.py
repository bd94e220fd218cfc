from __future__ import annotations

import pytest

from assist_api.work_orders.transitions import (
    COMPLAINT,
    FINAL,
    TRANSITIONS,
    IllegalTransitionError,
    OrderAction,
    OrderState,
    legal_actions,
    next_state,
)

pytestmark = pytest.mark.unit


def test_straight_path_leads_from_the_draft_to_the_closed_order() -> None:
    state = OrderState.DRAFT
    for action in ("accept", "dispatch", "take", "arrive", "finish", "review", "close"):
        state = next_state(state, OrderAction(action))
    assert state is OrderState.CLOSED


def test_illegal_action_names_the_legal_ones() -> None:
    with pytest.raises(IllegalTransitionError) as caught:
        next_state(OrderState.DISPATCHED, OrderAction.CLOSE, "fault")
    assert caught.value.http_status == 409
    assert caught.value.details["legal"] == ["take", "return", "suspend", "escalate", "merge", "cancel", "urge",
                                             "change_limit", "appoint", "drop_appointment", "note"]  # fmt: skip


def test_order_that_is_over_only_takes_notes_and_every_state_can_be_reached() -> None:
    for state in FINAL:
        assert legal_actions(state) == (OrderAction.NOTE,)
    reached = {OrderState.DRAFT} | {target for states in TRANSITIONS.values() for target in states.values()}
    assert reached == set(OrderState)


def test_work_is_never_closed_without_review_and_call_back() -> None:
    leads_to_closed = [
        (action, state)
        for action, states in TRANSITIONS.items()
        for state, target in states.items()
        if target is OrderState.CLOSED and state is not OrderState.CLOSED
    ]
    assert leads_to_closed == [
        (OrderAction.CLOSE, OrderState.CALLBACK_DUE),
        (OrderAction.CLOSE, OrderState.ANSWERED),
    ]


def test_complaint_goes_by_statement_verification_answer_and_supervision() -> None:
    state = OrderState.DRAFT
    for action in ("accept", "dispatch", "contact", "finish", "verify", "answer", "close"):
        state = next_state(state, OrderAction(action), COMPLAINT)
    assert state is OrderState.CLOSED
    for state, action in (
        (OrderState.DONE, OrderAction.REVIEW),
        (OrderState.CALLBACK_DUE, OrderAction.CLOSE),
        (OrderState.CALLBACK_DUE, OrderAction.REOPEN),
    ):
        with pytest.raises(IllegalTransitionError):
            next_state(state, action, COMPLAINT)
    with pytest.raises(IllegalTransitionError):
        next_state(OrderState.DONE, OrderAction.VERIFY, "fault")
