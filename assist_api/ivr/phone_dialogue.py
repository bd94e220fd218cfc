"""A dialogue on the telephone: prompts that can be interrupted, words by the recogniser of calls, keys."""

from __future__ import annotations

import asyncio
from collections import deque
from contextlib import suppress
from dataclasses import dataclass, field

import numpy as np
import structlog

from assist_api.ivr.dialogue import (
    DialogueState,
    HangUp,
    Heard,
    HungUp,
    Input,
    Keyed,
    Listen,
    Record,
    Recorded,
    Silence,
    Started,
    Transfer,
)
from assist_api.ivr.live_flows import LiveFlows
from assist_api.ivr.prompts import Prompts
from assist_api.ivr.world import Conversation, Turn
from cti_adapter.audio_line import AudioLine
from cti_adapter.audiosocket import SAMPLE_RATE_HZ
from kit.tasks import Overflow
from speech.audio import AudioChunk
from speech.engine import SpeechEngine
from speech.events import TranscriptFinal, TranscriptPartial
from speech.transcriber import LegTranscriber
from speech.vad.energy import EnergyVAD

log = structlog.get_logger(__name__)

BARGE_IN_FRAMES, BARGE_IN_WINDOW = 4, 6
"""Frames of 20 ms with a voice, of the last ones, that silence a prompt: 60 ms at the median (TELEPHONY, 2026-11)."""
_VOICE = 0.5
ANSWER_SECONDS = 6.0
"""How long a caller may be silent after a question."""
WORDS_SECONDS = 20.0
"""How long the text of what was begun may take."""
KEY_GAP_SECONDS = 4.0
NUMBER_GAP_SECONDS = 1.5
"""Pause after which a number that is said in pieces is over."""
MESSAGE_PAUSE_SECONDS = 6.0
"""Pause after which a message is over without a key."""
_TONE_HZ, _TONE_SECONDS = 1000, 0.3


