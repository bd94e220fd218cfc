from __future__ import annotations

import asyncio

import pytest
from structlog.testing import capture_logs

from kit.errors import DependencyCategory, DependencyError
from kit.periodic import Loop, LoopRunner, WakeUp
from tests.fakes.assist_core_clock import ManualClock

pytestmark = pytest.mark.unit


class SteppingSleeper(ManualClock):
    """Notes each sleep and lets it end when the test says so."""

    def __init__(self) -> None:
        super().__init__()
        self.slept: list[float] = []
        self.goes = asyncio.Semaphore(0)

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        await self.goes.acquire()


async def settle() -> None:
    for _ in range(10):
        await asyncio.sleep(0)


async def test_a_loop_pauses_before_its_first_run_unless_it_is_due_at_the_start() -> None:
    clock, ran = SteppingSleeper(), []

    async def note(name: str) -> None:
        ran.append(name)

    runner = LoopRunner(clock)
    runner.start(Loop("later", 60, lambda: note("later")), Loop("now", 30, lambda: note("now"), is_due_at_start=True))
    await settle()
    assert (ran, sorted(clock.slept)) == (["now"], [30, 60])
    clock.goes.release()
    clock.goes.release()
    await settle()
    assert sorted(ran) == ["later", "now", "now"]
    await runner.aclose()


async def test_a_failure_is_logged_known_ones_shortly_and_the_loop_goes_on() -> None:
    clock, failures = (
        SteppingSleeper(),
        iter(
            [
                DependencyError("It is away.", category=DependencyCategory.CONNECTIVITY, retryable=True),
                ValueError("a bug"),
            ]
        ),
    )
    ran = 0

    async def work() -> None:
        nonlocal ran
        ran += 1
        for failure in failures:
            raise failure

    runner = LoopRunner(clock)
    with capture_logs() as logs:
        runner.start(Loop("work", 1, work, is_due_at_start=True))
        await settle()
        for _ in range(2):
            clock.goes.release()
            await settle()
    assert ran == 3
    assert [(line["log_level"], line["loop"], line.get("code"), "exc_info" in line) for line in logs] == [
        ("warning", "work", "dependency_failed", False),
        ("error", "work", None, True),
    ]
    await runner.aclose()


async def test_closing_cancels_a_run_and_waits_for_it() -> None:
    ended = []

    async def work() -> None:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            ended.append("cancelled")
            raise

    runner = LoopRunner(SteppingSleeper())
    runner.start(Loop("work", 1, work, is_due_at_start=True))
    await settle()
    await runner.aclose()
    await runner.aclose()
    assert ended == ["cancelled"]


def test_a_loop_without_a_pause_is_refused() -> None:
    with pytest.raises(ValueError, match="busy"):
        Loop("busy", 0, asyncio.Event().wait)  # type: ignore[arg-type]


async def test_a_wait_ends_by_the_clock_or_by_a_call() -> None:
    clock = SteppingSleeper()
    wake_up = WakeUp(clock)
    waiting = asyncio.create_task(wake_up.wait(5))
    await settle()
    clock.goes.release()
    assert await waiting is False
    waiting = asyncio.create_task(wake_up.wait(5))
    await settle()
    wake_up.wake()
    assert await waiting is True


async def test_a_call_while_nobody_waits_ends_the_next_wait_and_no_other() -> None:
    clock = SteppingSleeper()
    wake_up = WakeUp(clock)
    wake_up.wake()
    assert await wake_up.wait(5) is True
    waiting = asyncio.create_task(wake_up.wait(5))
    await settle()
    assert not waiting.done()
    waiting.cancel()
