"""Every statement on notifications."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CursorResult, and_, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from assist_api.accounts.models import Account
from assist_api.notifications.models import Notification
from kit.db_insert import insert_into


class NotificationRepository:
    """Notifications, and who receives those to a role."""

    def __init__(self, session: AsyncSession) -> None:
        self.session = session

    async def add(self, row: dict[str, Any]) -> bool:
        """Insert a notification; return False when the person has one of this key already."""
        statement = insert_into(self.session, Notification).values(row).on_conflict_do_nothing()
        found = await self.session.execute(statement)
        return isinstance(found, CursorResult) and found.rowcount == 1

    async def holders_of(self, roles: Sequence[str]) -> Sequence[UUID]:
        """Return the accounts that can sign in and have one of the roles."""
        wanted = select(Account.id).where(Account.is_active, Account.role.in_(roles)).order_by(Account.id)
        return (await self.session.scalars(wanted)).all()

    async def page(
        self, recipient_id: UUID, *, limit: int, is_unread: bool, before: tuple[datetime, UUID] | None
    ) -> Sequence[Notification]:
        """Return a person's notifications, the newest first."""
        statement = select(Notification).where(Notification.recipient_id == recipient_id)
        if is_unread:
            statement = statement.where(Notification.read_at.is_(None))
        if before is not None:
            at, row_id = before
            is_older = or_(Notification.created_at < at, and_(Notification.created_at == at, Notification.id < row_id))
            statement = statement.where(is_older)
        order = (Notification.created_at.desc(), Notification.id.desc())
        return (await self.session.scalars(statement.order_by(*order).limit(limit))).all()

    async def count_unread(self, recipient_id: UUID) -> int:
        """Return how many notifications a person has not read."""
        is_unread = (Notification.recipient_id == recipient_id) & Notification.read_at.is_(None)
        return await self.session.scalar(select(func.count()).select_from(Notification).where(is_unread)) or 0

    async def mark_read(self, recipient_id: UUID, ids: Sequence[UUID] | None, now: datetime) -> None:
        """Note that a person has read some notifications, or all of them; those of others stay as they are."""
        statement = update(Notification).where(
            Notification.recipient_id == recipient_id, Notification.read_at.is_(None)
        )
        if ids is not None:
            statement = statement.where(Notification.id.in_(ids))
        await self.session.execute(statement.values(read_at=now), execution_options={"synchronize_session": False})
