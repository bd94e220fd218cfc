"""A day of calls compared with the exchange's records, on a real database and real files."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest

from assist_api.calls.models import CallRow
from assist_api.calls.states import CallState
from assist_api.migrations import runner
from assist_api.recordings.days import RecordFiles, RecordingDays
from assist_api.recordings.models import CallRecording
from cti_adapter.agent_names import AgentNames
from cti_adapter.call_records import CallRecord, append_session
from kit.clock import SystemClock
from kit.db import Database
from kit.errors import NotFoundError

pytestmark = pytest.mark.module

ZONE = ZoneInfo("Asia/Shanghai")
BEGAN = datetime(2026, 11, 30, 1, tzinfo=UTC)


class _NextMorning(SystemClock):
    def now(self) -> datetime:
        return BEGAN + timedelta(days=1)


async def test_a_day_is_compared_kept_and_named_with_its_gaps(database_url: str, tmp_path: Path) -> None:
    database = Database(database_url)
    await runner.upgrade(database)
    whole, unseen, running, next_day = (uuid4() for _ in range(4))
    for call_id, began in ((whole, BEGAN), (unseen, BEGAN), (running, BEGAN), (next_day, BEGAN + timedelta(hours=16))):
        append_session(tmp_path, CallRecord(call_id, began, began + timedelta(minutes=1), 60, "8001"))
    async with database.session() as session:
        for call_id, state in ((whole, CallState.ENDED), (running, CallState.ANSWERED)):
            ended_at = BEGAN + timedelta(minutes=1) if state is CallState.ENDED else None
            session.add(
                CallRow(
                    id=call_id, source="live", state=state.value, title="", sector=None, customer_number_masked="",
                    agent_account_id=None, agent_name="李娜", created_at=BEGAN, ended_at=ended_at, end_reason=None,
                    end_code="", end_message="", duration_ms=None, heard_ms=0, speed="1", leg_roles=[], last_seq=0,
                    recording_files=[], playable_file=None, runner_id=uuid4(),
                )
            )  # fmt: skip
        await session.flush()
        session.add(CallRecording(call_id=whole, state="joined", legs=[], sha256="", duration_ms=0, changed_at=BEGAN))
    days = RecordingDays(database, _NextMorning(), ZONE, RecordFiles(None, "pbx1", AgentNames(), tmp_path))
    day = BEGAN.astimezone(ZONE).date()
    with pytest.raises(NotFoundError):
        await days.gaps(day)
    await days.compare(day)
    await days.compare(day)
    (view,) = await days.newest()
    assert (view.day, view.records, view.calls, view.joined, view.lacking) == (day, 3, 1, 1, 2)
    assert view.reasons == {"server_down": 1, "not_heard": 1}
    gaps = await days.gaps(day)
    assert {(gap.call_id, gap.lacks) for gap in gaps.items} == {(unseen, "call"), (whole, "text")}
    await database.aclose()
