"""Edits of the curated words: commit, then let the searches of this process know."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import PurePath
from uuid import UUID

import structlog

from kb.entries.models import RevisionOrigin
from kb.words.current import CurrentWords
from kb.words.file_format import WordFileKind, read_words
from kb.words.importing import WordImport
from kb.words.schemas import WordGroup, WordGroupDraft, WordImportReport
from kb.words.service import WordService
from kit.clock import Clock
from kit.db import Database
from kit.errors import InvalidInputError

log = structlog.get_logger(__name__)

_KINDS = {".csv": WordFileKind.CSV, ".yaml": WordFileKind.YAML, ".yml": WordFileKind.YAML}


class WordEditor:
    """Use cases that change words, each in a transaction of its own."""

    def __init__(self, database: Database, clock: Clock, current: CurrentWords) -> None:
        self._database = database
        self._clock = clock
        self._current = current

    async def create(self, draft: WordGroupDraft, author: str) -> WordGroup:
        """Add a group; see `WordService.create`."""
        async with self._edit() as words:
            group = await words.create(draft, author)
        await self._take_effect()
        return group

    async def change(self, group_id: UUID, base_number: int, draft: WordGroupDraft, author: str) -> WordGroup:
        """Change a group; see `WordService.change`."""
        async with self._edit() as words:
            group = await words.change(group_id, base_number, draft, author)
        await self._take_effect()
        return group

    async def remove(self, group_id: UUID, author: str) -> None:
        """Remove a group; see `WordService.remove`."""
        async with self._edit() as words:
            await words.remove(group_id, author)
        await self._take_effect()

    async def import_file(self, name: str, content: bytes, author: str) -> WordImportReport:
        """Import a CSV or YAML file, whole or not at all.

        Raises:
            InvalidInputError: The name has another ending, or the file is at fault; every problem names its line.
        """
        kind = _KINDS.get(PurePath(name).suffix.lower())
        if kind is None:
            message = f"The file must end in {', '.join(_KINDS)}; save it as CSV or YAML."
            raise InvalidInputError(message, field="file", code="words_file_kind")
        file = await asyncio.to_thread(read_words, content, kind)
        async with self._database.session() as session:
            report = await WordImport(session, self._clock, author, RevisionOrigin.EDIT).run(file)
        await self._take_effect()
        return report

    @asynccontextmanager
    async def _edit(self) -> AsyncIterator[WordService]:
        async with self._database.session() as session:
            yield WordService(session, self._clock)

    async def _take_effect(self) -> None:
        try:
            await self._current.refresh()
        except Exception:  # rejected: the edit is committed; `CurrentWords.follow` reads it a moment later
            log.exception("words_not_read")
