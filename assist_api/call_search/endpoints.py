"""HTTP: the search across calls, its export, and how a call went."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Response, status

from assist_api.audit.deps import ActorDep, AuditDep
from assist_api.call_search.file_format import MEDIA_TYPES, written
from assist_api.call_search.indexing import CallIndex
from assist_api.call_search.measures import CallMeasures
from assist_api.call_search.schemas import CallExport, CallQuery, CallSearchAnswer, FoundCall
from assist_api.call_search.service import CallSearch
from assist_api.calls.access import CallsDep, ReaderDep, viewer_of
from assist_api.http.deps import SessionDep, permitted, provided
from assist_api.http.permissions import Permission
from assist_api.http.principal import CurrentAccount
from assist_api.http.wire import WireModel
from kit.errors import InvalidInputError

router = APIRouter(tags=["call search"])
SearchDep = Annotated[CallSearch, Depends(provided(CallSearch))]
IndexDep = Annotated[CallIndex, Depends(provided(CallIndex))]
Exporter = Annotated[CurrentAccount, Depends(permitted(Permission.EXPORT_CALLS))]
Keeper = Annotated[CurrentAccount, Depends(permitted(Permission.MANAGE_JOBS))]
MOST_EXPORTED = 1_000
"""Calls of one file; a search that finds more is refused, so that nobody takes a part for the whole."""
PAGE = 50
MOST_SENTENCES = 2_000


class RebuildOrdered(WireModel):
    """A job reads every finished call anew."""

    job_id: UUID


@router.post("/call-search")
async def search_calls(query: CallQuery, search: SearchDep, viewer: ReaderDep) -> CallSearchAnswer:
    """Find finished calls by what was said in them and by what happened; masked for who may not see identities."""
    return await search.search(viewer, query)


@router.post(
    "/call-search/export",
    response_class=Response,
    responses={200: {"content": {"text/csv": {}, "application/x-subrip": {}, "application/json": {}}}},
)
async def export_found_calls(
    request: CallExport, search: SearchDep, account: Exporter, actor: ActorDep, audit: AuditDep, session: SessionDep
) -> Response:
    """Send the sentences of every call that a search found as a file; the export is an entry of the audit log.

    422 `export_too_large` when it found more than 1,000.
    """
    calls: list[FoundCall] = []
    while True:
        query = request.query.model_copy(update={"limit": PAGE, "page": len(calls) // PAGE})
        found = await search.search(viewer_of(account, actor.address), query, sentences=MOST_SENTENCES)
        if found.total > MOST_EXPORTED:
            message = f"The search found {found.total} calls, and a file holds {MOST_EXPORTED}; narrow the search."
            raise InvalidInputError(message, field="query", code="export_too_large")
        calls += found.items
        if len(found.items) < PAGE:
            break
    details = {"format": request.format, "calls": len(calls), "is_masked": found.is_masked, "version": "as_seen"}
    audit.record(session, actor, "call_search.exported", "call_search", "filtered", details=details)
    return Response(
        written(calls, request.format),
        media_type=MEDIA_TYPES[request.format],
        headers={"Content-Disposition": f'attachment; filename="calls.{request.format}"'},
    )


@router.post("/call-search/rebuild", status_code=status.HTTP_202_ACCEPTED)
async def rebuild_call_search(_account: Keeper, actor: ActorDep, index: IndexDep) -> RebuildOrdered:
    """Read every finished call anew, as a job; what is in the index is found meanwhile."""
    return RebuildOrdered(job_id=await index.order_rebuild(actor))


@router.get("/calls/{call_id}/measures")
async def get_call_measures(call_id: UUID, search: SearchDep, calls: CallsDep, viewer: ReaderDep) -> CallMeasures:
    """Tell how a finished call went: who spoke how much and how fast, silence, both at once."""
    await calls.check_reading(viewer, call_id)
    return await search.measures(call_id)
