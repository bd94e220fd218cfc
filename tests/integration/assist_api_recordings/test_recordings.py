"""A call through a real Asterisk: the supervisor hears it, takes it over, and every voice is on its channel."""

from __future__ import annotations

import asyncio
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import AsyncExitStack, contextmanager, suppress
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

import av
import numpy as np
import pytest

from assist_api.audit.log import AuditLog
from assist_api.audit.repository import AuditFilter, AuditRepository
from assist_api.http.permissions import Role
from assist_api.policies.service import Policies
from assist_api.recordings.cuts import TOLERANCE_MS, LegLengths
from assist_api.recordings.joining import sha256_of
from assist_api.recordings.module import recordings_health
from assist_api.recordings.policy import RETENTION
from assist_api.recordings.service import CLOSING_TIME, EXPIRE, CallRecordings, RecordingFolder
from assist_api.self_calls.caller import SAID, SelfCaller
from cti_adapter.asterisk.process import AsteriskProcess
from cti_adapter.commands import ReadyAgent, SuperviseMode
from cti_adapter.events import CallStateChanged
from cti_adapter.phone.sip_phone import PCMSource, PhoneCall
from cti_adapter.states import CallState
from kit.clock import SystemClock
from kit.errors import NotFoundError
from kit.jobs import JobQueue, JobRunner
from tests.contract.cti_adapter.exchanges import AsteriskScript
from tests.fakes.assist_calls_desk import Desk, add_agent, open_desk
from tests.fakes.assist_calls_speech import Line
from tests.fakes.assist_floor import Floor, open_floor
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

            await talk_on_a_full_disk(process, script, floor, recordings, runner)
            cut = await talk_while_the_disk_fills(process, script, floor, recordings, runner)
            if cut is not None:
                # What was written before is played.
                assert tones_of(await desk.calls.archive.audio(chief, cut), 0, 0.3, 0.9) == {CUSTOMER_HZ}
            await call_oneself(process, desk, floor, recordings, runner, calls=2 if cut is None else 3)

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


async def talk_on_a_full_disk(
    process: AsteriskProcess, script: AsteriskScript, floor: Floor, recordings: CallRecordings, runner: JobRunner
) -> None:
    """A call that cannot be recorded goes on to its end, and what is lacking is shown."""
    with nearly_full(process.folders.recordings, free_bytes=0) as is_disk:
        call_id = await talk(script, floor, "13900139000")
        await script.hang_up_customer()
        await floor.until(lambda view: not view.calls)
        await recordings.order(call_id)
        await settled(recordings, runner, call_id)
        assert [
            (gap.call_id, gap.missing) for gap in (await recordings.gaps()).items if gap.missing == "recording"
        ] == [(call_id, "recording")]
        health = await recordings_health(recordings)
        code = "recordings_disk_full" if is_disk else "recordings_missing"
        assert (health.state, health.code, health.facts["missing"]) == ("degraded", code, 1)
    assert (await recordings_health(recordings)).code == "recordings_missing"
    assert process.is_running


