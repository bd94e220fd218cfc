"""Searching ahead: what stands at a pause is searched for while silence has yet to prove that the sentence is over."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from uuid import UUID

import structlog

from assist_api.suggestions.query import SearchRequest
from assist_api.suggestions.service import Searched
from kit.tasks import TaskSupervisor, cancel_and_wait

log = structlog.get_logger(__name__)

MAX_BEGUN = 2
"""Searches under way at once: one for each side of a call."""


@dataclass(frozen=True, slots=True)
class _Begun:
    request: SearchRequest
    task: asyncio.Task[Searched | None]


class SearchAhead:
    """Runs searches that may never be asked for; those that are not are given up."""

    def __init__(
        self,
        search: Callable[[SearchRequest], Awaitable[Searched]],
        on_answer: Callable[[Searched], Awaitable[None]],
    ) -> None:
        """Prepare.

        Args:
            search: Runs a search.
            on_answer: Told of each answer to a search that was not given up, before whoever waits for it is.
        """
        self._search = search
        self._on_answer = on_answer
        self._begun: dict[UUID, _Begun] = {}
        self._tasks = TaskSupervisor("search-ahead")

    async def begin(self, request: SearchRequest) -> bool:
        """Begin a search, in place of the one that the same utterance asked for before; False where it is that one."""
        segment_id = request.trigger_segment_id
        if segment_id in self._begun and self._begun[segment_id].request == request:
            return False
        outdated = [self._begun.pop(segment_id)] if segment_id in self._begun else []
        while len(self._begun) >= MAX_BEGUN:
            outdated.append(self._begun.pop(next(iter(self._begun))))
        self._begun[segment_id] = _Begun(request, self._tasks.start(self._run(request), name="search"))
        await cancel_and_wait(*(begun.task for begun in outdated))
        return True

    async def answer(self, request: SearchRequest) -> Searched | None:
        """Return the answer to a search that was begun, as soon as it is there; None where it must be run.

        What was begun for the same utterance and asks for something else is given up.
        """
        begun = self._begun.pop(request.trigger_segment_id, None)
        if begun is None:
            return None
        if begun.request != request:
            await cancel_and_wait(begun.task)
            return None
        return await begun.task

    async def aclose(self) -> None:
        """Give up what is under way; safe to call twice."""
        self._begun.clear()
        await self._tasks.aclose()

    async def _run(self, request: SearchRequest) -> Searched | None:
        try:
            searched = await self._search(request)
        except Exception as error:  # noqa: BLE001  # rejected: it is run again when it is asked for, and fails there
            log.debug("search_ahead_failed", reason=type(error).__name__)
            return None
        await self._on_answer(searched)
        return searched
