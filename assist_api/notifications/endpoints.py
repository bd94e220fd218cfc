"""HTTP: one's own notifications."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query

from assist_api.http.deps import CoreDep, CurrentAccountDep, SessionDep
from assist_api.notifications.models import Notification
from assist_api.notifications.schemas import NotificationPage, NotificationView, ReadMarks, UnreadCount
from assist_api.notifications.service import NotificationService
from kit.paging import MAX_PAGE_SIZE, cut_page, decode_cursor

router = APIRouter(prefix="/notifications", tags=["notifications"])


async def get_notifications(session: SessionDep, core: CoreDep) -> NotificationService:
    """Return the notifications of this request."""
    return NotificationService(session, core.clock)


NotificationsDep = Annotated[NotificationService, Depends(get_notifications)]


@router.get("")
async def list_notifications(
    account: CurrentAccountDep,
    notifications: NotificationsDep,
    is_unread: bool = False,
    limit: Annotated[int, Query(ge=1, le=MAX_PAGE_SIZE)] = 50,
    cursor: Annotated[str | None, Query(max_length=200)] = None,
) -> NotificationPage:
    """List one's own notifications, the newest first."""
    rows = await notifications.page(account.id, limit=limit + 1, is_unread=is_unread, before=decode_cursor(cursor))
    shown, next_cursor = cut_page(rows, limit, lambda row: (row.created_at, row.id))
    return NotificationPage(
        items=[_view(row) for row in shown],
        next_cursor=next_cursor,
        unread=await notifications.count_unread(account.id),
    )


@router.post("/read")
async def mark_notifications_read(
    marks: ReadMarks, account: CurrentAccountDep, notifications: NotificationsDep
) -> UnreadCount:
    """Note that one has read some notifications, or all of them."""
    return UnreadCount(unread=await notifications.mark_read(account.id, marks.ids))


def _view(row: Notification) -> NotificationView:
    return NotificationView.model_validate({name: getattr(row, name) for name in NotificationView.model_fields})
