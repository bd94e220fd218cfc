from __future__ import annotations

import itertools

import pytest

from cti_adapter.states import LEGAL_TRANSITIONS, TERMINAL_STATES, CallState, is_legal, path

pytestmark = pytest.mark.unit


def test_every_state_that_is_not_over_may_end_at_once():
    for state in set(CallState) - TERMINAL_STATES:
        assert {CallState.ENDED, CallState.INTERRUPTED} <= LEGAL_TRANSITIONS[state]


def test_a_state_that_is_over_is_never_left():
    for state in TERMINAL_STATES:
        assert not LEGAL_TRANSITIONS[state]
        assert all(path(state, other) == () for other in CallState)


@pytest.mark.parametrize(("previous", "following"), list(itertools.product(CallState, CallState)))
def test_a_path_takes_legal_steps_only_and_ends_where_it_should(previous: CallState, following: CallState):
    way = path(previous, following)
    assert all(is_legal(one, other) for one, other in itertools.pairwise((previous, *way)))
    assert not way or way[-1] is following


def test_a_call_that_is_found_on_hold_was_answered_before():
    assert path(CallState.OFFERED, CallState.HELD) == (CallState.ANSWERED, CallState.HELD)


def test_an_answered_call_is_never_abandoned_in_one_step():
    assert not is_legal(CallState.ANSWERED, CallState.ABANDONED)
