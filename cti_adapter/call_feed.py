"""What every source of live calls offers: an exchange that is followed, or one that sends its audio by SIPREC."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from typing import Protocol
from uuid import UUID

from cti_adapter.adapter import Subscription
from cti_adapter.audiosocket import TapChunk
from cti_adapter.events import CTIEvent
from cti_adapter.views import CallView


class CallFeed(Protocol):
    """Tells of calls and gives the audio of their legs."""

    @property
    def is_connected(self) -> bool:
        """Whether the source is followed now."""
        ...

    @property
    def calls(self) -> tuple[CallView, ...]:
        """Calls that are not over."""
        ...

    def subscribe(self) -> AbstractAsyncContextManager[Subscription]:
        """Listen: what is known now, and every event from here on, none lost in between."""
        ...

    def events(self) -> AsyncIterator[CTIEvent]:
        """Yield every event from here on.

        Raises:
            SubscriptionCutError: The caller was too slow; events were lost.
        """
        ...

    def open_tap(self, leg_id: UUID) -> AbstractAsyncContextManager[AsyncIterator[TapChunk]]:
        """Open the audio of a leg until it ends.

        Raises:
            LegNotFoundError: The leg has ended.
        """
        ...
