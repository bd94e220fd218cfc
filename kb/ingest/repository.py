"""Statements of imports, on the session of the caller's unit of work."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import islice
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import and_, delete, func, or_, select, update
from sqlalchemy.engine import CursorResult
from sqlalchemy.orm import selectinload

from kb.entries.models import Entry, Revision, RevisionOrigin, RevisionState
from kb.entries.repository import Repository
from kb.ingest.models import FileState, ImportFile, ImportRow, ImportState, ImportUnit, Plan
from kb.ingest.planning import KnownEntry

_AT_ONCE = 400
"""Values of one statement; SQLite takes 999 in its oldest builds."""
T = TypeVar("T")


class ImportRepository(Repository):
    """Imports, their files and units, and the entries that documents have become."""

    async def find(self, import_id: UUID) -> ImportRow | None:
        """Return the import."""
        return await self.session.get(ImportRow, import_id, populate_existing=True)

    async def page(self, after: tuple[datetime, UUID] | None, limit: int) -> Sequence[ImportRow]:
        """Return imports, the newest first."""
        statement = select(ImportRow).order_by(ImportRow.created_at.desc(), ImportRow.id.desc()).limit(limit)
        if after is not None:
            at, last_id = after
            is_behind = and_(ImportRow.created_at == at, ImportRow.id < last_id)
            statement = statement.where(or_(ImportRow.created_at < at, is_behind))
        return (await self.session.scalars(statement)).all()

    async def in_state(self, *states: ImportState) -> Sequence[UUID]:
        """Return the imports in one of the states, the oldest first."""
        statement = select(ImportRow.id).where(ImportRow.state.in_(states)).order_by(ImportRow.created_at)
        return (await self.session.scalars(statement)).all()

    async def move(self, import_id: UUID, before: Sequence[ImportState], after: ImportState, **values: object) -> bool:
        """Change the state if it is one of `before`; return whether it was."""
        statement = update(ImportRow).where(ImportRow.id == import_id, ImportRow.state.in_(before))
        return await self._hits(statement.values(state=after, **values))

    async def admit(self, import_id: UUID, at: datetime) -> bool:
        """Note that the gold questions let the import pass; return whether nobody has noted that before."""
        statement = update(ImportRow).where(ImportRow.id == import_id, ImportRow.admitted_at.is_(None))
        return await self._hits(statement.values(admitted_at=at))

    async def keep_run(self, import_id: UUID, run_id: UUID | None) -> None:
        """Note which run of gold questions let the import pass."""
        await self.session.execute(update(ImportRow).where(ImportRow.id == import_id).values(test_run_id=run_id))

    async def files(self, import_id: UUID) -> Sequence[ImportFile]:
        """Return the files of an import, by name."""
        statement = select(ImportFile).where(ImportFile.import_id == import_id).order_by(ImportFile.name)
        return (await self.session.scalars(statement.execution_options(populate_existing=True))).all()

    async def files_of(self, import_ids: Sequence[UUID]) -> Sequence[ImportFile]:
        """Return the files of several imports, in no order."""
        return (await self.session.scalars(select(ImportFile).where(ImportFile.import_id.in_(import_ids)))).all()

    async def find_file(self, import_id: UUID, file_id: UUID) -> ImportFile | None:
        """Return a file of an import."""
        statement = select(ImportFile).where(ImportFile.id == file_id, ImportFile.import_id == import_id)
        return await self.session.scalar(statement.execution_options(populate_existing=True))

    async def find_file_named(self, import_id: UUID, name: str) -> ImportFile | None:
        """Return the file of an import with this name."""
        statement = select(ImportFile).where(ImportFile.import_id == import_id, ImportFile.name == name)
        return await self.session.scalar(statement)

    async def move_file(self, file_id: UUID, before: FileState, after: FileState, **values: object) -> bool:
        """Change the state if it is `before`; return whether it was: two runs of one import do not meet."""
        statement = update(ImportFile).where(ImportFile.id == file_id, ImportFile.state == before)
        return await self._hits(statement.values(state=after, **values))

    async def units(self, file_id: UUID, after: int = -1, limit: int | None = None) -> Sequence[ImportUnit]:
        """Return the units of a file in order, from behind `after`."""
        statement = select(ImportUnit).where(ImportUnit.file_id == file_id, ImportUnit.position > after)
        return (await self.session.scalars(statement.order_by(ImportUnit.position).limit(limit))).all()

    async def clear_units(self, file_id: UUID) -> None:
        """Remove the units of a file."""
        await self.session.execute(delete(ImportUnit).where(ImportUnit.file_id == file_id))

    async def known_entries(self, prefix: str) -> dict[str, KnownEntry]:
        """Return the entries of a document, by key."""
        statement = (
            select(Entry).options(selectinload(Entry.current)).execution_options(populate_existing=True)
            # A range instead of LIKE: it can use the index of the key, and `_` is no wildcard in it.
            .where(Entry.key >= prefix, Entry.key < f"{prefix[:-1]};")
        )  # fmt: skip
        entries = (await self.session.scalars(statement)).all()
        imported, numbers = await self._imported([entry.id for entry in entries])
        retired = await self._retired_by_import([entry.current_revision_id for entry in entries])
        return {
            entry.key: KnownEntry(
                entry,
                imported.get(entry.id),
                numbers.get(entry.id, 0),
                entry.current_revision_id in retired and entry.current.state == RevisionState.RETIRED,
            )
            for entry in sorted(entries, key=lambda entry: str(entry.key))
            if entry.key is not None
        }

    async def _imported(self, entry_ids: Sequence[UUID]) -> tuple[dict[UUID, Revision], dict[UUID, int]]:
        newest: dict[UUID, Revision] = {}
        numbers: dict[UUID, int] = {}
        for some in _portions(entry_ids):
            statement = select(Revision).where(Revision.entry_id.in_(some)).order_by(Revision.number)
            for revision in await self.session.scalars(statement):
                numbers[revision.entry_id] = revision.number
                if revision.origin == RevisionOrigin.DOCUMENT:
                    newest[revision.entry_id] = revision
        return newest, numbers

    async def _retired_by_import(self, revision_ids: Sequence[UUID]) -> set[UUID]:
        found: set[UUID] = set()
        for some in _portions(revision_ids):
            statement = select(ImportUnit.revision_id).where(
                ImportUnit.revision_id.in_(some), or_(ImportUnit.plan == Plan.GONE, ImportUnit.is_taken_back.is_(True))
            )
            found |= {row for row in await self.session.scalars(statement) if row is not None}
        return found

    async def entries_with_revisions(
        self, entry_ids: Sequence[UUID]
    ) -> tuple[dict[UUID, Entry], dict[UUID, list[Revision]]]:
        """Return those of the entries that exist, by id, and all their revisions by entry, the oldest first."""
        entries: dict[UUID, Entry] = {}
        revisions: dict[UUID, list[Revision]] = {}
        for some in _portions(entry_ids):
            found = select(Entry).where(Entry.id.in_(some)).execution_options(populate_existing=True)
            for entry in await self.session.scalars(found):
                entries[entry.id], revisions[entry.id] = entry, []
            texts = select(Revision).where(Revision.entry_id.in_(some)).order_by(Revision.number)
            for revision in await self.session.scalars(texts.execution_options(populate_existing=True)):
                revisions[revision.entry_id].append(revision)
        return entries, revisions

    async def count_taken_back(self, import_id: UUID) -> dict[bool, int]:
        """Return how many units were taken back, and how many somebody had changed since."""
        statement = (
            select(ImportUnit.is_taken_back, func.count())
            .join(ImportFile, ImportFile.id == ImportUnit.file_id)
            .where(ImportFile.import_id == import_id, ImportUnit.is_taken_back.is_not(None))
            .group_by(ImportUnit.is_taken_back)
        )
        return {bool(is_taken_back): count for is_taken_back, count in await self.session.execute(statement)}

    async def titles_taken(self, titles: Sequence[str], sector: str | None, region: str | None) -> dict[str, UUID]:
        """Return those of the titles that a published entry of this sector and region has."""
        taken: dict[str, UUID] = {}
        for some in _portions(titles):
            statement = select(Revision.title, Revision.entry_id).where(
                Revision.state == RevisionState.PUBLISHED,
                Revision.title.in_(some),
                Revision.sector.is_not_distinct_from(sector),
                Revision.region.is_not_distinct_from(region),
            )
            taken |= {row.title: row.entry_id for row in await self.session.execute(statement)}
        return taken

    async def titles_promised(self, file: ImportFile, titles: Sequence[str]) -> dict[str, UUID]:
        """Return those of the titles that an earlier file of the same import and settings will publish."""
        promised: dict[str, UUID] = {}
        earlier = [
            known.id
            for known in await self.files(file.import_id)
            if known.name < file.name and known.settings == file.settings and known.state == FileState.READY
        ]
        for some in _portions(titles):
            for file_ids in _portions(earlier):
                statement = select(ImportUnit.title, ImportUnit.id).where(
                    ImportUnit.file_id.in_(file_ids),
                    ImportUnit.title.in_(some),
                    ImportUnit.plan.in_((Plan.NEW, Plan.CHANGED)),
                )
                promised |= {row.title: row.id for row in await self.session.execute(statement)}
        return promised

    async def retire(self, revision_ids: Sequence[UUID], at: datetime) -> None:
        """Retire revisions that are published or wait for review."""
        for some in _portions(revision_ids):
            await self.session.execute(
                update(Revision)
                .where(Revision.id.in_(some), Revision.state != RevisionState.RETIRED)
                .values(state=RevisionState.RETIRED, retired_at=at)
            )

    async def swap_current(self, entry_id: UUID, base: UUID, after: UUID) -> bool:
        """Point an entry at another revision if it still points at `base`."""
        statement = update(Entry).where(Entry.id == entry_id, Entry.current_revision_id == base)
        return await self._hits(statement.values(current_revision_id=after))

    async def count_files(self, import_id: UUID) -> int:
        """Return how many files an import has."""
        statement = select(func.count()).select_from(ImportFile).where(ImportFile.import_id == import_id)
        return await self.session.scalar(statement) or 0

    async def _hits(self, statement: Any) -> bool:  # noqa: ANN401  # rejected: any DML statement
        result = await self.session.execute(statement)
        return isinstance(result, CursorResult) and result.rowcount == 1


def _portions(values: Sequence[T]) -> Iterator[list[T]]:
    rest = iter(values)
    while some := list(islice(rest, _AT_ONCE)):
        yield some
