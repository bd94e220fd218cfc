"""Every statement of the knowledge tests, on the session of the caller's unit of work."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import and_, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from kb.entries.models import Entry, Revision, RevisionState
from kb.gold.models import GoldQuestion, GoldRun, RunTrigger


@dataclass(frozen=True, slots=True)
class AskedQuestion:
    """A gold question with what its entry says about who is answered.

    Attributes:
        is_sector_known: Whether it is asked within the sector of its entry. At the beginning of a call the sector is
            not known, and entries of every sector compete.
    """

    question: GoldQuestion
    entry_key: str | None
    revision: Revision
    is_sector_known: bool = True


class GoldRepository:
    """Gold questions and runs."""

    def __init__(self, session: AsyncSession) -> None:
        self.session = session

    async def of_entry(self, entry_id: UUID) -> Sequence[GoldQuestion]:
        """Return the questions of an entry, the oldest first."""
        statement = select(GoldQuestion).where(GoldQuestion.entry_id == entry_id, GoldQuestion.removed_at.is_(None))
        return (await self.session.scalars(statement.order_by(GoldQuestion.created_at, GoldQuestion.id))).all()

    async def every_of_entry(self, entry_id: UUID) -> dict[str, GoldQuestion]:
        """Return the questions of an entry by comparable text, removed ones too."""
        rows = await self.session.scalars(select(GoldQuestion).where(GoldQuestion.entry_id == entry_id))
        return {row.comparable: row for row in rows}

    async def every_of_entries(self, entry_ids: Collection[UUID]) -> dict[tuple[UUID, str], GoldQuestion]:
        """Return the questions of entries by entry and comparable text, removed ones too."""
        rows = await self.session.scalars(select(GoldQuestion).where(GoldQuestion.entry_id.in_(entry_ids)))
        return {(row.entry_id, row.comparable): row for row in rows}

    async def find(self, question_id: UUID) -> GoldQuestion | None:
        """Return a question that was not removed."""
        statement = select(GoldQuestion).where(GoldQuestion.id == question_id, GoldQuestion.removed_at.is_(None))
        return await self.session.scalar(statement)

    async def asked(self) -> list[AskedQuestion]:
        """Return the questions of published entries, by sector and entry title."""
        statement = (
            select(GoldQuestion, Entry.key, Revision)
            .join(Entry, Entry.id == GoldQuestion.entry_id)
            .join(Revision, Revision.id == Entry.current_revision_id)
            .where(GoldQuestion.removed_at.is_(None), Revision.state == RevisionState.PUBLISHED)
            .order_by(Revision.sector, Revision.title, GoldQuestion.created_at, GoldQuestion.id)
        )
        return [AskedQuestion(*row) for row in await self.session.execute(statement)]

    async def latest_full_run(self) -> GoldRun | None:
        """Return the newest run of all questions."""
        statement = (
            select(GoldRun).where(GoldRun.trigger == RunTrigger.ALL).order_by(GoldRun.at.desc(), GoldRun.id.desc())
        )
        return await self.session.scalar(statement.limit(1))

    async def runs(
        self, after: tuple[datetime, UUID] | None, limit: int, *, entry_id: UUID | None = None
    ) -> Sequence[GoldRun]:
        """Return runs, the newest first; only those of an entry when one is named."""
        statement = select(GoldRun).order_by(GoldRun.at.desc(), GoldRun.id.desc()).limit(limit)
        if entry_id is not None:
            statement = statement.where(GoldRun.entry_id == entry_id)
        if after is not None:
            at, last_id = after
            statement = statement.where(or_(GoldRun.at < at, and_(GoldRun.at == at, GoldRun.id < last_id)))
        return (await self.session.scalars(statement)).all()

    async def find_run(self, run_id: UUID) -> GoldRun | None:
        """Return a run."""
        return await self.session.get(GoldRun, run_id)
