"""Tasks with an owner, and bounded channels that say what full means."""

from __future__ import annotations

import asyncio
import os
import threading
from collections import deque
from collections.abc import AsyncIterator, Coroutine
from concurrent.futures import ThreadPoolExecutor
from enum import StrEnum
from typing import Any, Generic, TypeVar

import structlog

T = TypeVar("T")
log = structlog.get_logger(__name__)

BACKGROUND_NICENESS = 10
"""About a tenth of a core beside a busy thread, all of an idle one (sched(7), weights of CFS and EEVDF)."""


class TaskSupervisor:
    """Owns background tasks: keeps a reference, names them, logs what they raise, cancels and awaits them."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._tasks: set[asyncio.Task[Any]] = set()
        self._is_closed = False

    def start(self, coroutine: Coroutine[Any, Any, T], *, name: str) -> asyncio.Task[T]:
        """Run a coroutine as a named task.

        Raises:
            RuntimeError: The supervisor was closed; the coroutine is closed unrun.
        """
        task = self._begin(coroutine, name)
        task.add_done_callback(self._report)
        return task

    async def within(self, seconds: float, coroutine: Coroutine[Any, Any, T], *, name: str) -> T:
        """Run a coroutine as a task and return its result, if it has one in time; else it goes on by itself.

        For work that cannot be cancelled at once: a driver that takes leave of a server which hangs waits for it.

        Raises:
            TimeoutError: It has not ended; what it raises later is logged.
            RuntimeError: As `start`.
        """
        task = self._begin(coroutine, name)
        done, _ = await asyncio.wait({task}, timeout=seconds)
        if not done:
            task.add_done_callback(self._report)
            raise TimeoutError(f"{name} took more than {seconds:g} s")
        return task.result()

    def _begin(self, coroutine: Coroutine[Any, Any, T], name: str) -> asyncio.Task[T]:
        if self._is_closed:
            coroutine.close()
            raise RuntimeError(f"task supervisor {self._name} is closed")
        task = asyncio.create_task(coroutine, name=f"{self._name}.{name}")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    def _report(self, task: asyncio.Task[Any]) -> None:
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("task_failed", task=task.get_name(), exc_info=error)

    @property
    def count(self) -> int:
        """How many tasks are running."""
        return len(self._tasks)

    async def aclose(self) -> None:
        """Cancel every task and wait until each has ended; safe to call twice."""
        self._is_closed = True
        await cancel_and_wait(*self._tasks)


def background_executor(name: str) -> ThreadPoolExecutor:
    """Return one thread for work that nobody waits for: it yields the processor to calls where the system lets it.

    Linux keeps a niceness per thread; elsewhere the thread runs like any other.
    """
    return ThreadPoolExecutor(1, thread_name_prefix=name, initializer=_yield_to_others)


def _yield_to_others() -> None:
    if hasattr(os, "setpriority"):
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), BACKGROUND_NICENESS)


async def cancel_and_wait(*tasks: asyncio.Task[Any]) -> None:
    """Cancel tasks and wait until they are over; what they raise is theirs to report."""
    for task in tasks:
        task.cancel()
    if tasks:
        await asyncio.gather(*tasks, return_exceptions=True)


class Overflow(StrEnum):
    """What a full channel does with one more item."""

    WAIT = "wait"
    DROP_OLDEST = "drop_oldest"
    REFUSE = "refuse"


class ChannelClosedError(Exception):
    """The channel was closed by its owner."""


class ChannelFullError(Exception):
    """The channel refuses one more item."""


class BoundedChannel(Generic[T]):
    """A queue with a bound, an overflow rule and an end.

    `dropped` counts items lost to `DROP_OLDEST`. After `close()`, readers get what is left and then stop.
    """

    def __init__(self, size: int, overflow: Overflow) -> None:
        if size < 1:
            raise ValueError("size must be at least 1")
        self._items: deque[T] = deque()
        self._size = size
        self._overflow = overflow
        self._changed = asyncio.Condition()
        self._is_closed = False
        self.dropped = 0

    def __len__(self) -> int:
        """Return how many items wait."""
        return len(self._items)

    async def put(self, item: T) -> None:
        """Add an item under the overflow rule.

        Raises:
            ChannelClosedError: The channel is closed.
            ChannelFullError: It is full and the rule is `REFUSE`.
        """
        async with self._changed:
            if self._is_closed:
                raise ChannelClosedError
            if len(self._items) >= self._size:
                if self._overflow is Overflow.REFUSE:
                    raise ChannelFullError
                if self._overflow is Overflow.DROP_OLDEST:
                    self._items.popleft()
                    self.dropped += 1
                else:
                    await self._changed.wait_for(lambda: self._is_closed or len(self._items) < self._size)
                    if self._is_closed:
                        raise ChannelClosedError
            self._items.append(item)
            self._changed.notify_all()

    async def close(self) -> None:
        """End the channel; safe to call twice."""
        async with self._changed:
            self._is_closed = True
            self._changed.notify_all()

    async def __aiter__(self) -> AsyncIterator[T]:
        """Yield items until the channel is closed and empty."""
        while True:
            async with self._changed:
                await self._changed.wait_for(lambda: bool(self._items) or self._is_closed)
                if not self._items:
                    return
                item = self._items.popleft()
                self._changed.notify_all()
            yield item
