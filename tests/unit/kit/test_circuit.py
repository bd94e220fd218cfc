from __future__ import annotations

import pytest

from kit.circuit import CircuitBreaker, CircuitState

pytestmark = pytest.mark.unit


class Hand:
    """A clock moved by hand."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def hand() -> Hand:
    return Hand()


@pytest.fixture
def circuit(hand: Hand) -> CircuitBreaker:
    return CircuitBreaker(failures=3, pause_seconds=5, monotonic=hand)


def fail(circuit: CircuitBreaker, times: int) -> list[bool]:
    return [circuit.note_failure() for _ in range(times)]


def test_it_opens_after_failures_in_a_row_and_says_so_once(circuit: CircuitBreaker):
    assert fail(circuit, 2) == [False, False]
    circuit.note_success()
    assert fail(circuit, 4) == [False, False, True, False]
    assert circuit.state is CircuitState.OPEN
    assert not circuit.may_call()


def test_after_the_pause_one_call_tries_and_others_wait(circuit: CircuitBreaker, hand: Hand):
    fail(circuit, 3)
    hand.seconds = 5
    assert circuit.state is CircuitState.HALF_OPEN
    assert [circuit.may_call() for _ in range(3)] == [True, False, False]


def test_a_try_that_succeeds_closes_it(circuit: CircuitBreaker, hand: Hand):
    fail(circuit, 3)
    hand.seconds = 5
    assert circuit.may_call()
    assert circuit.note_success()
    assert circuit.state is CircuitState.CLOSED
    assert not circuit.note_success()


def test_a_try_that_fails_begins_another_pause(circuit: CircuitBreaker, hand: Hand):
    fail(circuit, 3)
    hand.seconds = 5
    assert circuit.may_call()
    assert not circuit.note_failure()
    hand.seconds = 9.9
    assert not circuit.may_call()
    hand.seconds = 10
    assert circuit.may_call()


def test_a_try_that_never_reports_is_followed_by_another(circuit: CircuitBreaker, hand: Hand):
    fail(circuit, 3)
    hand.seconds = 5
    assert circuit.may_call()
    hand.seconds = 10
    assert circuit.may_call()


def test_every_try_that_fails_doubles_the_pause_up_to_the_longest(hand: Hand):
    circuit = CircuitBreaker(failures=1, pause_seconds=1, longest_pause_seconds=4, monotonic=hand)
    circuit.note_failure()
    waited = []
    for _ in range(4):
        begun = hand.seconds
        while not circuit.may_call():
            hand.seconds += 0.5
        waited.append(hand.seconds - begun)
        circuit.note_failure()
    assert waited == [1, 2, 4, 4]
    hand.seconds += 4
    assert circuit.may_call()
    circuit.note_success()
    circuit.note_failure()
    hand.seconds += 1
    assert circuit.may_call()
