"""Prompts as sound: spoken once, kept on disk, sentence by sentence, so that only what changes is spoken again."""

from __future__ import annotations

import asyncio
import hashlib
import re
import wave
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from pathlib import Path

from assist_api.ivr.recorded import RecordedPrompts
from kit.errors import DependencyCategory, DependencyError, MisconfiguredError
from kit.files import write_atomically
from speech.resampler import StreamResampler
from speech.tts.kokoro import SAMPLE_RATE_HZ as VOICE_RATE_HZ
from speech.tts.kokoro import KokoroSynthesiser
from speech.tts.readout import read_out

RATE_HZ = 8000
"""What telephones carry."""
VOICE = "zf_xiaoxiao"
_PIECE = re.compile(r"[^，。！？；：,.!?;:]+[，。！？；：,.!?;:]*")
_MOST_CHARACTERS = 60
_SHORT = 6
"""Characters below which a clause is spoken together with the next one: alone it would sound cut off."""
_VERSION = "1"
"""Part of the names of kept sounds; raise it when the same text is spoken otherwise."""


class Prompts:
    """Speaks texts; the model runs in one thread of its own."""

    def __init__(self, model_folder: Path, cache_folder: Path, recorded: RecordedPrompts | None = None) -> None:
        """Make the voice without loading its model.

        Args:
            model_folder: Of the voice.
            cache_folder: Keeps what was spoken once.
            recorded: Recordings of a person, played in the place of the voice; None for none.
        """
        self.recorded = recorded
        self._voice = KokoroSynthesiser(model_folder)
        self._folder = cache_folder
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="ivr-prompts")
        self._is_warm = False

    async def pieces(self, text: str) -> AsyncIterator[bytes]:
        """Yield the sound of a text, clause by clause, as 16-bit PCM at 8 kHz.

        Raises:
            DependencyError: `voice_missing`: the voice is not installed, or it failed.
        """
        recorded = [] if self.recorded is None else await asyncio.to_thread(list, self.recorded.pieces(text))
        for pcm in recorded:
            yield pcm
        if recorded:
            return
        loop = asyncio.get_running_loop()
        for piece in clauses(read_out(text)):
            file = self._file(piece)
            if not file.is_file():
                await loop.run_in_executor(self._thread, self._speak, piece, file)
            yield await asyncio.to_thread(file.read_bytes)

    async def whole(self, text: str) -> bytes:
        """Return the sound of a text as a WAV file.

        Raises:
            DependencyError: `voice_missing`.
        """
        pcm = b"".join([piece async for piece in self.pieces(text)])
        return as_wav(pcm)

    async def prepare(self, text: str) -> None:
        """Speak a text into the cache.

        Raises:
            DependencyError: `voice_missing`.
        """
        async for _piece in self.pieces(text):
            pass

    async def aclose(self) -> None:
        """Let go of the thread; safe to call twice."""
        self._thread.shutdown(wait=False, cancel_futures=True)

    def _file(self, piece: str) -> Path:
        name = hashlib.sha256(f"{_VERSION}\n{VOICE}\n{piece}".encode()).hexdigest()[:32]
        return self._folder / f"{name}.pcm"

    def _speak(self, piece: str, file: Path) -> None:
        try:
            if not self._is_warm:
                self._voice.warm_up()
                self._is_warm = True
            pcm = self._voice.synthesise(piece, voice=VOICE)
        except MisconfiguredError as error:
            raise DependencyError(
                error.message, category=DependencyCategory.MISCONFIGURED, retryable=False, code="voice_missing"
            ) from error
        self._folder.mkdir(parents=True, exist_ok=True)
        with write_atomically(file) as out:
            out.write(to_telephone(pcm))


def clauses(text: str) -> list[str]:
    """Return the clauses of a text, short ones joined with the next."""
    found: list[str] = []
    for match in _PIECE.finditer(text):
        piece = match.group().strip()
        if found and len(found[-1]) < _SHORT and len(found[-1]) + len(piece) <= _MOST_CHARACTERS:
            found[-1] += piece
        else:
            found += [piece[start : start + _MOST_CHARACTERS] for start in range(0, len(piece), _MOST_CHARACTERS)]
    return [piece for piece in found if any(sign.isalnum() for sign in piece)]


def to_telephone(pcm: bytes) -> bytes:
    """Return the voice's sound at the rate of telephones."""
    resampler = StreamResampler(VOICE_RATE_HZ, RATE_HZ)
    return resampler.feed(pcm) + resampler.flush()


def as_wav(pcm: bytes) -> bytes:
    """Return samples as a WAV file."""
    buffer = BytesIO()
    with wave.open(buffer, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE_HZ)
        file.writeframes(pcm)
    return buffer.getvalue()
