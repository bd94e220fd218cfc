"""Hears a stored recording once more, at low priority, and waits while live calls run."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from concurrent.futures import Executor
from contextlib import aclosing
from uuid import UUID, uuid5

from assist_api.calls.chunk_reader import BATCH_CHUNKS, read_chunks
from assist_api.calls.sources.recording import ROLES
from assist_api.transcripts.utterances import LegRole, Utterance, final_utterance
from kit.tasks import Overflow
from speech.engine import SpeechEngine
from speech.events import TranscriptEvent, TranscriptFinal
from speech.recording import Recording

LEG = "second-pass"
Breathe = Callable[[int], Awaitable[None]]
"""Told how many milliseconds were heard; returns when the next second may be."""


async def listen(
    engine: SpeechEngine, recording: Recording, call_id: UUID, executor: Executor, breathe: Breathe
) -> list[Utterance]:
    """Return what is said in a recording, in the order of time.

    Raises:
        ExceptionGroup: A leg failed, or `breathe` gave up.
    """
    rate = recording.sample_rate_hz
    roles = {uuid5(call_id, f"{LEG}:{role.value}"): role for role in ROLES[: recording.leg_count]}
    legs = [engine.open_leg(name, sample_rate_hz=rate, overflow=Overflow.WAIT) for name in roles]
    try:
        async with asyncio.TaskGroup() as group:
            readers = [
                group.create_task(_finals(leg.events(), role), name="second-pass.read")
                for leg, role in zip(legs, roles.values(), strict=True)
            ]
            async with aclosing(read_chunks(recording, [0] * recording.leg_count, executor)) as chunks:
                fed = 0
                async for number, chunk in chunks:
                    await legs[number].feed(chunk)
                    fed += 1
                    if fed % BATCH_CHUNKS == 0:
                        await breathe(chunk.start_ms)
            for leg in legs:
                await leg.finish()
        said = [utterance for reader in readers for utterance in reader.result()]
        return sorted(said, key=lambda utterance: (utterance.start_ms, utterance.leg_role is LegRole.AGENT))
    finally:
        await asyncio.gather(*(leg.aclose() for leg in legs))


async def _finals(events: AsyncIterator[TranscriptEvent], role: LegRole) -> list[Utterance]:
    return [final_utterance(event, role) async for event in events if isinstance(event, TranscriptFinal) and event.text]
