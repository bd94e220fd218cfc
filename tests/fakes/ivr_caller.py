"""A caller on a line without a telephone: what is said and keyed at which second, and when the recogniser answers."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import cast
from uuid import UUID, uuid4

from assist_api.ivr.dialogue import Circumstances, DialogueState
from assist_api.ivr.flow import Flow
from assist_api.ivr.interpreter import Interpreter
from assist_api.ivr.live_flows import without_meaning
from assist_api.ivr.phone_dialogue import PhoneDialogue
from assist_api.ivr.readings import WeighedIntents, learned_intents
from assist_api.ivr.scenario import ScenarioWorldData
from assist_api.ivr.simulation import ScriptedWorld
from assist_api.ivr.world import Conversation
from cti_adapter.audio_line import FRAME_BYTES, AudioLine, LineFrame
from kit.tasks import Overflow
from speech.audio import AudioChunk
from speech.events import EndReason, TranscriptEvent, TranscriptFinal
from tests.fakes.speech_recognizer import tone
from tests.fakes.virtual_time import LoopClock

FRAME_SECONDS = 0.02
_QUIET = bytes(FRAME_BYTES)
_LOUD = tone(20, sample_rate_hz=8000)


@lru_cache
def blind_intents() -> WeighedIntents:
    """Learn the shipped intents once, without the sentence model."""
    return learned_intents(without_meaning)


@dataclass
class ScriptedRecogniser:
    """Writes down each stretch of voice with the next of its texts, `delay` seconds after the voice fell silent.

    Attributes:
        texts: One for each stretch of voice.
        delay: Seconds of work; None never answers.
    """

    texts: list[str]
    delay: float | None = 0.3

    async def ready(self) -> None:
        pass

    def open_leg(self, leg_id: UUID, *, sample_rate_hz: int, overflow: Overflow, has_partials: bool) -> ScriptedLeg:
        return ScriptedLeg(leg_id, self)


@dataclass
class ScriptedLeg:
    """One voice; a stretch ends with 0.5 s of silence, or with the sound."""

    leg_id: UUID
    recogniser: ScriptedRecogniser
    _events: asyncio.Queue[TranscriptEvent | None] = field(default_factory=asyncio.Queue)
    _owed_since: float | None = None
    _quiet: int = 0
    _has_voice: bool = False
    _is_finished: bool = False

    @property
    def behind_ms(self) -> int:
        return 0 if self._owed_since is None else round((_now() - self._owed_since) * 1000)

    async def feed(self, chunk: AudioChunk) -> None:
        is_loud = any(chunk.pcm)
        self._quiet = 0 if is_loud else self._quiet + 1
        self._has_voice = self._has_voice or is_loud
        if self._has_voice and self._quiet >= 25:
            self._end_stretch()

    async def finish(self) -> None:
        self._is_finished = True
        if self._has_voice:
            self._end_stretch()
        elif self._owed_since is None:
            self._events.put_nowait(None)

    async def events(self) -> AsyncIterator[TranscriptEvent]:
        while (event := await self._events.get()) is not None:
            yield event

    async def aclose(self) -> None:
        self._events.put_nowait(None)

    def _end_stretch(self) -> None:
        self._has_voice = False
        self._owed_since = _now() - self._quiet * FRAME_SECONDS
        if self.recogniser.delay is not None:
            asyncio.get_running_loop().call_later(self.recogniser.delay, self._answer)

    def _answer(self) -> None:
        text = self.recogniser.texts.pop(0)
        self._owed_since = None
        self._events.put_nowait(
            TranscriptFinal(self.leg_id, uuid4(), 0, 0, text, 0.9, "zh", EndReason.SILENCE, "scripted", 0)
        )
        if self._is_finished:
            self._events.put_nowait(None)


class Beeps:
    """Speaks every text as half a second of sound, and notes it with its second."""

    def __init__(self) -> None:
        self.said: list[tuple[float, str]] = []

    async def pieces(self, text: str) -> AsyncIterator[bytes]:
        self.said.append((_now(), text))
        yield _LOUD * 25


class _Nowhere:
    """A connection whose bytes nobody reads."""

    def write(self, data: bytes) -> None:
        pass


@dataclass(frozen=True)
class Does:
    """What the caller does from a second on: speaks for some seconds, presses a key, or hangs up."""

    at: float
    speaks: float = 0.0
    key: str = ""
    hangs_up: bool = False


@dataclass
class Talked:
    """What came of a dialogue."""

    dialogue: PhoneDialogue
    state: DialogueState
    said: list[tuple[float, str]]
    seconds: float


async def talk(flow: Flow, recogniser: ScriptedRecogniser, caller: Sequence[Does]) -> Talked:
    """Run a dialogue with a caller in virtual time."""
    line = AudioLine(uuid4(), cast("asyncio.StreamWriter", _Nowhere()), LoopClock())
    interpreter = Interpreter({flow.name: flow})
    conversation = Conversation(interpreter, ScriptedWorld(ScenarioWorldData()))
    beeps = Beeps()
    dialogue = PhoneDialogue(line, conversation, blind_intents(), beeps, recogniser)
    speaking = asyncio.ensure_future(_send(line, caller))
    try:
        state = await dialogue.run(interpreter.begin(flow.name, Circumstances()))
    finally:
        speaking.cancel()
        await asyncio.gather(speaking, return_exceptions=True)
    return Talked(dialogue, state, beeps.said, _now())


async def _send(line: AudioLine, caller: Sequence[Does]) -> None:
    due = list(caller)
    frame = 0
    while True:
        at = frame * FRAME_SECONDS
        for done in [item for item in due if not item.speaks and item.at <= at]:
            due.remove(done)
            if done.hangs_up:
                line.is_over.set()
                return
            line.receive(LineFrame(key=done.key))
        is_loud = any(item.speaks and item.at <= at < item.at + item.speaks for item in due)
        line.receive(LineFrame(pcm=_LOUD if is_loud else _QUIET))
        frame += 1
        await asyncio.sleep(FRAME_SECONDS)


def _now() -> float:
    return asyncio.get_running_loop().time()
