from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from assist_api.accounts.lockout import (
    FAILURES_PER_NAME,
    WINDOW,
    FailureCount,
    add_failure,
    name_subject,
    retry_after_seconds,
)

pytestmark = pytest.mark.unit

NINE = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)


def failures_at(*moments: datetime) -> FailureCount | None:
    count: FailureCount | None = None
    for moment in moments:
        count = add_failure(count, moment)
    return count


def test_fifth_failure_locks_for_fifteen_minutes() -> None:
    four = failures_at(*[NINE] * 4)
    five = failures_at(*[NINE] * 5)
    assert retry_after_seconds(four, FAILURES_PER_NAME, NINE) == 0
    assert retry_after_seconds(five, FAILURES_PER_NAME, NINE) == 15 * 60


@pytest.mark.parametrize(
    ("waited", "left"), [(timedelta(minutes=14), 60), (WINDOW - timedelta(milliseconds=1), 1), (WINDOW, 0)]
)
def test_lock_ends_by_itself(waited: timedelta, left: int) -> None:
    assert retry_after_seconds(failures_at(*[NINE] * 5), FAILURES_PER_NAME, NINE + waited) == left


def test_failures_are_forgotten_after_a_quiet_window() -> None:
    later = NINE + WINDOW
    assert failures_at(NINE, NINE, NINE, NINE, later) == FailureCount(1, later)


def test_failures_add_up_while_the_window_is_not_quiet() -> None:
    moments = [NINE + timedelta(minutes=14 * step) for step in range(5)]
    assert retry_after_seconds(failures_at(*moments), FAILURES_PER_NAME, moments[-1]) > 0


def test_subject_does_not_contain_the_name() -> None:
    assert "hunter2" not in name_subject("hunter2")
    assert name_subject("hunter2") != name_subject("hunter3")
