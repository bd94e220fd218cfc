"""Every statement that reads the audit log."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from assist_api.audit.chain import ChainPoint
from assist_api.audit.log import HEAD_ID
from assist_api.audit.models import AuditEntry, AuditHead
from assist_api.units.reach import Reach


@dataclass(frozen=True, slots=True)
class AuditFilter:
    """Which entries are wanted; every field narrows, None does not.

    Attributes:
        actor_id: Account that acted.
        actor_name: Beginning of the name of who acted.
        action: Verb; one that ends in a dot takes every verb that begins so.
        object_kind: Kind of the object.
        object_id: Id of the object.
        since: Recorded at this time or later.
        until: Recorded before this time.
        reach: Whose entries may be seen.
    """

    actor_id: UUID | None = None
    actor_name: str | None = None
    action: str | None = None
    object_kind: str | None = None
    object_id: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    reach: Reach | None = None


class AuditRepository:
    """Reads entries and the end of the chain."""

    def __init__(self, session: AsyncSession) -> None:
        self.session = session

    async def page(self, wanted: AuditFilter, *, limit: int, before: int | None = None) -> Sequence[AuditEntry]:
        """Return entries, the newest first, from the one before a number on."""
        statement = _narrowed(wanted).order_by(AuditEntry.number.desc()).limit(limit)
        if before is not None:
            statement = statement.where(AuditEntry.number < before)
        return (await self.session.scalars(statement)).all()

    async def after(self, number: int, *, limit: int) -> Sequence[AuditEntry]:
        """Return entries in the order of the chain, from the one after a number on."""
        statement = select(AuditEntry).where(AuditEntry.number > number).order_by(AuditEntry.number).limit(limit)
        return (await self.session.scalars(statement)).all()

    async def lock_end(self) -> None:
        """Let no other entry join the chain until this transaction is over; on every database."""
        statement = update(AuditHead).where(AuditHead.id == HEAD_ID).values(entries=AuditHead.entries)
        await self.session.execute(statement.execution_options(synchronize_session=False))

    async def has_any(self, wanted: AuditFilter) -> bool:
        """Tell whether there is an entry."""
        return bool(await self.page(wanted, limit=1))

    async def find(self, number: int) -> AuditEntry | None:
        """Return the entry of a number, or None."""
        return await self.session.get(AuditEntry, number)

    async def head(self) -> ChainPoint:
        """Return the number and the hash of the newest entry, as the head row has them."""
        row = await self.session.get_one(AuditHead, HEAD_ID, populate_existing=True)
        return ChainPoint(row.entries, row.last_hash)


def _narrowed(wanted: AuditFilter) -> Select[AuditEntry]:
    statement = select(AuditEntry)
    for column in ("actor_id", "object_kind", "object_id"):
        if (value := getattr(wanted, column)) is not None:
            statement = statement.where(getattr(AuditEntry, column) == value)
    if wanted.actor_name is not None:
        statement = statement.where(AuditEntry.actor_name.startswith(wanted.actor_name, autoescape=True))
    if wanted.action is not None:
        is_prefix = wanted.action.endswith(".")
        begins = AuditEntry.action.startswith(wanted.action, autoescape=True)
        statement = statement.where(begins if is_prefix else AuditEntry.action == wanted.action)
    if wanted.since is not None:
        statement = statement.where(AuditEntry.at >= wanted.since)
    if wanted.until is not None:
        statement = statement.where(AuditEntry.at < wanted.until)
    if wanted.reach is not None:
        statement = statement.where(wanted.reach.rows(owner=AuditEntry.actor_id, unit=AuditEntry.unit_id))
    return statement
