"""Numbers the events of one adapter and keeps them until they are taken."""

from __future__ import annotations

from datetime import datetime
from typing import Any, TypeVar

from cti_adapter.events import CTIEvent

EventT = TypeVar("EventT", bound=CTIEvent)


class Outbox:
    """Events in the order in which they are told; `seq` runs from 1 without gaps."""

    def __init__(self) -> None:
        self._seq = 0
        self._at: datetime | None = None
        self._events: list[CTIEvent] = []

    @property
    def now(self) -> datetime:
        """When the adapter learned of what is told next."""
        assert self._at is not None  # noqa: S101 — set by every way in
        return self._at

    def begin(self, at: datetime) -> None:
        """Begin with something that the adapter learned at this moment."""
        self._at = at

    def tell(self, kind: type[EventT], /, **values: Any) -> None:  # noqa: ANN401 — rejected: pydantic checks them
        """Add an event."""
        self._seq += 1
        self._events.append(kind(seq=self._seq, at=self.now, **values))

    def take(self) -> list[CTIEvent]:
        """Return what was told since the last time, oldest first."""
        taken, self._events = self._events, []
        return taken
