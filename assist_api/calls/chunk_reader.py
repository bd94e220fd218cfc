"""Reads a recording ahead of its listeners, a second at a time, outside the event loop."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Iterator, Sequence
from concurrent.futures import Executor
from itertools import islice

from speech.audio import AudioChunk
from speech.recording import Recording

BATCH_CHUNKS = 100
"""One second of two legs: one visit to the disk thread per second at 1x."""
LegChunk = tuple[int, AudioChunk]


async def read_chunks(
    recording: Recording, start_ms: Sequence[int], executor: Executor
) -> AsyncGenerator[LegChunk, None]:
    """Yield (leg, chunk) in the order of audio time; one batch is read ahead while the last is used.

    Close the iterator (`contextlib.aclosing`): the file stays open until then.

    Args:
        recording: What to read.
        start_ms: Where each leg begins.
        executor: Where the disk and the decoder block.
    """
    loop = asyncio.get_running_loop()
    chunks = iter(recording.chunks(start_ms))
    ahead = loop.run_in_executor(executor, _next_batch, chunks)
    try:
        while batch := await asyncio.shield(ahead):
            ahead = loop.run_in_executor(executor, _next_batch, chunks)
            for item in batch:
                yield item
    finally:
        await asyncio.wait({ahead})
        await loop.run_in_executor(executor, _close, chunks)


def _next_batch(chunks: Iterator[LegChunk]) -> list[LegChunk]:
    return list(islice(chunks, BATCH_CHUNKS))


def _close(chunks: Iterator[LegChunk]) -> None:
    close = getattr(chunks, "close", None)
    if close is not None:
        close()