@dataclass(slots=True)
class PhoneDialogue:
    """Runs one dialogue from the first prompt to its end.

    Attributes:
        line: The caller.
        conversation: Takes the dialogue on.
        live: Understands words.
        prompts: Speaks.
        engine: Writes down.
        recording: Sound of a message that the caller left.
        message: Words of that message.
        responses_ms: From the end of what the caller said to the first sound of each answer.
    """

    line: AudioLine
    conversation: Conversation
    live: LiveFlows
    prompts: Prompts
    engine: SpeechEngine
    recording: bytearray = field(default_factory=bytearray)
    message: list[str] = field(default_factory=list)
    responses_ms: list[int] = field(default_factory=list)
    _words: asyncio.Queue[str] = field(default_factory=lambda: asyncio.Queue(50))
    _keys: asyncio.Queue[str] = field(default_factory=lambda: asyncio.Queue(50))
    _interrupted: asyncio.Event = field(default_factory=asyncio.Event)
    _speaks: asyncio.Event = field(default_factory=asyncio.Event)
    _is_recording: bool = False
    _voice_ended_at: float = 0.0
    """Of the event loop's clock: when the last frame with a voice came."""

    async def run(self, state: DialogueState) -> DialogueState:
        """Return the dialogue as it ended; a caller who leaves ends it as well."""
        await self.engine.ready()
        leg = self.engine.open_leg(self.line.call_id, sample_rate_hz=SAMPLE_RATE_HZ, overflow=Overflow.DROP_OLDEST)
        hearing = asyncio.ensure_future(self._hear(leg))
        reading = asyncio.ensure_future(self._read(leg))
        try:
            return await self._talk(state)
        finally:
            for task in (hearing, reading):
                task.cancel()
            await asyncio.gather(hearing, reading, return_exceptions=True)
            await leg.aclose()

    async def _talk(self, state: DialogueState) -> DialogueState:
        happened: Input = Started()
        while True:
            failures = state.failures
            turn = await self.conversation.take(state, happened)
            state = turn.state
            if state.failures > failures:
                # What was keyed ahead meant another answer.
                _emptied(self._keys)
            if state.end is not None and turn.then is None:
                return state
            await self._speak(turn, is_answer=isinstance(happened, Heard))
            if self.line.is_over.is_set():
                return (await self.conversation.take(state, HungUp())).state if state.end is None else state
            match turn.then:
                case Listen():
                    happened = await self._listen(turn.then)
                case Record():
                    happened = await self._record(turn.then)
                case Transfer() | HangUp():
                    return state
                case None:
                    happened = Silence()

    async def _speak(self, turn: Turn, *, is_answer: bool) -> None:
        """Say what the caller hears; a voice or a key stops it where an answer is waited for.

        Keys that came before the question count for it, so that whoever knows the menu need not hear it.
        """
        self._forget()
        stop = self._interrupted if isinstance(turn.then, Listen) else asyncio.Event()
        if not self._keys.empty():
            self._interrupted.set()
        ended_at = self._voice_ended_at if is_answer else 0.0
        for say in turn.said:
            async for pcm in self.prompts.pieces(say.text):
                if ended_at:
                    self.responses_ms.append(round((asyncio.get_running_loop().time() - ended_at) * 1000))
                    ended_at = 0.0
                if not await self.line.play(pcm, stop):
                    return

    def _forget(self) -> None:
        """Drop words of before the question; those that tell of a danger stay and interrupt what is said."""
        dropped = "".join(_emptied(self._words))
        self._interrupted.clear()
        self._speaks.clear()
        if dropped and self.live.is_dangerous(dropped):
            self._words.put_nowait(dropped)
            self._interrupted.set()

    async def _listen(self, listening: Listen) -> Input:
        over = asyncio.ensure_future(self.line.is_over.wait())
        words = asyncio.ensure_future(self._next_words(listening))
        keys = asyncio.ensure_future(self._next_keys(listening))
        tasks = {over, words, keys}
        has_voice = False
        try:
            async with asyncio.timeout(ANSWER_SECONDS) as patience:
                while True:
                    done, _ = await asyncio.wait(tasks, timeout=0.1, return_when=asyncio.FIRST_COMPLETED)
                    if over in done:
                        return HungUp()
                    if keys in done:
                        return Keyed(keys.result())
                    if words in done:
                        text = words.result()
                        ranking = await asyncio.to_thread(self.live.understand, text)
                        return Heard(text, ranking)
                    if (self._speaks.is_set() or not self._keys.empty()) and patience.when() is not None:
                        has_voice = has_voice or self._speaks.is_set()
                        self._speaks.clear()
                        patience.reschedule(asyncio.get_running_loop().time() + WORDS_SECONDS)
        except TimeoutError:
            return Silence(has_voice)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _next_words(self, listening: Listen) -> str:
        text = await self._words.get()
        if listening.most_keys == 1:
            return text
        # A number comes in pieces.
        with suppress(TimeoutError):
            while True:
                async with asyncio.timeout(NUMBER_GAP_SECONDS):
                    text += await self._words.get()
        return text

    async def _next_keys(self, listening: Listen) -> str:
        keys = await self._keys.get()
        while keys == "#" and listening.most_keys == 1:
            # It ended a number that was full already.
            keys = await self._keys.get()
        with suppress(TimeoutError):
            while len(keys) < listening.most_keys and not keys.endswith("#"):
                async with asyncio.timeout(KEY_GAP_SECONDS):
                    keys += await self._keys.get()
        return keys

    async def _record(self, wanted: Record) -> Input:
        await self.line.play(tone(), asyncio.Event())
        self._forget()
        _emptied(self._keys)
        self._is_recording = True
        await self._wait_for_end(wanted)
        self._is_recording = False
        with suppress(TimeoutError):
            async with asyncio.timeout(NUMBER_GAP_SECONDS):
                while True:
                    self.message.append(await self._words.get())
        while not self._words.empty():
            self.message.append(self._words.get_nowait())
        has_words = bool(self.message)
        return Recorded(max(1, len(self.recording) // (2 * SAMPLE_RATE_HZ)) if has_words else 0)

    async def _wait_for_end(self, wanted: Record) -> None:
        """Wait for a key, the end of the call, a long pause, or the longest message."""
        loop = asyncio.get_running_loop()
        began_at = loop.time()
        key, over = asyncio.ensure_future(self._keys.get()), asyncio.ensure_future(self.line.is_over.wait())
        try:
            while True:
                done, _ = await asyncio.wait({key, over}, timeout=0.2, return_when=asyncio.FIRST_COMPLETED)
                now = loop.time()
                is_quiet = now - max(began_at, self._voice_ended_at) >= MESSAGE_PAUSE_SECONDS
                if done or is_quiet or now - began_at >= wanted.most_seconds:
                    return
        finally:
            for task in (key, over):
                task.cancel()

    async def _hear(self, leg: LegTranscriber) -> None:
        """Feed the recogniser, and notice voices and keys at once."""
        detector = EnergyVAD().open(source_rate_hz=SAMPLE_RATE_HZ)
        loud: deque[bool] = deque(maxlen=BARGE_IN_WINDOW)
        sample = 0
        async for frame in self.line.frames():
            if frame.key:
                self._interrupted.set()
                if not self._keys.full():
                    self._keys.put_nowait(frame.key)
                continue
            if self._is_recording:
                self.recording += frame.pcm
            loud.append(detector.probabilities([frame.pcm])[0] >= _VOICE)
            if loud[-1]:
                self._voice_ended_at = asyncio.get_running_loop().time()
            if sum(loud) >= BARGE_IN_FRAMES:
                self._interrupted.set()
                self._speaks.set()
            await leg.feed(AudioChunk(frame.pcm, SAMPLE_RATE_HZ, sample))
            sample += len(frame.pcm) // 2

    async def _read(self, leg: LegTranscriber) -> None:
        async for event in leg.events():
            match event:
                case TranscriptFinal(text=text) if text and not self._words.full():
                    self._words.put_nowait(text)
                case TranscriptPartial(text=text) if text:
                    self._interrupted.set()
                    self._speaks.set()
                case _:
                    pass


def _emptied(queue: asyncio.Queue[str]) -> list[str]:
    """Take everything out of a queue and return it."""
    return [queue.get_nowait() for _ in range(queue.qsize())]


def tone() -> bytes:
    """Return the tone after which a message is recorded."""
    moments = np.arange(int(SAMPLE_RATE_HZ * _TONE_SECONDS)) / SAMPLE_RATE_HZ
    return (8000 * np.sin(2 * np.pi * _TONE_HZ * moments)).astype("<i2").tobytes()
