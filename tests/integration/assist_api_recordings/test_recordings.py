"""A call through a real Asterisk: the supervisor hears it, takes it over, and every voice is on its channel."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from datetime import datetime, timedelta
from pathlib import Path

import av
import numpy as np
import pytest

from assist_api.audit.log import AuditLog
from assist_api.audit.repository import AuditFilter, AuditRepository
from assist_api.http.permissions import Role
from assist_api.policies.service import Policies
from assist_api.recordings.joining import sha256_of
from assist_api.recordings.policy import RETENTION
from assist_api.recordings.service import CLOSING_TIME, EXPIRE, CallRecordings, RecordingFolder
from cti_adapter.commands import SuperviseMode
from cti_adapter.phone.sip_phone import PCMSource, PhoneCall
from kit.clock import SystemClock
from kit.errors import NotFoundError
from kit.jobs import JobQueue, JobRunner
from tests.contract.cti_adapter.exchanges import AsteriskScript
from tests.fakes.assist_calls_desk import add_agent, open_desk
from tests.fakes.assist_floor import open_floor
from tests.fakes.cti_tones import AGENT_HZ, COLLEAGUE_HZ, CUSTOMER_HZ, heard, tone
from tests.servers.asterisk import AGENTS, run_asterisk

pytestmark = pytest.mark.integration


async def hears(call: PhoneCall, tones: set[int]) -> None:
    async with asyncio.timeout(20):
        while heard(call.heard) != tones:  # noqa: ASYNC110  # rejected: sound has no event
            await asyncio.sleep(0.05)


def tones_of(path: Path, channel: int, start: float, end: float) -> set[int]:
    """Return the tones of a part of a recording, given in shares of its length."""
    with av.open(str(path)) as file:
        # FLAC frames hold both channels of a sample side by side.
        pieces = [frame.to_ndarray().reshape(-1, 2) for frame in file.decode(audio=0)]
    samples = np.concatenate(pieces).astype("<i2")
    part = samples[round(start * len(samples)) : round(end * len(samples)), channel]
    return heard(np.ascontiguousarray(part).tobytes(), 1_000)


async def test_a_call_that_was_taken_over_is_recorded_with_every_voice_and_kept_as_the_policy_says(
    tmp_path: Path,
) -> None:
    url = f"sqlite+aiosqlite:///{tmp_path / 'calls.sqlite'}"
    with run_asterisk(tmp_path / "asterisk") as process:
        async with AsyncExitStack() as stack:
            script = AsteriskScript(process, stack)
            await script.open()
            desk = await stack.enter_async_context(open_desk(url, tmp_path / "data", lines=()))
            floor = await stack.enter_async_context(open_floor(desk, script.settings))
            chief = await add_agent(desk.database, "chief", sees_all=True, role=Role.SUPERVISOR)
            await script.register()
            await floor.until(lambda view: [agent.state for agent in view.agents] == ["ready", "ready"])
            await script.call("13800138000")
            await script.ring()
            await script.answer()
            assert script.customer is not None
            assert script.agent is not None
            view = await floor.until(lambda view: bool(view.calls) and view.calls[0].can_supervise)
            call_id = view.calls[0].call_id
            await hears(script.customer, {AGENT_HZ})

            await floor.actions.supervise(chief, AGENTS[1], call_id, SuperviseMode.LISTEN)
            phone = script.phone(AGENTS[1])
            ringing = await asyncio.wait_for(phone.ringing.get(), 20)
            supervisor = await phone.answer(ringing, source=PCMSource(tone(COLLEAGUE_HZ), is_endless=True))
            await hears(supervisor, {CUSTOMER_HZ, AGENT_HZ})
            await hears(script.customer, {AGENT_HZ})
            await asyncio.sleep(1.5)
            await floor.actions.take_over(chief, AGENTS[1], call_id)
            await hears(script.customer, {COLLEAGUE_HZ})
            await hears(supervisor, {CUSTOMER_HZ})
            await asyncio.sleep(1.5)
            await script.hang_up_customer()
            await floor.until(lambda view: not view.calls)

            clock = SystemClock()
            audit, jobs = AuditLog(clock), JobQueue(clock)
            policies = Policies(desk.database, clock, audit)
            policies.add(RETENTION)
            folder = RecordingFolder(process.folders.recordings, script.settings.node_name)
            recordings = CallRecordings(desk.database, clock, desk.calls, jobs, audit, policies, folder)
            runner = JobRunner(desk.database, clock, jobs, recordings.handlers)
            await recordings.order(call_id)
            await recordings.order_forgotten()
            await asyncio.sleep(CLOSING_TIME.total_seconds() + 0.5)
            await runner.run_due()

            known = await recordings.view(call_id)
            assert (known.state, sorted(leg.role for leg in known.legs)) == (
                "joined",
                ["agent", "customer", "supervisor"],
            )
            path = await desk.calls.archive.audio(chief, call_id)
            assert known.sha256 == sha256_of(path)
            assert tones_of(path, 0, 0.3, 0.9) == {CUSTOMER_HZ}
            assert AGENT_HZ in tones_of(path, 1, 0.2, 0.5)
            assert tones_of(path, 1, 0.8, 0.98) == {COLLEAGUE_HZ}
            assert folder.legs() == []
            reconciled, unknown = await recordings.reconcile()
            assert (reconciled.calls, reconciled.joined, reconciled.missing, unknown) == (1, 1, 0, 0)

            # Held audio stays, however old; let go, it is deleted and the log says so.
            await policies.choose(chief.actor, RETENTION.name, {"keep_days": 1}, note="", based_on=0)
            aged = CallRecordings(desk.database, _Later(), desk.calls, jobs, audit, policies, folder)
            later = JobRunner(desk.database, clock, jobs, aged.handlers)
            await aged.hold(chief.actor, call_id, "投诉")
            for is_held in (True, False):
                if not is_held:
                    await aged.release(chief.actor, call_id)
                async with desk.database.session() as session:
                    await jobs.enqueue(session, EXPIRE, {})
                await later.run_due()
                assert path.is_file() is is_held
            assert (await aged.view(call_id)).state == "deleted"
            with pytest.raises(NotFoundError):
                await desk.calls.archive.audio(chief, call_id)
            async with desk.database.session() as session:
                assert await AuditRepository(session).has_any(AuditFilter(action="recording.deleted"))


class _Later(SystemClock):
    """The machine's time two days on."""

    def now(self) -> datetime:
        return super().now() + timedelta(days=2)
