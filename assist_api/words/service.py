"""Edits of the curated words: commit, then let the searches of this process know."""

from __future__ import annotations

import asyncio
from pathlib import PurePath
from uuid import UUID

import structlog

from assist_api.http.actor import Actor
from assist_api.http.core import AuditTrail, DetailValue
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

_KINDS = {".csv": WordFileKind.CSV, ".yaml": WordFileKind.YAML, ".yml": WordFileKind.YAML, ".xlsx": WordFileKind.XLSX}


class WordEditor:
    """Use cases that change words, each in a transaction of its own."""

    def __init__(self, database: Database, clock: Clock, current: CurrentWords, audit: AuditTrail) -> None:
        self._database = database
        self._clock = clock
        self._current = current
        self._audit = audit

    async def create(self, draft: WordGroupDraft, actor: Actor) -> WordGroup:
        """Add a group; see `WordService.create`."""
        async with self._database.session() as session:
            group = await WordService(session, self._clock).create(draft, actor.name)
            self._audit.record(session, actor, "words.created", "words", group.id, after=group)
        await self._take_effect()
        return group

    async def change(self, group_id: UUID, base_number: int, draft: WordGroupDraft, actor: Actor) -> WordGroup:
        """Change a group; see `WordService.change`."""
        async with self._database.session() as session:
            group = await WordService(session, self._clock).change(group_id, base_number, draft, actor.name)
            details: dict[str, DetailValue] = {"number": group.number}
            self._audit.record(session, actor, "words.changed", "words", group_id, after=group, details=details)
        await self._take_effect()
        return group

    async def remove(self, group_id: UUID, actor: Actor) -> None:
        """Remove a group; see `WordService.remove`."""
        async with self._database.session() as session:
            await WordService(session, self._clock).remove(group_id, actor.name)
            self._audit.record(session, actor, "words.removed", "words", group_id)
        await self._take_effect()

    async def import_file(self, name: str, content: bytes, actor: Actor) -> WordImportReport:
        """Import a CSV, XLSX or YAML file of groups or of names, whole or not at all.

        Raises:
            InvalidInputError: The name has another ending, or the file is at fault; every problem names its line.
        """
        kind = _KINDS.get(PurePath(name).suffix.lower())
        if kind is None:
            message = f"The file must end in {', '.join(_KINDS)}; save it as CSV, XLSX or YAML."
            raise InvalidInputError(message, field="file", code="words_file_kind")
        file = await asyncio.to_thread(read_words, content, kind)
        async with self._database.session() as session:
            report = await WordImport(session, self._clock, actor.name, RevisionOrigin.EDIT).run(file)
            details: dict[str, DetailValue] = {"format": kind.value, **report.model_dump()}
            self._audit.record(session, actor, "words.imported", "words", "all", details=details)
        await self._take_effect()
        return report

    async def _take_effect(self) -> None:
        try:
            await self._current.refresh()
        except Exception:  # rejected: the edit is committed; `CurrentWords.follow` reads it a moment later
            log.exception("words_not_read")
