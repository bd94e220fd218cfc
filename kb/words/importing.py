"""Files of words into the database: whole or not at all, by key or first word."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from enum import StrEnum
from pathlib import Path
from uuid import uuid4

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

import kb.words
from kb.entries.models import RevisionOrigin
from kb.packs.file_format import Refusal
from kb.words.file_format import FileGroup, WordFile, WordFileKind, read_words, require_sound
from kb.words.gazetteer import KEY_START
from kb.words.models import WordGroupRow
from kb.words.repository import WordRepository
from kb.words.schemas import WordImportReport
from kb.words.service import as_draft, group_values, taken_words
from kb.words.validation import MAX_GROUPS, claims, folded
from kit.clock import Clock
from kit.db import Database

DEMO_FOLDER = Path(kb.words.__file__).parent / "demo"
PACK_AUTHOR = "pack"
log = structlog.get_logger(__name__)


class _Outcome(StrEnum):
    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    KEPT = "kept"


class WordImport:
    """Imports one file in the caller's unit of work; never commits."""

    def __init__(self, session: AsyncSession, clock: Clock, author: str, origin: RevisionOrigin) -> None:
        """Keep the parts.

        Args:
            session: Of the caller.
            clock: For the times of changes.
            author: Who imports.
            origin: `PACK` leaves alone what a person changed or removed; `EDIT` is a person's own file and wins.
        """
        self._words = WordRepository(session)
        self._session = session
        self._clock = clock
        self._author = author
        self._origin = origin

    async def run(self, file: WordFile) -> WordImportReport:
        """Import a file that was read before.

        Raises:
            InvalidInputError: `words_refused`; nothing was written. The errors name lines, fields and fixes.
        """
        require_sound(file)
        await self._words.begin_change()
        rows = list(await self._words.everything(with_removed=True))
        counts: Counter[_Outcome] = Counter()
        if file.is_gazetteer:
            file = _without_known(file, rows)
            counts[_Outcome.UPDATED] += self._remove_old_names(file, rows)
        touched: list[tuple[int, FileGroup, WordGroupRow]] = []
        for line, group in zip(file.lines, file.groups, strict=True):
            known = _same_group(group, rows)
            if self._is_out_of_the_way(group, known, rows):
                counts[_Outcome.KEPT] += 1
                continue
            outcome, row = self._put(group, known)
            counts[outcome] += 1
            if outcome in (_Outcome.CREATED, _Outcome.UPDATED):
                touched.append((line, group, row))
            if outcome is _Outcome.CREATED:
                rows.append(row)
        require_sound(WordFile((), (), tuple(_clashes(touched, rows))))
        await self._session.flush()
        return WordImportReport.model_validate({outcome.value: counts[outcome] for outcome in _Outcome})

    def _remove_old_names(self, file: WordFile, rows: Sequence[WordGroupRow]) -> int:
        """Remove the groups of the list before that this one has no more names for; return how many."""
        keys = {group.key for group in file.groups if group.key is not None}
        starts = tuple({key.rpartition(".")[0] + "." for key in keys})
        old = [
            row for row in rows if row.key and row.key.startswith(starts) and row.key not in keys and not row.is_removed
        ]
        for row in old:
            row.is_removed, row.number, row.updated_at = True, row.number + 1, self._clock.now()
        return len(old)

    def _is_out_of_the_way(self, group: FileGroup, known: WordGroupRow | None, rows: Sequence[WordGroupRow]) -> bool:
        """Whether the product's list gives way to a group that people made of the same words."""
        present = (row for row in rows if not row.is_removed)
        except_for = None if known is None else known.id
        return self._origin is RevisionOrigin.PACK and bool(taken_words(group, present, except_for))

    def _put(self, group: FileGroup, row: WordGroupRow | None) -> tuple[_Outcome, WordGroupRow]:
        values = group_values(group, self._author, self._clock.now(), self._origin)
        if row is None:
            row = WordGroupRow(id=uuid4(), key=group.key, number=1, **values)
            self._session.add(row)
            return _Outcome.CREATED, row
        if not row.is_removed and as_draft(row) == group.draft():
            return _Outcome.UNCHANGED, row
        if self._origin is RevisionOrigin.PACK and row.origin == RevisionOrigin.EDIT:
            return _Outcome.KEPT, row
        for name, value in (values | {"number": row.number + 1}).items():
            setattr(row, name, value)
        return _Outcome.UPDATED, row


def _without_known(file: WordFile, rows: Sequence[WordGroupRow]) -> WordFile:
    """Leave out the names that another group holds already: they are never cut as it is."""
    known = {
        claim
        for row in rows
        if not row.is_removed and not (row.key or "").startswith(KEY_START)
        for claim in claims(as_draft(row))
    }
    kept = [
        (line, group.model_copy(update={"words": words}))
        for line, group in zip(file.lines, file.groups, strict=True)
        if (words := [word for word in group.words if (group.use, group.sector, folded(word)) not in known])
    ]
    return replace(file, groups=tuple(group for _, group in kept), lines=tuple(line for line, _ in kept))


def _same_group(group: FileGroup, rows: Sequence[WordGroupRow]) -> WordGroupRow | None:
    """Return the stored group that this one is a version of: the same key, else the same first word."""
    if group.key is not None:
        return next((row for row in rows if row.key == group.key), None)
    place = (group.use, group.sector, folded(group.words[0]))
    return next((row for row in rows if (row.use, row.sector, folded(row.words[0])) == place), None)


def _clashes(touched: Sequence[tuple[int, FileGroup, WordGroupRow]], rows: Sequence[WordGroupRow]) -> list[Refusal]:
    present = [row for row in rows if not row.is_removed]
    refused = [
        Refusal(line, group.key or "", problem.field, problem.code, problem.message)
        for line, group, row in touched
        for problem in taken_words(group, present, except_for=row.id)
    ]
    if len(present) > MAX_GROUPS and touched:
        message = f"There would be {len(present)} groups, more than {MAX_GROUPS}; drop the rarest."
        refused.append(Refusal(touched[-1][0], "", "words", "words_full", message))
    return refused


async def import_demo_words(database: Database, clock: Clock) -> WordImportReport:
    """Import the lists that come with the product, one transaction a file; what people changed stays."""
    totals: Counter[str] = Counter()
    for path in sorted(DEMO_FOLDER.glob("*.yaml")):
        file = read_words(path.read_bytes(), WordFileKind.YAML)
        async with database.session() as session:
            report = await WordImport(session, clock, PACK_AUTHOR, RevisionOrigin.PACK).run(file)
        totals.update(report.model_dump())
    log.info("demo_words_imported", **totals)
    return WordImportReport.model_validate({outcome.value: totals[outcome.value] for outcome in _Outcome})
