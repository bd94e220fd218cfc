"""Every statement on outage notices."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from assist_api.notices.models import Notice
from kit.paging import PagePlace, is_after


class NoticeRepository:
    """Notices."""

    def __init__(self, session: AsyncSession) -> None:
        self.session = session

    async def add(self, notice: Notice) -> None:
        """Insert a notice."""
        self.session.add(notice)
        await self.session.flush()

    async def find(self, notice_id: UUID) -> Notice | None:
        """Return a notice, locked, or None."""
        return await self.session.get(Notice, notice_id, with_for_update=True)

    async def page(self, *, current_at: datetime | None, limit: int, place: PagePlace | None) -> Sequence[Notice]:
        """Return notices, those that began last first; with `current_at` only those that hold then."""
        statement = select(Notice)
        if current_at is not None:
            holds_still = or_(Notice.ends_at.is_(None), Notice.ends_at > current_at)
            statement = statement.where(Notice.starts_at <= current_at, holds_still)
        if place is not None:
            statement = statement.where(is_after(place, Notice.starts_at, Notice.id))
        order = (Notice.starts_at.desc(), Notice.id.desc())
        return (await self.session.scalars(statement.order_by(*order).limit(limit))).all()
