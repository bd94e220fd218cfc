"""Runs periodic work: loops that go on after a failure, and waits that end with a pause or a wake-up."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import structlog

from kit.clock import Clock
from kit.errors import AssistError
from kit.logging import told_by
from kit.tasks import TaskSupervisor, cancel_and_wait

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Loop:
    """Work that a process repeats as long as it lives.

    Attributes:
        name: Names the task and the log lines of a failure.
        every_seconds: The pause between two runs, from the end of one to the beginning of the next.
        run: The work; what it raises is logged, and the next run comes after the same pause.
        is_due_at_start: Whether the first run comes at once instead of after one pause.
    """

    name: str
    every_seconds: float
    run: Callable[[], Awaitable[object]]
    is_due_at_start: bool = False

    def __post_init__(self) -> None:
        if self.every_seconds <= 0:
            raise ValueError(f"loop {self.name} must pause between its runs")


class LoopRunner:
    """Owns the tasks that run the loops of a process."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._tasks = TaskSupervisor("loops")

    def start(self, *loops: Loop) -> None:
        """Run each loop in a task of its own until `aclose`."""
        for loop in loops:
            self._tasks.start(self._repeat(loop), name=loop.name)

    async def _repeat(self, loop: Loop) -> None:
        if not loop.is_due_at_start:
            await self._clock.sleep(loop.every_seconds)
        while True:
            await run_and_log(loop.name, loop.run)
            await self._clock.sleep(loop.every_seconds)

    async def aclose(self) -> None:
        """Cancel the loops and wait until each has ended; safe to call twice."""
        await self._tasks.aclose()


async def run_and_log(name: str, run: Callable[[], Awaitable[object]]) -> bool:
    """Run once and log what fails: a deliberate error as a warning with its code, any other with its traceback.

    Returns:
        Whether the run ended well.
    """
    try:
        await run()
    except AssistError as error:
        log.warning("loop_failed", loop=name, **told_by(error))
        return False
    except Exception:  # rejected: a failed run must not end the loop
        log.exception("loop_failed", loop=name)
        return False
    return True


class WakeUp:
    """Lets one waiter be woken before its pause is over. A call of `wake` while nobody waits ends the next wait."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._is_woken = asyncio.Event()

    def wake(self) -> None:
        """End the present wait, or the next one."""
        self._is_woken.set()

    async def wait(self, seconds: float) -> bool:
        """Return when woken, at the latest after this many seconds of the clock; tell whether it was woken."""
        pause = asyncio.ensure_future(self._clock.sleep(seconds))
        woken = asyncio.ensure_future(self._is_woken.wait())
        try:
            await asyncio.wait({pause, woken}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            await cancel_and_wait(pause, woken)
        is_woken = self._is_woken.is_set()
        self._is_woken.clear()
        return is_woken
