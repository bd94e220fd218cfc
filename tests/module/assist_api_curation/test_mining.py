"""Event logs of many calls, read by a process beside the server, which finds what is found here."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import uuid4

import pytest

from assist_api.calls.models import CallEventRow, CallRow
from assist_api.calls.states import CallState
from assist_api.curation.mining import BACKLOG_FROM, HereMiner, open_miner
from assist_api.migrations import runner
from kit.clock import SystemClock
from kit.db import Database

pytestmark = pytest.mark.module

AT = datetime(2026, 11, 30, 1, tzinfo=UTC)
ASKED = "充电桩怎么报装，我叫王建国"


async def test_the_process_finds_the_questions_that_are_found_here(database_url: str) -> None:
    database, call_id, segment_id = Database(database_url), uuid4(), uuid4()
    await runner.upgrade(database)
    said = {
        "segment_id": str(segment_id), "leg_role": "customer", "start_ms": 4_000, "end_ms": 7_000, "text": ASKED,
        "is_final": True, "partial_index": -1, "confidence": 0.9, "language": "zh",
    }  # fmt: skip
    withheld = {"reason": "nothing_fits", "trigger_segment_id": str(segment_id), "search_state": "complete"}
    call = CallRow(
        id=call_id, source="live", state=CallState.ENDED.value, title="", sector=None, customer_number_masked="",
        agent_account_id=None, agent_name="李娜", created_at=AT, ended_at=AT, end_reason=None, end_code="",
        end_message="", duration_ms=None, heard_ms=0, speed="1", leg_roles=[], last_seq=2, recording_files=[],
        playable_file=None, runner_id=uuid4(),
    )  # fmt: skip
    async with database.session() as session:
        session.add(call)
        await session.flush()
        for seq, (kind, data) in enumerate((("transcript.final", said), ("suggestion.withheld", withheld)), 1):
            session.add(CallEventRow(call_id=call_id, seq=seq, type=kind, at=AT, data=data))
    async with (
        open_miner(database, SystemClock(), BACKLOG_FROM) as beside,
        open_miner(database, SystemClock(), 1) as here,
    ):
        assert isinstance(here, HereMiner)
        assert not isinstance(beside, HereMiner)
        found = await here.find([call])
        assert [moment.segment_id for moment in found[call_id]] == [segment_id]
        assert await beside.find([call]) == found
        await beside.give_way()
    await database.aclose()
