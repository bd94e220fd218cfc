"""Changes of accounts and of their sessions, for the sockets that are open meanwhile."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID


class AccountChanges:
    """Wakes the sockets of an account in this process; those of other processes look by themselves now and then."""

    def __init__(self) -> None:
        self._watchers: defaultdict[UUID, set[asyncio.Event]] = defaultdict(set)

    def tell(self, account_id: UUID) -> None:
        """Let every watcher of the account look at it again; call it after the commit."""
        for changed in self._watchers.get(account_id, ()):
            changed.set()

    @contextmanager
    def watch(self, account_id: UUID) -> Iterator[asyncio.Event]:
        """Yield an event that is set at every change while the block runs; whoever waits for it clears it."""
        changed = asyncio.Event()
        self._watchers[account_id].add(changed)
        try:
            yield changed
        finally:
            self._watchers[account_id].discard(changed)
            if not self._watchers[account_id]:
                del self._watchers[account_id]


async def pause_unless(changed: asyncio.Event, pause: asyncio.Task[None]) -> None:
    """Wait until the pause is over or the event is set; the pause is cancelled then."""
    waiting = asyncio.create_task(changed.wait(), name="account-changes")
    try:
        await asyncio.wait((waiting, pause), return_when=asyncio.FIRST_COMPLETED)
    finally:
        waiting.cancel()
        pause.cancel()
        await asyncio.gather(waiting, pause, return_exceptions=True)
