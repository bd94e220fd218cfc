from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from assist_api.accounts.lockout import (
    FAILURES_PER_NAME,
    LONGEST_WAIT,
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


@pytest.mark.parametrize(
    ("failures", "seconds"), [(0, 0), (4, 0), (5, 1), (6, 2), (7, 4), (10, 32), (11, 60), (12, 60), (10_000, 60)]
)
def test_wait_grows_with_every_failure_up_to_a_minute(failures: int, seconds: int) -> None:
    assert retry_after_seconds(FailureCount(failures, NINE), FAILURES_PER_NAME, NINE) == seconds


@pytest.mark.parametrize(
    ("waited", "left"), [(timedelta(seconds=59), 1), (LONGEST_WAIT - timedelta(milliseconds=1), 1), (LONGEST_WAIT, 0)]
)
def test_wait_ends_by_itself(waited: timedelta, left: int) -> None:
    assert retry_after_seconds(FailureCount(20, NINE), FAILURES_PER_NAME, NINE + waited) == left


@pytest.mark.parametrize("back", [timedelta(seconds=1), timedelta(hours=9), timedelta(days=3650)])
def test_clock_that_is_set_back_lengthens_no_wait(back: timedelta) -> None:
    assert retry_after_seconds(FailureCount(20, NINE), FAILURES_PER_NAME, NINE - back) == 60
    assert retry_after_seconds(FailureCount(5, NINE), FAILURES_PER_NAME, NINE - back) == 1


def test_failures_are_forgotten_after_a_quiet_window() -> None:
    later = NINE + WINDOW
    assert failures_at(NINE, NINE, NINE, NINE, later) == FailureCount(1, later)


def test_failures_add_up_while_the_window_is_not_quiet() -> None:
    moments = [NINE + timedelta(minutes=14 * step) for step in range(5)]
    assert retry_after_seconds(failures_at(*moments), FAILURES_PER_NAME, moments[-1]) > 0


def test_subject_does_not_contain_the_name() -> None:
    assert "hunter2" not in name_subject("hunter2")
    assert name_subject("hunter2") != name_subject("hunter3")
