"""A dialogue on the telephone: prompts that can be interrupted, and what the caller says, keys or leaves."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

import numpy as np

from assist_api.ivr import phrases
from assist_api.ivr.caller_input import CallerInput
from assist_api.ivr.dialogue import (
    DialogueState,
    HangUp,
    Heard,
    HungUp,
    Input,
    Listen,
    Record,
    Recorded,
    Silence,
    Started,
    Transfer,
)
from assist_api.ivr.phone_message import PhoneMessage
from assist_api.ivr.phone_parts import Recogniser, Speaker, Understanding
from assist_api.ivr.world import Conversation, Turn
from cti_adapter.audio_line import AudioLine
from cti_adapter.audiosocket import SAMPLE_RATE_HZ

_TONE_HZ, _TONE_SECONDS = 1000, 0.3


@dataclass(slots=True)
class PhoneDialogue:
    """Runs one dialogue from the first prompt to its end.

    Attributes:
        line: The caller.
        conversation: Takes the dialogue on.
        understanding: Says what words want.
        speaker: Speaks.
        recogniser: Writes down.
        messages: Messages that the caller left, with or without words.
        responses_ms: From the end of what the caller said to the first sound of each answer.
    """

    line: AudioLine
    conversation: Conversation
    understanding: Understanding
    speaker: Speaker
    recogniser: Recogniser
    messages: list[PhoneMessage] = field(default_factory=list)
    responses_ms: list[int] = field(default_factory=list)

    async def run(self, state: DialogueState) -> DialogueState:
        """Return the dialogue as it ended; a caller who leaves ends it as well."""
        caller = CallerInput(self.line, self.recogniser, self.understanding)
        async with caller.open():
            return await self._talk(state, caller)

    async def _talk(self, state: DialogueState, caller: CallerInput) -> DialogueState:
        happened: Input = Started()
        while True:
            failures = state.failures
            turn = await self.conversation.take(state, happened)
            state = turn.state
            if state.failures > failures:
                # What was keyed ahead meant another answer.
                caller.forget_keys()
            if state.end is not None and turn.then is None:
                return state
            await self._speak(turn, caller, is_answer=isinstance(happened, Heard))
            if self.line.is_over.is_set():
                return (await self.conversation.take(state, HungUp())).state if state.end is None else state
            match turn.then:
                case Listen():
                    happened = await caller.listen(turn.then, self._say_one_moment)
                case Record():
                    happened = await self._record(turn.then, caller)
                case Transfer() | HangUp():
                    return state
                case None:
                    happened = Silence()

    async def _speak(self, turn: Turn, caller: CallerInput, *, is_answer: bool) -> None:
        """Say what the caller hears; a voice or a key stops it where an answer is waited for."""
        caller.forget_words()
        stop = caller.interrupted if isinstance(turn.then, Listen) else asyncio.Event()
        ended_at = caller.voice_ended_at if is_answer else 0.0
        for say in turn.said:
            async for pcm in self.speaker.pieces(say.text):
                if ended_at:
                    self.responses_ms.append(round((asyncio.get_running_loop().time() - ended_at) * 1000))
                    ended_at = 0.0
                if not await self.line.play(pcm, stop):
                    return

    async def _say_one_moment(self) -> None:
        async for pcm in self.speaker.pieces(phrases.ONE_MOMENT):
            await self.line.play(pcm, asyncio.Event())

    async def _record(self, wanted: Record, caller: CallerInput) -> Input:
        await self.line.play(tone(), asyncio.Event())
        message = await caller.record(wanted)
        if not message.is_worth_keeping:
            return Recorded(0)
        self.messages.append(message)
        return Recorded(max(1, message.seconds))


def tone() -> bytes:
    """Return the tone after which a message is recorded."""
    moments = np.arange(int(SAMPLE_RATE_HZ * _TONE_SECONDS)) / SAMPLE_RATE_HZ
    return (8000 * np.sin(2 * np.pi * _TONE_HZ * moments)).astype("<i2").tobytes()
