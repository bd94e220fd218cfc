"""Runs the searches and classifications of a call one after the other; a full queue drops its oldest item."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

from kit.tasks import BoundedChannel, Overflow

Q = TypeVar("Q")


class WorkLane(Generic[Q]):
    """A bounded queue and the work done on each of its items; `run` must have an owner."""

    def __init__(self, size: int, work: Callable[[Q], Awaitable[None]]) -> None:
        self._waiting: BoundedChannel[Q] = BoundedChannel(size, Overflow.DROP_OLDEST)
        self._work = work

    async def offer(self, item: Q) -> int:
        """Add an item without waiting; return how many older ones it pushed out."""
        before = self._waiting.dropped
        await self._waiting.put(item)
        return self._waiting.dropped - before

    async def close(self) -> None:
        """Take no more; `run` ends when what waits is done."""
        await self._waiting.close()

    async def run(self) -> None:
        """Do the work until closed."""
        async for item in self._waiting:
            await self._work(item)
