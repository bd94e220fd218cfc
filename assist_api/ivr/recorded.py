"""Prompts that a person has recorded: played instead of the synthetic voice as long as the text stays the same."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from assist_api.ivr.hearing import RATE_HZ, at_telephone_rate
from kit.files import write_atomically
from speech.recording import RecordingLimits, open_recording

LIMITS = RecordingLimits(max_duration=timedelta(minutes=3))
_PIECE_BYTES = RATE_HZ * 2
"""One second; the player asks for the next piece while one is heard."""


class RecordedPrompt(BaseModel):
    """What is known of a recording."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    text: str
    seconds: float
    recorded_by: str
    recorded_at: datetime


class RecordedPrompts:
    """Recordings in a folder, by what they say. Methods block; call them from an executor."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def add(self, text: str, sound: Path, recorded_by: str, recorded_at: datetime) -> RecordedPrompt:
        """Keep a recording of a text in the place of an earlier one.

        Raises:
            InvalidInputError: The file is no sound that can be read, or too long.
        """
        pcm = b"".join(chunk.pcm for chunk in at_telephone_rate(open_recording([sound], limits=LIMITS)))
        known = RecordedPrompt(
            text=text, seconds=round(len(pcm) / (2 * RATE_HZ), 1), recorded_by=recorded_by, recorded_at=recorded_at
        )
        self._folder.mkdir(parents=True, exist_ok=True)
        with write_atomically(self._sound(text)) as out:
            out.write(pcm)
        with write_atomically(self._sound(text).with_suffix(".json")) as out:
            out.write(known.model_dump_json().encode())
        return known

    def remove(self, text: str) -> bool:
        """Let the synthetic voice say a text again; False where there is no recording of it."""
        sound = self._sound(text)
        was_there = sound.is_file()
        sound.unlink(missing_ok=True)
        sound.with_suffix(".json").unlink(missing_ok=True)
        return was_there

    def list_all(self) -> list[RecordedPrompt]:
        """Return every recording, the newest first."""
        found: list[RecordedPrompt] = []
        for file in self._folder.glob("*.json"):
            try:
                found.append(RecordedPrompt.model_validate_json(file.read_bytes()))
            except (OSError, ValidationError):
                # Another process takes it away, or the disk lost it; the voice says the text.
                continue
        return sorted(found, key=lambda known: known.recorded_at, reverse=True)

    def pieces(self, text: str) -> Iterator[bytes]:
        """Yield the sound of a text as 16-bit PCM at 8 kHz; nothing where nobody recorded it."""
        try:
            pcm = self._sound(text).read_bytes()
        except FileNotFoundError:
            return
        for start in range(0, len(pcm), _PIECE_BYTES):
            yield pcm[start : start + _PIECE_BYTES]

    def _sound(self, text: str) -> Path:
        return self._folder / f"{hashlib.sha256(text.encode()).hexdigest()[:32]}.pcm"
