from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from assist_api.audit.log import AuditLog
from assist_api.calls.masking_policy import MASKING
from assist_api.calls.reading import CallReading
from assist_api.calls.viewer import COMMAND_LINE
from assist_api.second_pass.policy import SecondPassPolicy
from assist_api.second_pass.schemas import TranscriptVersion
from assist_api.second_pass.service import SecondPasses
from kit.clock import SystemClock
from kit.errors import NotFoundError
from kit.jobs import JobQueue, JobRunner
from speech.engine import SpeechEngine
from speech.settings import SpeechSettings
from tests.fakes.assist_calls_desk import Desk, open_desk
from tests.fakes.assist_calls_speech import Line
from tests.fakes.speech_recognizer import FakeRecognizer

pytestmark = pytest.mark.module

CALL = (Line(1, 100, 900, "您好"), Line(0, 1_500, 2_400, "我家停电了"))


@pytest.fixture
async def desk(sqlite_url: str, tmp_path: Path) -> AsyncIterator[Desk]:
    async with open_desk(sqlite_url, tmp_path, CALL) as opened:
        yield opened


async def test_a_call_is_heard_again_beside_what_the_agent_saw(desk: Desk) -> None:
    clock = SystemClock()
    speech = SpeechEngine(
        SpeechSettings(vad="energy", has_own_processes=False),
        clock,
        recognizer_factory=lambda _settings: FakeRecognizer(lambda _request: "我家停水了"),
    )
    jobs = JobQueue(clock)
    passes = SecondPasses(
        desk.database,
        clock,
        jobs,
        AuditLog(clock),
        desk.calls,
        CallReading(desk.calls, MASKING.default_factory),
        speech,
        lambda: SecondPassPolicy(is_on=True, model="larger"),
    )
    call_id = (await desk.run(COMMAND_LINE))[0].call_id
    with pytest.raises(NotFoundError, match="second time"):
        await passes.transcript(COMMAND_LINE, call_id, TranscriptVersion.SECOND_PASS)

    await passes.order_due()
    ordered = await passes.view(COMMAND_LINE, call_id)
    assert (ordered.state, ordered.lines) == ("ordered", [])
    assert (await passes.order(COMMAND_LINE, call_id)).job_id == ordered.job_id
    await JobRunner(desk.database, clock, jobs, [passes.handler]).run_due()

    made = await passes.view(COMMAND_LINE, call_id)
    assert (made.state, made.model, made.beam_size) == ("ready", "larger", 10)
    assert made.lines
    assert all(line.text == "我家停水了" for line in made.lines)
    seen = await passes.transcript(COMMAND_LINE, call_id, TranscriptVersion.AS_SEEN)
    assert [line.text for line in seen.lines] == ["您好", "我家停电了"]
    # It is not ordered again by itself.
    await passes.order_due()
    assert (await passes.view(COMMAND_LINE, call_id)).state == "ready"
    await passes.aclose()
    await speech.aclose()
