"""Every statement of the knowledge base, on the session of the caller's unit of work."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, String, and_, cast, func, or_, select, update
from sqlalchemy.engine import CursorResult
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import selectinload

from kb.entries.models import Category, Entry, IndexChangeRow, Revision, RevisionOrigin, RevisionState
from kb.kinds import Audience, DocumentKind
from kb.signals import KNOWLEDGE_CHANGED
from kit.db_insert import insert_into
from kit.outbox import signal

INDEX_LOG_LOCK = 0x7469_6E67
"""Advisory lock key; held from the first change number of a transaction to its commit."""


@dataclass(frozen=True, slots=True)
class EntryFilter:
    """Which entries a list shows; None does not filter.

    Attributes:
        sector: Only entries of this sector.
        situation: Situation code, or the code of a group of situations.
        status: Published or retired.
        title: Part of the title.
        audiences: Only entries that one of these may see.
    """

    sector: str | None = None
    situation: str | None = None
    status: RevisionState | None = None
    title: str | None = None
    audiences: frozenset[Audience] | None = None


class Repository:
    """What entries and cases share: adding rows, and the log that the search index follows."""

    def __init__(self, session: AsyncSession) -> None:
        self.session = session

    async def record_change(self, kind: DocumentKind, document_id: UUID, at: datetime) -> None:
        """Append to the index log, in the transaction of the change itself.

        PostgreSQL hands out numbers before commit, so a reader could see number 6 while 5 is still to come and
        skip 5 for good; the lock makes numbers appear in order. SQLite has one writer at a time anyway.
        """
        if self.session.get_bind().dialect.name == "postgresql":
            await self.session.execute(select(func.pg_advisory_xact_lock(INDEX_LOG_LOCK)))
        self.session.add(IndexChangeRow(kind=kind, document_id=document_id, at=at))
        signal(self.session, KNOWLEDGE_CHANGED)
        await self.session.flush()

    async def hits_one_row(self, statement: Any) -> bool:  # noqa: ANN401  # rejected: any DML statement
        """Execute a statement and tell whether it touched exactly one row."""
        result = await self.session.execute(statement)
        return isinstance(result, CursorResult) and result.rowcount == 1

    async def record_changes(self, kind: DocumentKind, document_ids: Sequence[UUID], at: datetime) -> None:
        """Append many lines at once, as `record_change` does one."""
        if not document_ids:
            return
        if self.session.get_bind().dialect.name == "postgresql":
            await self.session.execute(select(func.pg_advisory_xact_lock(INDEX_LOG_LOCK)))
        self.session.add_all([IndexChangeRow(kind=kind, document_id=known, at=at) for known in document_ids])
        signal(self.session, KNOWLEDGE_CHANGED)
        await self.session.flush()

    async def changes_after(self, change_number: int, limit: int) -> Sequence[IndexChangeRow]:
        """Return the next lines of the index log, in order."""
        statement = (
            select(IndexChangeRow)
            .where(IndexChangeRow.change_number > change_number)
            .order_by(IndexChangeRow.change_number)
            .limit(limit)
        )
        return (await self.session.scalars(statement)).all()

    async def latest_change_number(self) -> int:
        """Return the number of the newest line of the index log, 0 when it is empty."""
        return await self.session.scalar(select(func.max(IndexChangeRow.change_number))) or 0


class EntryRepository(Repository):
    """Entries, revisions and categories."""

    async def find(self, entry_id: UUID) -> Entry | None:
        """Return the entry with its current revision."""
        return await self.session.scalar(_with_current().where(Entry.id == entry_id))

    async def find_by_key(self, key: str) -> Entry | None:
        """Return the entry a knowledge pack calls by this key, with its current revision."""
        return await self.session.scalar(_with_current().where(Entry.key == key))

    async def find_ids_by_key(self, keys: Sequence[str]) -> dict[str, UUID]:
        """Return the ids of those entries that exist, by key."""
        rows = await self.session.execute(select(Entry.key, Entry.id).where(Entry.key.in_(keys)))
        return {key: entry_id for key, entry_id in rows if key is not None}

    async def find_published(self, entry_ids: Sequence[UUID]) -> dict[UUID, Revision]:
        """Return the published revisions of those entries that have one, by entry id."""
        statement = select(Revision).where(Revision.entry_id.in_(entry_ids), Revision.state == RevisionState.PUBLISHED)
        return {revision.entry_id: revision for revision in await self.session.scalars(statement)}

    async def published_page(self, after: UUID | None, limit: int) -> Sequence[Revision]:
        """Return published revisions by entry id, those behind `after`."""
        statement = select(Revision).where(Revision.state == RevisionState.PUBLISHED).order_by(Revision.entry_id)
        if after is not None:
            statement = statement.where(Revision.entry_id > after)
        return (await self.session.scalars(statement.limit(limit))).all()

    async def list_page(self, wanted: EntryFilter, after: tuple[datetime, UUID] | None, limit: int) -> Sequence[Entry]:
        """Return entries with their current revisions, the newest text first."""
        statement = (
            _with_current()
            .join(Revision, Revision.id == Entry.current_revision_id)
            .where(*_entry_conditions(wanted))
            .order_by(Revision.created_at.desc(), Entry.id.desc())
            .limit(limit)
        )
        if after is not None:
            at, last_id = after
            is_behind = and_(Revision.created_at == at, Entry.id < last_id)
            statement = statement.where(or_(Revision.created_at < at, is_behind))
        return (await self.session.scalars(statement)).all()

    async def find_same_title(self, title: str, sector: str | None, region: str | None) -> UUID | None:
        """Return a published entry with this very title for the same sector and region."""
        statement = select(Revision.entry_id).where(
            Revision.state == RevisionState.PUBLISHED,
            Revision.title == title,
            Revision.sector.is_not_distinct_from(sector),
            Revision.region.is_not_distinct_from(region),
        )
        return await self.session.scalar(statement.limit(1))

    async def revisions_of(self, entry_id: UUID) -> Sequence[Revision]:
        """Return every revision of an entry, the newest first."""
        statement = select(Revision).where(Revision.entry_id == entry_id).order_by(Revision.number.desc())
        return (await self.session.scalars(statement)).all()

    async def latest_number(self, entry_id: UUID) -> int:
        """Return the number of the newest revision; one that waits for review counts."""
        statement = select(func.max(Revision.number)).where(Revision.entry_id == entry_id)
        return await self.session.scalar(statement) or 0

    async def find_revisions(self, revision_ids: Sequence[UUID]) -> Sequence[Revision]:
        """Return those of the revisions that exist, in no order."""
        return (await self.session.scalars(select(Revision).where(Revision.id.in_(revision_ids)))).all()

    async def latest_from_pack(self, entry_id: UUID) -> Revision | None:
        """Return the newest revision that a knowledge pack wrote."""
        statement = (
            select(Revision)
            .where(Revision.entry_id == entry_id, Revision.origin == RevisionOrigin.PACK)
            .order_by(Revision.number.desc())
        )
        return await self.session.scalar(statement.limit(1))

    async def swap_current(self, entry_id: UUID, base_revision_id: UUID, revision_id: UUID) -> bool:
        """Point the entry at another revision, if it still points at `base_revision_id`."""
        statement = (
            update(Entry)
            .where(Entry.id == entry_id, Entry.current_revision_id == base_revision_id)
            .values(current_revision_id=revision_id)
        )
        return await self.hits_one_row(statement)

    async def set_retired(self, revision_id: UUID, at: datetime) -> bool:
        """Retire a published revision; False when it was not published any more."""
        statement = (
            update(Revision)
            .where(Revision.id == revision_id, Revision.state.in_((RevisionState.PUBLISHED, RevisionState.IN_REVIEW)))
            .values(state=RevisionState.RETIRED, retired_at=at)
        )
        return await self.hits_one_row(statement)

    async def add_category(self, category: dict[str, Any]) -> None:
        """Insert a category unless its id exists; safe when two writers do so at once."""
        await self.session.execute(insert_into(self.session, Category).values(category).on_conflict_do_nothing())

    async def category_counts(self) -> dict[UUID, int]:
        """Return how many published entries stand directly at each category."""
        statement = (
            select(Revision.category_id, func.count())
            .where(Revision.state == RevisionState.PUBLISHED)
            .group_by(Revision.category_id)
        )
        rows = (await self.session.execute(statement)).all()
        return {row[0]: row[1] for row in rows}

    async def categories(self) -> Sequence[Category]:
        """Return every category node, by Chinese name."""
        return (await self.session.scalars(select(Category).order_by(Category.name_zh))).all()


def _with_current() -> Select[Entry]:
    return select(Entry).options(selectinload(Entry.current)).execution_options(populate_existing=True)


def _entry_conditions(wanted: EntryFilter) -> list[Any]:
    conditions: list[Any] = []
    if wanted.sector is not None:
        conditions.append(Revision.sector == wanted.sector)
    if wanted.situation is not None:
        conditions.append(is_situation_or_group(Revision.situation, wanted.situation))
    if wanted.status is RevisionState.IN_REVIEW:
        # A published entry whose next text waits for review belongs on the reviewer's list too.
        waiting = select(Revision.entry_id).where(Revision.state == RevisionState.IN_REVIEW)
        conditions.append(Entry.id.in_(waiting))
    elif wanted.status is not None:
        conditions.append(Revision.state == wanted.status)
    if wanted.title:
        conditions.append(Revision.title.icontains(wanted.title, autoescape=True))
    if wanted.audiences is not None and wanted.audiences != frozenset(Audience):
        # A JSON list of words without quotes in them, the same text in both databases.
        listed = cast(Revision.audiences, String)
        conditions.append(or_(*(listed.contains(f'"{audience.value}"') for audience in sorted(wanted.audiences))))
    return conditions


def is_situation_or_group(column: Any, code: str) -> Any:  # noqa: ANN401  # debt: SQLAlchemy's column types
    """Return the condition that a column holds a situation, or one of a group of them."""
    return or_(column == code, column.startswith(f"{code}.", autoescape=True))
