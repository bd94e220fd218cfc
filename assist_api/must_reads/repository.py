"""Statements on must-read publications, on the session of the caller's unit of work."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from assist_api.accounts.models import Account
from assist_api.must_reads.models import Acknowledgement, MustRead
from kb.entries.models import Revision, RevisionState
from kit.db_insert import insert_into

MOST_CHANGES = 100
MOST_LISTED = 100


class MustReadRepository:
    """Must-read publications, acknowledgements, and revisions that were published lately."""

    def __init__(self, session: AsyncSession) -> None:
        self.session = session

    async def add_once(self, table: type[MustRead | Acknowledgement], row: Mapping[str, Any]) -> bool:
        """Insert a row; False when another has its key."""
        key = next(iter(table.__mapper__.primary_key))
        statement = insert_into(self.session, table).values(**row).on_conflict_do_nothing().returning(key)
        return (await self.session.execute(statement)).first() is not None

    async def find(self, must_read_id: UUID) -> MustRead | None:
        """Return a must-read publication."""
        return await self.session.get(MustRead, must_read_id, populate_existing=True)

    async def newest(self, limit: int = MOST_LISTED) -> Sequence[MustRead]:
        """Return must-read publications, the newest first."""
        statement = select(MustRead).order_by(MustRead.created_at.desc(), MustRead.id).limit(limit)
        return (await self.session.scalars(statement)).all()

    async def open_ones(self) -> Sequence[MustRead]:
        """Return those that people are still asked for."""
        return (await self.session.scalars(select(MustRead).where(MustRead.closed_at.is_(None)))).all()

    async def acknowledged_by(self, account_id: UUID) -> Mapping[UUID, datetime]:
        """Return when an account acknowledged which publications."""
        statement = select(Acknowledgement).where(Acknowledgement.account_id == account_id)
        return {row.must_read_id: row.at for row in await self.session.scalars(statement)}

    async def acknowledgements_of(self, must_read_id: UUID) -> Mapping[UUID, datetime]:
        """Return when which accounts acknowledged a publication."""
        statement = select(Acknowledgement).where(Acknowledgement.must_read_id == must_read_id)
        return {row.account_id: row.at for row in await self.session.scalars(statement)}

    async def audience(self, roles: Collection[str], units: Collection[UUID] | None) -> Sequence[Account]:
        """Return the active accounts of some roles, by name; only of some units unless None."""
        conditions: list[ColumnElement[bool]] = [Account.role.in_(roles), Account.is_active.is_(True)]
        if units is not None:
            conditions.append(Account.unit_id.in_(units))
        statement = select(Account).where(*conditions).order_by(Account.display_name, Account.id)
        return (await self.session.scalars(statement)).all()

    async def count_acknowledged(self, must_read_id: UUID, accounts: Collection[UUID]) -> int:
        """Count the accounts among these that acknowledged a publication."""
        statement = select(func.count()).where(
            Acknowledgement.must_read_id == must_read_id, Acknowledgement.account_id.in_(accounts)
        )
        return await self.session.scalar(statement) or 0

    async def published_since(self, since: datetime, further: Collection[UUID]) -> Sequence[Revision]:
        """Return the present texts that were published lately, the newest first, and further ones by id."""
        is_current = Revision.state == RevisionState.PUBLISHED
        newest = select(Revision).where(is_current, Revision.published_at >= since)
        found = list(await self.session.scalars(newest.order_by(Revision.published_at.desc()).limit(MOST_CHANGES)))
        missing = set(further) - {row.id for row in found}
        if missing:
            found += await self.session.scalars(select(Revision).where(is_current, Revision.id.in_(missing)))
        return found

    async def before(self, revision: Revision) -> Revision | None:
        """Return the text that readers saw before a revision was published."""
        statement = (
            select(Revision)
            .where(
                Revision.entry_id == revision.entry_id,
                Revision.number < revision.number,
                Revision.published_at.is_not(None),
            )
            .order_by(Revision.number.desc())
            .limit(1)
        )
        return await self.session.scalar(statement)

    async def revision(self, revision_id: UUID) -> Revision | None:
        """Return a revision."""
        return await self.session.get(Revision, revision_id)

    async def revisions(self, ids: Collection[UUID]) -> Mapping[UUID, Revision]:
        """Return revisions by their ids."""
        return {row.id: row for row in await self.session.scalars(select(Revision).where(Revision.id.in_(ids)))}
