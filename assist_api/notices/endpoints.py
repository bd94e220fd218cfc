"""HTTP: outage notices."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, status

from assist_api.audit.deps import ActorDep, AuditDep
from assist_api.http.deps import CoreDep, SessionDep, permitted
from assist_api.http.permissions import Permission
from assist_api.http.principal import CurrentAccount
from assist_api.notices.schemas import NoticeDraft, NoticePage, NoticeView
from assist_api.notices.service import NoticeService
from kit.paging import MAX_PAGE_SIZE, decode_cursor

router = APIRouter(tags=["notices"])
Reader = Annotated[CurrentAccount, Depends(permitted(Permission.READ_ORDERS))]
Director = Annotated[CurrentAccount, Depends(permitted(Permission.DIRECT_ORDERS))]


async def get_notices(session: SessionDep, core: CoreDep, audit: AuditDep) -> NoticeService:
    """Return the notices of this request."""
    return NoticeService(session, core.clock, audit)


NoticesDep = Annotated[NoticeService, Depends(get_notices)]


@router.get("/notices")
async def list_notices(
    _account: Reader,
    notices: NoticesDep,
    is_current: bool = False,
    cursor: Annotated[str | None, Query(max_length=200)] = None,
    limit: Annotated[int, Query(ge=1, le=MAX_PAGE_SIZE)] = 50,
) -> NoticePage:
    """List outage notices, those that began last first; `is_current` leaves those that hold now."""
    return await notices.page(is_current=is_current, limit=limit, place=decode_cursor(cursor))


@router.post("/notices", status_code=status.HTTP_201_CREATED)
async def create_notice(draft: NoticeDraft, _account: Director, actor: ActorDep, notices: NoticesDep) -> NoticeView:
    """Make a notice."""
    return await notices.create(actor, draft)


@router.post("/notices/{notice_id}/end")
async def end_notice(notice_id: UUID, _account: Director, actor: ActorDep, notices: NoticesDep) -> NoticeView:
    """End a notice now."""
    return await notices.end(actor, notice_id)
