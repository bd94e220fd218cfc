"""Events between parts: one protocol, in-process here; a JetStream implementation joins when processes do."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Generic, Protocol, TypeVar

from kit.tasks import BoundedChannel, ChannelClosedError, ChannelFullError, Overflow

E = TypeVar("E")
E_co = TypeVar("E_co", covariant=True)


class Subscription(Protocol[E_co]):
    """An ordered stream of one topic's events; `is_cut_off` after its queue overflowed."""

    @property
    def is_cut_off(self) -> bool:
        """Whether this subscriber was too slow and lost events; it must take a new snapshot."""
        ...

    def __aiter__(self) -> AsyncIterator[E_co]:
        """Yield events in publication order until unsubscribed or cut off."""
        ...


class Bus(Protocol[E]):
    """Publish and subscribe by topic. Publishing never waits for a subscriber."""

    async def publish(self, topic: str, event: E) -> None:
        """Hand the event to every present subscriber of `topic`, in order."""
        ...

    def subscribe(self, topic: str, *, queue_size: int) -> AbstractAsyncContextManager[Subscription[E]]:
        """Subscribe while the context is open; a subscriber that overflows its queue is cut off."""
        ...


class _LocalSubscription(Generic[E]):
    def __init__(self, queue_size: int) -> None:
        self._channel: BoundedChannel[E] = BoundedChannel(queue_size, Overflow.REFUSE)
        self._is_cut_off = False

    @property
    def is_cut_off(self) -> bool:
        return self._is_cut_off

    def __aiter__(self) -> AsyncIterator[E]:
        return self._channel.__aiter__()

    async def offer(self, event: E) -> None:
        try:
            await self._channel.put(event)
        except ChannelFullError:
            self._is_cut_off = True
            await self._channel.close()
        except ChannelClosedError:
            return

    async def close(self) -> None:
        await self._channel.close()


class LocalBus(Generic[E]):
    """The in-process bus."""

    def __init__(self) -> None:
        self._subscriptions: dict[str, list[_LocalSubscription[E]]] = {}

    async def publish(self, topic: str, event: E) -> None:
        """Hand the event to every present subscriber of `topic`."""
        for subscription in tuple(self._subscriptions.get(topic, ())):
            await subscription.offer(event)

    @asynccontextmanager
    async def subscribe(self, topic: str, *, queue_size: int) -> AsyncIterator[Subscription[E]]:
        """Subscribe while the context is open."""
        subscription: _LocalSubscription[E] = _LocalSubscription(queue_size)
        self._subscriptions.setdefault(topic, []).append(subscription)
        try:
            yield subscription
        finally:
            remaining = self._subscriptions[topic]
            remaining.remove(subscription)
            if not remaining:
                del self._subscriptions[topic]
            await subscription.close()
