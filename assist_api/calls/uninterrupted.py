"""Runs a coroutine to its end although the task that awaits it is cancelled."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


async def uninterrupted(work: Coroutine[Any, Any, T], *, name: str) -> T:
    """Finish the work even when we are cancelled, and only then let the cancellation go on.

    Whether a commit or a move of files happened must be known before anything follows from it.
    """
    task = asyncio.create_task(work, name=name)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait({task})
        raise
