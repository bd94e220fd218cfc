from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from assist_api.cases.service import day_of_call

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("began_at", "zone", "day"),
    [
        (datetime(2026, 3, 1, 22, 18, tzinfo=UTC), "Asia/Shanghai", date(2026, 3, 2)),
        (datetime(2026, 3, 1, 15, 59, tzinfo=UTC), "Asia/Shanghai", date(2026, 3, 1)),
        (datetime(2026, 3, 1, 22, 18, tzinfo=UTC), "UTC", date(2026, 3, 1)),
        (datetime(2026, 3, 1, 3, 0, tzinfo=UTC), "America/New_York", date(2026, 2, 28)),
    ],
)
def test_call_belongs_to_the_day_it_began_on_where_the_installation_is(
    began_at: datetime, zone: str, day: date
) -> None:
    assert day_of_call(began_at, ZoneInfo(zone)) == day
