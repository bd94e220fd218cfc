"""Events of accounts, from the service that commits them to the pages that are open."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager, AbstractContextManager
from uuid import UUID

from assist_api.channel.events import ChannelEvent
from assist_api.http.places import Places
from kit.bus import Bus, Subscription

QUEUE_SIZE = 64
"""Events that may wait for one page; a page that is slower is cut off and asks for a new snapshot."""
SOCKETS_PER_SESSION = 20
"""Open pages of one signed-in browser; a page in a reconnecting loop must not take the server's memory."""


Count = Callable[[UUID], Awaitable[int]]
"""Returns a number that the page shows to an account."""


class AccountChannel:
    """One topic per account. Publishing never waits for a page."""

    def __init__(self, bus: Bus[ChannelEvent], sockets_per_session: int = SOCKETS_PER_SESSION) -> None:
        self._bus = bus
        self._places = Places(sockets_per_session)
        self._counts: dict[str, Count] = {}

    def show(self, name: str, count: Count) -> None:
        """Let snapshots hold a number, such as `unread_notifications`."""
        self._counts[name] = count

    async def counts(self, account_id: UUID) -> dict[str, int]:
        """Return every number that the page shows to an account."""
        return {name: await count(account_id) for name, count in self._counts.items()}

    async def publish(self, account_id: UUID, event: ChannelEvent) -> None:
        """Hand an event, already committed, to every open page of the account in this process."""
        await self._bus.publish(str(account_id), event)

    def watch(self, account_id: UUID) -> AbstractAsyncContextManager[Subscription[ChannelEvent]]:
        """Subscribe to an account's events while the context is open; take the snapshot inside it."""
        return self._bus.subscribe(str(account_id), queue_size=QUEUE_SIZE)

    def place(self, session_id: UUID) -> AbstractContextManager[bool]:
        """Take one of the places that a session has for sockets, and tell whether there was one."""
        return self._places.take(session_id)
