from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from kit.jobs import DailyAt, Every, JobHandler

pytestmark = pytest.mark.unit

SHANGHAI, BERLIN = ZoneInfo("Asia/Shanghai"), ZoneInfo("Europe/Berlin")


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def test_every_counts_from_the_moment() -> None:
    assert Every(timedelta(hours=24)).next_after(utc("2026-03-01T09:00")) == utc("2026-03-02T09:00")
    with pytest.raises(ValueError, match="positive"):
        Every(timedelta(0))


@pytest.mark.parametrize(
    ("moment", "due"),
    [
        ("2026-03-01T17:59", "2026-03-01T18:00"),  # 01:59 in Shanghai
        ("2026-03-01T18:00", "2026-03-02T18:00"),  # exactly 02:00: the next day
        ("2026-03-01T18:01", "2026-03-02T18:00"),
        ("2026-02-28T16:00", "2026-02-28T18:00"),  # midnight in Shanghai
    ],
)
def test_daily_means_the_clock_on_the_wall(moment: str, due: str) -> None:
    assert DailyAt(time(2), SHANGHAI).next_after(utc(moment)) == utc(due)


def test_daily_bears_summer_time() -> None:
    daily = DailyAt(time(2, 30), BERLIN)
    moments = [utc("2026-03-28T00:00")]
    for _ in range(3):
        moments.append(daily.next_after(moments[-1]))
    # 29 March has no 02:30; what follows is an hour earlier in UTC.
    assert moments[1:] == [utc("2026-03-28T01:30"), utc("2026-03-29T01:30"), utc("2026-03-30T00:30")]
    # 25 October has two: the first counts.
    assert daily.next_after(utc("2026-10-24T12:00")) == utc("2026-10-25T00:30")
    assert daily.next_after(utc("2026-10-25T00:30")) == utc("2026-10-26T01:30")


def test_equal_schedules_have_equal_rules() -> None:
    assert DailyAt(time(2), SHANGHAI).rule == "daily at 02:00:00 Asia/Shanghai"
    assert Every(timedelta(minutes=5)).rule == "every 300 s"


def test_pauses_double_up_to_the_longest() -> None:
    async def run(_job: object) -> None: ...

    handler = JobHandler("thing.make", run, retry_after=timedelta(seconds=5), max_retry_after=timedelta(minutes=1))
    assert [handler.pause_after(n).total_seconds() for n in (1, 2, 3, 4, 5, 100)] == [5, 10, 20, 40, 60, 60]
    with pytest.raises(ValueError, match="attempt"):
        JobHandler("thing.make", run, max_attempts=0)
