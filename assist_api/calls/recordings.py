"""Stores recordings: written under a temporary name, checked, and renamed in one step.

`<data_dir>/recordings/<call_id>/` holds the files as they came (`source-0.wav`, …) and what a browser plays. All
methods block on the disk; call them from an executor.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO
from uuid import UUID

import structlog

from kit.errors import InvalidInputError
from kit.files import sync_folder
from speech.recording import Recording, RecordingLimits, open_recording

MEDIA_TYPES = {".flac": "audio/flac", ".wav": "audio/wav"}
"""Containers of the playable file, by suffix."""
PLAYABLE_NAME = "playable.flac"
MAX_FILES = 2
_INCOMING = ".incoming"
_COPY_BYTES = 1 << 20
_KNOWN_SUFFIXES = frozenset({".wav", ".flac", ".mp3", ".ogg", ".oga", ".opus"})
log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class IncomingFile:
    """An uploaded or local file, at its beginning; whoever opened the stream closes it."""

    name: str
    stream: BinaryIO


@dataclass(frozen=True, slots=True)
class PreparedRecording:
    """A checked recording under its temporary name.

    Attributes:
        call_id: The call it will belong to.
        folder: The temporary folder.
        files: Names of the source files inside it, customer first.
        playable: Name of the playable file inside it.
        duration_ms: Length of the longer leg.
        leg_count: 1 or 2.
    """

    call_id: UUID
    folder: Path
    files: tuple[str, ...]
    playable: str
    duration_ms: int
    leg_count: int


class RecordingStore:
    """The folder of recordings; several processes may share it."""

    def __init__(self, root: Path, runner_id: UUID, limits: RecordingLimits) -> None:
        self._root = root
        self._incoming = root / _INCOMING / str(runner_id)
        self._limits = limits

    def prepare(self, call_id: UUID, files: Sequence[IncomingFile]) -> PreparedRecording:
        """Copy, check and convert; leaves nothing behind when it fails.

        Raises:
            InvalidInputError: The files are not a recording we can use; `field` is `files`.
        """
        if not 1 <= len(files) <= MAX_FILES:
            raise InvalidInputError(
                "Send one recording, or two: the customer's and the agent's.", field="files", code="audio_file_count"
            )
        folder = self._incoming / str(call_id)
        folder.mkdir(parents=True)
        try:
            names = tuple(_copy(file, folder, number) for number, file in enumerate(files))
            recording = open_recording([folder / name for name in names], limits=self._limits)
            recording.write_playable(folder / PLAYABLE_NAME)
            return PreparedRecording(call_id, folder, names, PLAYABLE_NAME, recording.duration_ms, recording.leg_count)
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise

    def publish(self, prepared: PreparedRecording) -> None:
        """Move a prepared recording to its final name."""
        sync_folder(prepared.folder)
        prepared.folder.rename(self._root / str(prepared.call_id))
        sync_folder(self._root)

    def discard(self, prepared: PreparedRecording) -> None:
        """Remove a recording whose call was not created, published or not."""
        shutil.rmtree(prepared.folder, ignore_errors=True)
        shutil.rmtree(self._root / str(prepared.call_id), ignore_errors=True)

    def remove(self, call_id: UUID) -> None:
        """Delete every file of a call; a call without any stays as it is."""
        shutil.rmtree(self._root / str(call_id), ignore_errors=True)

    def path(self, call_id: UUID, name: str) -> Path:
        """Return where a file of a call lies."""
        return self._root / str(call_id) / name

    def open(self, call_id: UUID, files: Sequence[str]) -> Recording:
        """Open the stored recording of a call.

        Raises:
            InvalidInputError: The files are damaged.
            FileNotFoundError: They are gone.
        """
        paths = [self.path(call_id, name) for name in files]
        if not paths or not all(path.is_file() for path in paths):
            raise FileNotFoundError(call_id)
        return open_recording(paths, limits=self._limits)

    def settled_call_ids(self, before: datetime) -> list[UUID]:
        """Return the calls whose folder was last touched before `before`; a newer one may be about to commit."""
        return [
            UUID(path.name)
            for path in self._folders(self._root)
            if _is_uuid(path.name) and datetime.fromtimestamp(path.stat().st_mtime, UTC) < before
        ]

    def sweep(self, orphans: Iterable[UUID], is_alive: Callable[[UUID], bool]) -> None:
        """Remove what dead processes left: half-taken uploads, and folders whose call was never committed."""
        for folder in self._folders(self._root / _INCOMING):
            if not _is_uuid(folder.name) or not is_alive(UUID(folder.name)):
                log.info("incoming_recordings_swept", folder=folder.name)
                shutil.rmtree(folder, ignore_errors=True)
        for call_id in orphans:
            log.info("orphan_recording_swept", call_id=str(call_id))
            shutil.rmtree(self._root / str(call_id), ignore_errors=True)

    @staticmethod
    def _folders(parent: Path) -> list[Path]:
        return [path for path in parent.iterdir() if path.is_dir()] if parent.is_dir() else []


def _copy(file: IncomingFile, folder: Path, number: int) -> str:
    suffix = Path(file.name).suffix.lower()
    name = f"source-{number}{suffix if suffix in _KNOWN_SUFFIXES else '.bin'}"
    with (folder / name).open("xb") as target:
        shutil.copyfileobj(file.stream, target, _COPY_BYTES)
        target.flush()
        os.fsync(target.fileno())
    return name


def _is_uuid(name: str) -> bool:
    try:
        UUID(name)
    except ValueError:
        return False
    return True
