"""What comes from a caller on the telephone: recognised words, keys, silence, and messages."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any, TypeVar

from assist_api.ivr.dialogue import Heard, HungUp, Input, Keyed, Listen, Record, Silence
from assist_api.ivr.phone_message import PhoneMessage
from assist_api.ivr.phone_parts import RecognisedLeg, Recogniser, Understanding
from assist_api.ivr.readings import Spoken
from cti_adapter.audio_line import AudioLine
from cti_adapter.audiosocket import BYTES_PER_SAMPLE, SAMPLE_RATE_HZ
from kit.tasks import Overflow
from speech.audio import AudioChunk
from speech.events import TranscriptFinal, TranscriptPartial
from speech.vad.energy import EnergyVAD

T = TypeVar("T")
BARGE_IN_FRAMES, BARGE_IN_WINDOW = 4, 6
"""Frames of 20 ms with a voice, of the last ones, that silence a prompt: 60 ms at the median (TELEPHONY, 2026-11)."""
_VOICE = 0.5
ANSWER_SECONDS = 6.0
"""How long a caller may be silent after a question, after a key, and after words that were not recognised."""
SLOW_SECONDS = 3.0
"""How far the recogniser may be behind the caller before the caller is told to wait."""
LATE_SECONDS = 10.0
"""How far the recogniser may be behind before the flow goes on without the words."""
LISTEN_SECONDS = 60.0
"""How long one answer may take in all, whatever is said or keyed."""
KEY_GAP_SECONDS = 4.0
NUMBER_GAP_SECONDS = 1.5
"""Pause after which a number that is said in pieces is over."""
MESSAGE_PAUSE_SECONDS = 6.0
"""Pause after which a message is over without a key."""
_POLL_SECONDS = 0.1


@dataclass(slots=True)
class CallerInput:
    """Hears one caller from the first prompt to the end of the dialogue.

    Attributes:
        line: The caller.
        recogniser: Writes down.
        understanding: Says what words want.
        interrupted: Set by a voice, a key or words; it stops what is being said.
        voice_ended_at: Of the event loop's clock: when the last frame with a voice came.
    """

    line: AudioLine
    recogniser: Recogniser
    understanding: Understanding
    interrupted: asyncio.Event = field(default_factory=asyncio.Event)
    voice_ended_at: float = 0.0
    _words: asyncio.Queue[Spoken] = field(default_factory=lambda: asyncio.Queue(50))
    _keys: asyncio.Queue[str] = field(default_factory=lambda: asyncio.Queue(50))
    _has_voice: bool = False
    """Whether a voice was heard since the question."""
    _active_at: float = 0.0
    """When the caller last spoke or pressed a key."""
    _leg: RecognisedLeg | None = None
    _message: PhoneMessage | None = None

    @asynccontextmanager
    async def open(self) -> AsyncIterator[None]:
        """Hear the caller meanwhile."""
        await self.recogniser.ready()
        # Nobody reads along: words before a pause would only take the time of those behind it.
        leg = self.recogniser.open_leg(
            self.line.call_id, sample_rate_hz=SAMPLE_RATE_HZ, overflow=Overflow.DROP_OLDEST, has_partials=False
        )
        self._leg = leg
        tasks = [asyncio.ensure_future(self._hear(leg)), asyncio.ensure_future(self._read(leg))]
        try:
            yield
        finally:
            await _ended(tasks)
            await leg.aclose()

    def forget_words(self) -> None:
        """Drop words of before the question; those that tell of a danger stay and interrupt what is said.

        Keys stay: whoever knows the menu need not hear it.
        """
        dropped = "".join(spoken.text for spoken in _emptied(self._words))
        self.interrupted.clear()
        self._has_voice = False
        if dropped and self.understanding.is_dangerous(dropped):
            self._words.put_nowait(Spoken(dropped))
            self.interrupted.set()
        if not self._keys.empty():
            self.interrupted.set()

    def forget_keys(self) -> None:
        """Drop keys that were pressed ahead."""
        _emptied(self._keys)

    # ---- answers --------------------------------------------------------------------------------------------------

    async def listen(self, wanted: Listen, on_slow: Callable[[], Awaitable[None]]) -> Input:
        """Return the caller's answer, or that there was none in time.

        Args:
            wanted: What is waited for.
            on_slow: Tells the caller to wait; called once when the recogniser is `SLOW_SECONDS` behind.
        """
        over = asyncio.ensure_future(self.line.is_over.wait())
        words = asyncio.ensure_future(self._next_words(wanted))
        keys = asyncio.ensure_future(self._next_keys(wanted))
        tasks = [over, words, keys]
        began_at = self._active_at = asyncio.get_running_loop().time()
        is_told = False
        try:
            while True:
                done, _ = await asyncio.wait(tasks, timeout=_POLL_SECONDS, return_when=asyncio.FIRST_COMPLETED)
                if over in done:
                    return HungUp()
                if keys in done:
                    return Keyed(keys.result())
                if words in done:
                    return await self._understood(words.result())
                if (silence := self._silence_since(began_at)) is not None:
                    return silence
                if not is_told and self._has_voice and self._behind_seconds >= SLOW_SECONDS:
                    is_told = True
                    await on_slow()
        finally:
            await _ended(tasks)

    def _silence_since(self, began_at: float) -> Silence | None:
        """Return that no answer came; None while one may still come."""
        now, behind = asyncio.get_running_loop().time(), self._behind_seconds
        is_quiet = now - self._active_at >= ANSWER_SECONDS
        # Words are waited for longer than a caller who says nothing, but not for ever.
        is_given_up = behind < SLOW_SECONDS or behind >= LATE_SECONDS
        if (is_quiet and is_given_up) or now - began_at >= LISTEN_SECONDS:
            return Silence(self._has_voice, is_slow=behind >= SLOW_SECONDS)
        return None

    @property
    def _behind_seconds(self) -> float:
        return 0.0 if self._leg is None else self._leg.behind_ms / 1000

    async def _understood(self, spoken: Spoken) -> Heard:
        ranking = await asyncio.to_thread(self.understanding.understand, spoken.text, spoken.alternatives)
        return Heard(spoken.text, ranking)

    async def _next_words(self, wanted: Listen) -> Spoken:
        spoken = await self._words.get()
        if wanted.most_keys == 1:
            return spoken
        # A number comes in pieces.
        with suppress(TimeoutError):
            while True:
                async with asyncio.timeout(NUMBER_GAP_SECONDS):
                    spoken = spoken.and_then(await self._words.get())
        return spoken

    async def _next_keys(self, wanted: Listen) -> str:
        keys = await self._keys.get()
        while keys == "#" and wanted.most_keys == 1:
            # It ended a number that was full already.
            keys = await self._keys.get()
        with suppress(TimeoutError):
            while len(keys) < wanted.most_keys and not keys.endswith("#"):
                async with asyncio.timeout(KEY_GAP_SECONDS):
                    keys += await self._keys.get()
        return keys

    # ---- messages -------------------------------------------------------------------------------------------------

    async def record(self, wanted: Record) -> PhoneMessage:
        """Return the message that the caller leaves, with its words unless the recogniser takes too long."""
        self.forget_words()
        self.forget_keys()
        message = self._message = PhoneMessage(self.recogniser)
        try:
            await self._wait_for_end(wanted)
            self._message = None
            await message.end()
        finally:
            self._message = None
            await message.aclose()
        return message

    async def _wait_for_end(self, wanted: Record) -> None:
        """Wait for a key, the end of the call, a long pause, or the longest message."""
        loop = asyncio.get_running_loop()
        began_at = loop.time()
        key, over = asyncio.ensure_future(self._keys.get()), asyncio.ensure_future(self.line.is_over.wait())
        try:
            while True:
                done, _ = await asyncio.wait(
                    {key, over}, timeout=2 * _POLL_SECONDS, return_when=asyncio.FIRST_COMPLETED
                )
                now = loop.time()
                is_quiet = now - max(began_at, self.voice_ended_at) >= MESSAGE_PAUSE_SECONDS
                if done or is_quiet or now - began_at >= wanted.most_seconds:
                    return
        finally:
            await _ended([key, over])

    # ---- sound ----------------------------------------------------------------------------------------------------

    async def _hear(self, leg: RecognisedLeg) -> None:
        """Feed the recogniser, and notice voices and keys at once."""
        detector = EnergyVAD().open(source_rate_hz=SAMPLE_RATE_HZ)
        loud: deque[bool] = deque(maxlen=BARGE_IN_WINDOW)
        sample = 0
        async for frame in self.line.frames():
            if frame.key:
                self._press(frame.key)
                continue
            loud.append(detector.probabilities([frame.pcm])[0] >= _VOICE)
            self._note_voice(loud)
            if self._message is not None:
                await self._message.take(frame.pcm, is_voice=loud[-1])
                continue
            await leg.feed(AudioChunk(frame.pcm, SAMPLE_RATE_HZ, sample))
            sample += len(frame.pcm) // BYTES_PER_SAMPLE

    def _press(self, key: str) -> None:
        self.interrupted.set()
        self._active_at = asyncio.get_running_loop().time()
        if not self._keys.full():
            self._keys.put_nowait(key)

    def _note_voice(self, loud: Sequence[bool]) -> None:
        now = asyncio.get_running_loop().time()
        if loud[-1]:
            self.voice_ended_at = now
        if sum(loud) >= BARGE_IN_FRAMES:
            self._active_at = now
            self._has_voice = True
            self.interrupted.set()

    async def _read(self, leg: RecognisedLeg) -> None:
        async for event in leg.events():
            match event:
                case TranscriptFinal(text=text, alternatives=alternatives) if text and not self._words.full():
                    self._words.put_nowait(Spoken(text, alternatives))
                case TranscriptPartial(text=text) if text:
                    self._active_at = asyncio.get_running_loop().time()
                    self._has_voice = True
                    self.interrupted.set()
                case _:
                    pass


async def _ended(tasks: Sequence[asyncio.Future[Any]]) -> None:
    """Cancel tasks and wait until each has ended."""
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


def _emptied(queue: asyncio.Queue[T]) -> list[T]:
    """Take everything out of a queue and return it."""
    return [queue.get_nowait() for _ in range(queue.qsize())]
