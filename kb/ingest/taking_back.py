"""Takes back what one file of an import published, all of it or nothing. One unit of work; never commits."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy.ext.asyncio import AsyncSession

from kb.entries.models import Revision, RevisionOrigin, RevisionState
from kb.entries.repository import EntryRepository
from kb.entries.schemas import EntryDraft
from kb.ingest.models import FileState, ImportFile, ImportUnit, Plan
from kb.ingest.repository import ImportRepository
from kb.ingest.reversal import Reversal, reversal_of, title_key, without_taken_titles
from kb.kinds import DocumentKind
from kit.clock import Clock
from kit.errors import ConflictError

_WRITTEN = (Plan.NEW, Plan.CHANGED, Plan.GONE)


class FileTakingBack:
    """Undoes the files of one import. The caller owns the session and commits it."""

    def __init__(self, session: AsyncSession, clock: Clock, author: str) -> None:
        self._session = session
        self._imports = ImportRepository(session)
        self._entries = EntryRepository(session)
        self._clock = clock
        self._author = author

    async def take_back(self, file: ImportFile) -> bool:
        """Put back what stood before the file was published; return False when another run was faster.

        New entries leave, changed and retired ones get their earlier text as a new revision. An entry that somebody
        has changed since stays as it is. Each unit says afterwards whether it was taken back.

        Raises:
            ConflictError: `stale_revision`: somebody edited an entry at this very moment; nothing is written.
        """
        if not await self._imports.move_file(file.id, FileState.PUBLISHED, FileState.TAKEN_BACK):
            return False
        units = [unit for unit in await self._imports.units(file.id) if unit.plan in _WRITTEN]
        undone = await self._reversals(units)
        undone_ids = {reversal.unit.id for reversal in undone}
        for unit in units:
            unit.is_taken_back = unit.id in undone_ids
        await self._write(undone)
        await self._session.flush()
        return True

    async def _reversals(self, units: Sequence[ImportUnit]) -> list[Reversal]:
        ids = [unit.entry_id for unit in units if unit.entry_id is not None]
        entries, revisions = await self._imports.entries_with_revisions(ids)
        found = [
            reversal
            for unit in units
            if unit.entry_id in entries
            and (reversal := reversal_of(unit, entries[unit.entry_id], revisions[unit.entry_id])) is not None
        ]
        return without_taken_titles(found, await self._taken(found))

    async def _taken(self, reversals: Sequence[Reversal]) -> dict[tuple[str, str | None, str | None], UUID]:
        titles: dict[tuple[str | None, str | None], list[str]] = {}
        for reversal in reversals:
            if reversal.restores is not None:
                title, sector, region = title_key(reversal.restores)
                titles.setdefault((sector, region), []).append(title)
        return {
            (title, sector, region): entry_id
            for (sector, region), some in titles.items()
            for title, entry_id in (await self._imports.titles_taken(some, sector, region)).items()
        }

    async def _write(self, reversals: Sequence[Reversal]) -> None:
        now = self._clock.now()
        await self._imports.retire([item.retires.id for item in reversals if item.retires is not None], now)
        for item in reversals:
            if item.restores is None:
                continue
            restored = self._again(item.restores, item.number, now)
            if not await self._imports.swap_current(item.entry.id, item.entry.current_revision_id, restored.id):
                message = "An entry of the file was edited at this moment; take the import back again."
                raise ConflictError(message, code="stale_revision")
            self._session.add(restored)
        await self._session.flush()
        await self._entries.record_changes(DocumentKind.ENTRY, [item.entry.id for item in reversals], now)

    def _again(self, revision: Revision, number: int, now: datetime) -> Revision:
        """Return the text of an old revision as a new one: what was published once never changes."""
        return Revision(
            id=uuid4(),
            entry_id=revision.entry_id,
            number=number,
            state=RevisionState.PUBLISHED,
            # Documents wrote it: a later import may replace it again.
            origin=RevisionOrigin.DOCUMENT,
            category_id=revision.category_id,
            author=self._author,
            created_at=now,
            published_at=now,
            **{name: getattr(revision, name) for name in EntryDraft.model_fields},
        )