async def talk_while_the_disk_fills(
    process: AsteriskProcess, script: AsteriskScript, floor: Floor, recordings: CallRecordings, runner: JobRunner
) -> UUID | None:
    """A disk that fills in the middle of a call: what was written is kept, and from where it breaks off is said.

    Returns:
        The call; None where no file system may be mounted.
    """
    folder, lengths, ended = process.folders.recordings, LegLengths(), asyncio.Event()
    expected: dict[str, int] = {}

    async def follow() -> None:
        async for event in floor.adapter.events():
            lengths.feed(event)
            if isinstance(event, CallStateChanged) and event.state is CallState.ENDED:
                expected.update(lengths.take(event.call_id, event.at))
                ended.set()

    following = asyncio.create_task(follow())
    # Two seconds of two legs.
    with nearly_full(folder, free_bytes=64 << 10) as is_disk:
        if not is_disk:
            following.cancel()
            return None
        call_id = await talk(script, floor, "13700137000")
        async with asyncio.timeout(60):
            while shutil.disk_usage(folder).free:  # noqa: ASYNC110  # rejected: a disk has no event
                await asyncio.sleep(0.1)
        await asyncio.sleep(TOLERANCE_MS / 1000 + 1)
        assert script.customer is not None
        await hears(script.customer, {AGENT_HZ})
        await script.hang_up_customer()
        await asyncio.wait_for(ended.wait(), 20)
        await recordings.order(call_id, expected)
        await settled(recordings, runner, call_id)
    following.cancel()
    known = await recordings.view(call_id)
    assert known.state == "cut_short"
    assert known.missing_from_ms is not None
    assert all(leg.missing_ms > TOLERANCE_MS for leg in known.legs)
    gaps = await recordings.gaps()
    assert (gaps.missing, gaps.cut_short) == (2, 1)
    found = [(gap.call_id, gap.missing, gap.missing_from_ms) for gap in gaps.items if gap.missing == "sound"]
    assert found == [(call_id, "sound", known.missing_from_ms)]
    assert process.is_running
    return call_id


async def talk(script: AsteriskScript, floor: Floor, number: str) -> UUID:
    """A customer calls and both hear each other."""
    await floor.adapter.execute(ReadyAgent(AGENTS[0]))
    await floor.until(lambda view: view.agents[0].state == "ready")
    await script.call(number)
    await script.ring()
    await script.answer()
    assert script.customer is not None
    assert script.agent is not None
    view = await floor.until(lambda view: bool(view.calls) and view.calls[0].state == "answered")
    await hears(script.customer, {AGENT_HZ})
    await hears(script.agent, {CUSTOMER_HZ})
    return view.calls[0].call_id


async def settled(recordings: CallRecordings, runner: JobRunner, call_id: UUID) -> None:
    """Wait until it is known what became of a recording."""
    async with asyncio.timeout(60):
        while (await recordings.view(call_id)).state == "none":
            await runner.run_due()
            await asyncio.sleep(0.5)


async def call_oneself(
    process: AsteriskProcess, desk: Desk, floor: Floor, recordings: CallRecordings, runner: JobRunner, *, calls: int
) -> None:
    """The daily self-call takes every step and leaves no call behind."""
    # Whenever the legs are first listened to, the words come.
    starts = range(0, 60_000, 2_000)
    desk.engine.lines = [Line(leg, at, at + 1_500, "".join(SAID.values())) for leg in (0, 1) for at in starts]
    caller = SelfCaller(floor.adapter, process.plan, desk.calls, recordings, SystemClock(), "127.0.0.1")
    calling = asyncio.create_task(caller.run())
    async with asyncio.timeout(120):
        while not calling.done():
            await recordings.order_forgotten()
            await runner.run_due()
            await asyncio.sleep(0.5)
    found = await calling
    assert (found.failed_step, found.detail) == (None, "")
    assert list(found.steps) == ["register", "call", "notice", "queue", "voices", "words", "recording"]
    assert (await recordings.reconcile())[0].calls == calls


@contextmanager
def nearly_full(folder: Path, *, free_bytes: int) -> Iterator[bool]:
    """Leave a folder that room on a file system of its own, and yield whether there is one.

    Where no file system may be mounted, the folder takes no new file instead.
    """
    size = max(free_bytes, 64 << 10)
    mount = ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", folder]
    if subprocess.run(mount, check=False, capture_output=True).returncode:
        folder.chmod(0o500)
        yield False
        folder.chmod(0o700)
        return
    try:
        with (folder / "filler").open("wb", buffering=0) as filler, suppress(OSError):
            while shutil.disk_usage(folder).free > free_bytes:
                filler.write(bytes(4096))
        yield True
    finally:
        # Asterisk may still have a file of the call that ended.
        subprocess.run(["umount", "--lazy", folder], check=True)


class _Later(SystemClock):
    """The machine's time two days on."""

    def now(self) -> datetime:
        return super().now() + timedelta(days=2)
