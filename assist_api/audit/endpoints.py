"""HTTP: the audit log for supervisors and administrators."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import asdict
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from fastapi.responses import StreamingResponse
from pydantic import AwareDatetime, StringConstraints

from assist_api.audit.deps import ActorDep, AuditDep
from assist_api.audit.file_format import csv_header, csv_row
from assist_api.audit.models import AuditEntry
from assist_api.audit.repository import AuditFilter
from assist_api.audit.schemas import AuditEntryView, AuditPage, AuditState
from assist_api.audit.service import CHECKED_BY_PAGE, AuditReader, chained
from assist_api.http.deps import CoreDep, SessionDep, permitted, provided
from assist_api.http.permissions import Permission
from assist_api.http.principal import CurrentAccount
from assist_api.units.reach import reach_of

router = APIRouter(prefix="/audit", tags=["audit"])
MAX_PAGE_SIZE = 200
MOST_EXPORTED = 100_000
"""Entries of one export from the page, some 40 MB; the command exports all."""
Auditor = Annotated[CurrentAccount, Depends(permitted(Permission.READ_AUDIT))]
ReaderDep = Annotated[AuditReader, Depends(provided(AuditReader))]
Name = Annotated[str, StringConstraints(min_length=1, max_length=100, pattern=r"^[^\x00]*$")]


async def get_filter(
    account: Auditor,
    core: CoreDep,
    actor_id: UUID | None = None,
    actor_name: Name | None = None,
    action: Name | None = None,
    object_kind: Name | None = None,
    object_id: Name | None = None,
    since: AwareDatetime | None = None,
    until: AwareDatetime | None = None,
) -> AuditFilter:
    """Return which entries the request wants, within what the account may see."""
    async with core.database.session() as session:
        reach = await reach_of(session, account, Permission.READ_AUDIT)
    return AuditFilter(actor_id, actor_name, action, object_kind, object_id, since, until, reach)


FilterDep = Annotated[AuditFilter, Depends(get_filter)]


@router.get("/entries")
async def list_audit_entries(
    wanted: FilterDep,
    reader: ReaderDep,
    limit: Annotated[int, Query(ge=1, le=MAX_PAGE_SIZE)] = 50,
    before: Annotated[int | None, Query(ge=1, le=2**63 - 1)] = None,
) -> AuditPage:
    """List entries, the newest first; an action that ends in a dot takes every action that begins so."""
    rows = await reader.page(wanted, limit=limit, before=before)
    return AuditPage(
        items=[_view(row) for row in rows],
        next_before=rows[-1].number if len(rows) == limit else None,
    )


@router.get(
    "/entries/file",
    response_class=StreamingResponse,
    responses={200: {"content": {"text/csv": {}}, "description": "The entries, the newest first"}},
)
async def export_audit_entries(
    wanted: FilterDep, actor: ActorDep, audit: AuditDep, session: SessionDep, reader: ReaderDep
) -> StreamingResponse:
    """Send the entries as CSV, the newest first; the export is an entry itself."""
    audit.record(session, actor, "audit.exported", "audit_log", "filtered", details={"format": "csv"})
    return StreamingResponse(
        _lines(reader.newest_first(wanted, MOST_EXPORTED)),
        media_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": 'attachment; filename="audit.csv"'},
    )


@router.get("/state")
async def get_audit_state(_account: Auditor, reader: ReaderDep) -> AuditState:
    """Check the newest entries of the chain; `tingzhi audit verify` checks all of them."""
    found = await reader.verify(newest=CHECKED_BY_PAGE)
    return AuditState.model_validate(asdict(found))


async def _lines(rows: AsyncIterator[AuditEntry]) -> AsyncIterator[str]:
    yield csv_header()
    async for row in rows:
        yield csv_row(chained(row), row.hash)


def _view(row: AuditEntry) -> AuditEntryView:
    return AuditEntryView.model_validate({name: getattr(row, name) for name in AuditEntryView.model_fields})
