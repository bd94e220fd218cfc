"""Records of calls as a real Asterisk 22 wrote them, and days compared with them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from assist_api.recordings.comparing import KnownCall, compare
from cti_adapter.agent_names import AgentNames
from cti_adapter.call_records import CallRecord, append_session, read_asterisk, read_sessions
from cti_adapter.tracked import identity

pytestmark = pytest.mark.unit

DAY = datetime(2026, 11, 30, tzinfo=UTC)
NEXT = DAY + timedelta(days=1)
CONSULTED = """\
"","8101","line","agents","","PJSIP/agent-8101-00000001","Local/8102@agents-00000000;1","AppQueue","","2026-11-30 14:25:15","2026-11-30 14:25:15","2026-11-30 14:25:20",4,4,"ANSWERED","DOCUMENTATION","pbx1-1796048693.1",""
"","","s","default","","AudioSocket/127.0.0.1:36433-1ff4c91c","","ChanSpy","","2026-11-30 14:24:54","2026-11-30 14:24:54","2026-11-30 14:25:20",25,25,"ANSWERED","DOCUMENTATION","pbx1-1796048694.3",""
"","13800138000","s","dial-agent","","Local/8102@agents-00000000;2","PJSIP/agent-8102-00000002","Dial","","2026-11-30 14:25:15","2026-11-30 14:25:20","2026-11-30 14:25:21",5,0,"ANSWERED","DOCUMENTATION","pbx1-1796048715.5",""
"","13800138000","line","to-queue","","PJSIP/trunk-lab-00000000","PJSIP/agent-8101-00000001","Queue","hotline","2026-11-30 14:24:53","2026-11-30 14:24:53","2026-11-30 14:25:15",22,22,"ANSWERED","DOCUMENTATION","pbx1-1796048693.0",""
"","13800138000","thanks","to-queue","","PJSIP/trunk-lab-00000000","","Hangup","","2026-11-30 14:25:21","2026-11-30 14:25:21","2026-11-30 14:25:21",0,0,"ANSWERED","DOCUMENTATION","pbx1-1796048693.0",""
"","8001","s","dial-out","","PJSIP/agent-8001-00000000","PJSIP/trunk-lab-00000001","Dial","","2026-11-30 14:30:24","2026-11-30 14:30:24","2026-11-30 14:31:24",60,60,"ANSWERED","DOCUMENTATION","pbx1-1796049999.1","","","pbx1-1796049999.0",7
"","8001","s","agents","","PJSIP/agent-8001-00000003","PJSIP/agent-8002-00000004","Dial","","2026-11-30 14:40:24","2026-11-30 14:40:24","2026-11-30 14:41:24",60,60,"ANSWERED","DOCUMENTATION","pbx1-1796059999.1",""
"","1","line","to-queue","","PJSIP/trunk-lab-00000005","PJSIP/agent-8001-00000006","Queue","","2026-11-30 15:40:24","","2026-11-30 15:41:24",60,0,"NO ANSWER","DOCUMENTATION","pbx1-1796069999.1",""
"""  # noqa: E501 — lines as Asterisk writes them


def test_only_conversations_of_a_customer_with_an_agent_are_read(tmp_path: Path) -> None:
    path = tmp_path / "Master.csv"
    path.write_text('"","1","s","x","","a","b","c","d","2020-01-01 00:00:00","","2020-01-01 00:00:01",1\n' + CONSULTED)
    found = read_asterisk(path, "pbx1", AgentNames(), DAY, NEXT)
    # The call that came in, and the one that an agent dialled, which newer files name by its linked id.
    assert {record.call_id: (record.agent, record.talk_seconds) for record in found.values()} == {
        identity("pbx1", "call", "pbx1-1796048693.0"): ("8101", 22),
        identity("pbx1", "call", "pbx1-1796049999.0"): ("8001", 60),
    }
    assert read_asterisk(path, "pbx1", AgentNames(), NEXT, NEXT + timedelta(days=1)) == {}


def test_a_file_larger_than_a_block_is_read_from_its_end(tmp_path: Path) -> None:
    path = tmp_path / "Master.csv"
    old = CONSULTED.replace("2026-11-30", "2026-11-20")
    path.write_text(old * 400 + CONSULTED)
    assert len(read_asterisk(path, "pbx1", AgentNames(), DAY, NEXT)) == 2


def test_sessions_are_found_on_their_day_and_a_cut_line_is_passed_over(tmp_path: Path) -> None:
    record = CallRecord(uuid4(), DAY + timedelta(hours=23, minutes=59), NEXT + timedelta(minutes=1), 120, "8001")
    append_session(tmp_path, record)
    with (tmp_path / "2026-12-01.csv").open("a") as file:
        file.write(f"{uuid4()},2026-12")
    assert read_sessions(tmp_path, DAY, NEXT) == {record.call_id: record}
    assert read_sessions(tmp_path, NEXT, NEXT + timedelta(days=1)) == {}


def known(call_id: UUID, *, recording: str | None = "joined", has_text: bool = True, seconds: int = 60) -> KnownCall:
    return KnownCall(call_id, DAY, DAY + timedelta(seconds=seconds), "李娜", recording, has_text)


def recorded(call_id: UUID, *, seconds: int = 60, note: str = "") -> CallRecord:
    return CallRecord(call_id, DAY, DAY + timedelta(seconds=seconds), seconds, "8001", note)


def test_every_gap_of_a_day_has_its_reason() -> None:
    whole, unseen, unknown_to_them, unrecorded, mute, short, unjoined, cut, running = (uuid4() for _ in range(9))
    records = {
        whole: recorded(whole),
        unseen: recorded(unseen),
        unrecorded: recorded(unrecorded, note="notice_failed"),
        mute: recorded(mute),
        short: recorded(short, seconds=1),
        unjoined: recorded(unjoined),
        cut: recorded(cut),
        running: recorded(running),
    }
    calls = [
        known(whole),
        known(unknown_to_them),
        known(unrecorded, recording="missing"),
        known(mute, has_text=False),
        known(short, recording="missing", has_text=False, seconds=1),
        known(unjoined, recording=None),
        known(cut, recording="cut_short"),
        KnownCall(running, DAY, NEXT, "李娜", None, False),
    ]
    found = compare(records, calls, DAY + timedelta(hours=1))
    assert (found.records, found.calls, found.joined, found.transcribed) == (8, 7, 3, 5)
    assert {(gap.call_id, gap.lacks, gap.reason) for gap in found.gaps} == {
        (unseen, "call", "server_down"),
        (unknown_to_them, "record", "no_record"),
        (unrecorded, "recording", "notice_failed"),
        (mute, "text", "not_heard"),
        (short, "recording", "too_short"),
        (short, "text", "too_short"),
        (unjoined, "recording", "not_joined"),
        (cut, "recording", "cut_short"),
    }


def test_without_records_of_an_exchange_nothing_is_compared_with_them() -> None:
    assert compare(None, [known(uuid4())], DAY + timedelta(hours=1)).gaps == ()
