"""Outage notices: make, list, end. One unit of work; the caller commits."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy.ext.asyncio import AsyncSession

from assist_api.http.actor import Actor
from assist_api.http.core import AuditTrail
from assist_api.notices.models import Notice
from assist_api.notices.repository import NoticeRepository
from assist_api.notices.schemas import NoticeDraft, NoticePage, NoticeView
from kit.clock import Clock
from kit.errors import ConflictError, InvalidInputError, NotFoundError
from kit.paging import PagePlace, cut_page


class NoticeService:
    """What supervisors and agents do with notices."""

    def __init__(self, session: AsyncSession, clock: Clock, audit: AuditTrail) -> None:
        self._session = session
        self._notices = NoticeRepository(session)
        self._clock = clock
        self._audit = audit

    async def page(self, *, is_current: bool, limit: int, place: PagePlace | None) -> NoticePage:
        """Return notices, those that began last first."""
        now = self._clock.now()
        current_at = now if is_current else None
        rows = await self._notices.page(current_at=current_at, limit=limit + 1, place=place)
        shown, cursor = cut_page(rows, limit, lambda row: (row.starts_at, row.id))
        return NoticePage(items=[notice_view(row, now) for row in shown], next_cursor=cursor)

    async def create(self, actor: Actor, draft: NoticeDraft, order_id: UUID | None = None) -> NoticeView:
        """Make a notice.

        Args:
            actor: Who makes it.
            draft: What it says.
            order_id: Work order that gathers the reports of the outage.

        Raises:
            InvalidInputError: `notice_ends_early`: it would end before it begins.
        """
        now = self._clock.now()
        starts_at = draft.starts_at or now
        if draft.ends_at is not None and draft.ends_at <= max(starts_at, now):
            text = "The notice would be over already; choose a later end."
            raise InvalidInputError(text, field="ends_at", code="notice_ends_early")
        notice = Notice(
            id=uuid4(), area=draft.area, sector=draft.sector, text=draft.text, starts_at=starts_at,
            ends_at=draft.ends_at, order_id=order_id, created_by=actor.account_id, created_by_name=actor.name,
            created_at=now,
        )  # fmt: skip
        await self._notices.add(notice)
        self._audit.record(self._session, actor, "notice.created", "notice", notice.id, after=draft.model_dump_json())
        return notice_view(notice, now)

    async def end(self, actor: Actor, notice_id: UUID) -> NoticeView:
        """End a notice now.

        Raises:
            NotFoundError: There is no such notice.
            ConflictError: `notice_over`: it has ended already.
        """
        notice = await self._notices.find(notice_id)
        if notice is None:
            raise NotFoundError("There is no such notice.", code="notice_not_found")
        now = self._clock.now()
        if notice.ends_at is not None and notice.ends_at <= now:
            raise ConflictError("This notice has ended already.", code="notice_over")
        notice.starts_at = min(notice.starts_at, now)
        notice.ends_at = now
        self._audit.record(self._session, actor, "notice.ended", "notice", notice.id)
        await self._session.flush()
        return notice_view(notice, now)


def notice_view(notice: Notice, now: datetime) -> NoticeView:
    """Return a notice as pages show it."""
    copied = NoticeView.model_fields.keys() - {"is_current"}
    is_current = notice.starts_at <= now and (notice.ends_at is None or now < notice.ends_at)
    return NoticeView.model_validate({name: getattr(notice, name) for name in copied} | {"is_current": is_current})
