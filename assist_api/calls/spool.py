"""Writes events that the database has not stored yet to one file for each call, so that they outlive the process.

A disk that is full takes none of them either; then they are in memory alone, and what a call said can be heard again
from its recording.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from uuid import UUID

import structlog
from pydantic import TypeAdapter, ValidationError

from assist_api.calls.events import CallEvent

log = structlog.get_logger(__name__)
_EVENT: TypeAdapter[CallEvent] = TypeAdapter(CallEvent)
_SUFFIX = ".jsonl"


class EventSpool:
    """Folder of spool files; every method blocks for the disk alone."""

    def __init__(self, folder: Path) -> None:
        """Remember the folder; it is made when something is kept.

        Args:
            folder: Shared by the processes of an installation; a call is written by the one that carries it.
        """
        self._folder = folder

    def keep(self, event: CallEvent) -> bool:
        """Add an event to the file of its call; False, and logged, when the disk does not take it."""
        try:
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            with self._path(event.call_id).open("ab") as file:
                file.write(event.model_dump_json().encode() + b"\n")
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            log.warning("event_not_spooled", call_id=str(event.call_id), seq=event.seq, reason=error.strerror)
            return False
        return True

    def read(self, call_id: UUID) -> Sequence[CallEvent]:
        """Return the events of a call in order; a line that a kill or a full disk cut short ends them."""
        events: list[CallEvent] = []
        with suppress(FileNotFoundError), self._path(call_id).open("rb") as file:
            for line in file:
                try:
                    events.append(_EVENT.validate_json(line))
                except ValidationError:
                    log.warning("spooled_event_unreadable", call_id=str(call_id), line=len(events) + 1)
                    break
        return events

    def forget(self, call_id: UUID) -> None:
        """Delete the file of a call, if there is one."""
        self._path(call_id).unlink(missing_ok=True)

    def call_ids(self) -> list[UUID]:
        """Return the calls that have a file."""
        ids: list[UUID] = []
        for path in self._folder.glob(f"*{_SUFFIX}"):
            with suppress(ValueError):
                ids.append(UUID(path.stem))
        return ids

    def _path(self, call_id: UUID) -> Path:
        return self._folder / f"{call_id}{_SUFFIX}"
