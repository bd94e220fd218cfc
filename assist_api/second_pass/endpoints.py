"""HTTP: the second pass of a call, and its transcript as a file in either version."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Response, status

from assist_api.audit.deps import ActorDep, AuditDep
from assist_api.call_search.file_format import MEDIA_TYPES, Format
from assist_api.calls.access import CallsDep, FeedbackGiverDep, ReaderDep, viewer_of
from assist_api.http.deps import SessionDep, permitted, provided
from assist_api.http.permissions import Permission
from assist_api.http.principal import CurrentAccount
from assist_api.second_pass.file_format import written
from assist_api.second_pass.schemas import SecondPass, TranscriptVersion
from assist_api.second_pass.service import SecondPasses

router = APIRouter(tags=["second pass"])
PassesDep = Annotated[SecondPasses, Depends(provided(SecondPasses))]
Exporter = Annotated[CurrentAccount, Depends(permitted(Permission.EXPORT_CALLS))]


@router.get("/calls/{call_id}/second-pass")
async def get_second_pass(call_id: UUID, calls: CallsDep, passes: PassesDep, viewer: ReaderDep) -> SecondPass:
    """Return what was heard the second time, compared with what the agent saw; masked like the call itself."""
    await calls.archive.check_readable(viewer, call_id)
    return await passes.view(viewer, call_id)


@router.post("/calls/{call_id}/second-pass", status_code=status.HTTP_202_ACCEPTED)
async def order_second_pass(call_id: UUID, calls: CallsDep, passes: PassesDep, viewer: FeedbackGiverDep) -> SecondPass:
    """Order a job that hears the recording of a finished call again while no call runs.

    409 `call_not_ended` or `recording_not_stored`.
    """
    await calls.archive.check_changeable(viewer, call_id)
    return await passes.order(viewer, call_id)


@router.get(
    "/calls/{call_id}/transcript/file",
    response_class=Response,
    responses={200: {"content": {"text/csv": {}, "application/x-subrip": {}, "application/json": {}}}},
)
async def export_transcript(
    call_id: UUID,
    passes: PassesDep,
    account: Exporter,
    actor: ActorDep,
    audit: AuditDep,
    session: SessionDep,
    version: TranscriptVersion = TranscriptVersion.AS_SEEN,
    format: Format = "srt",  # rejected: the name in the address
) -> Response:
    """Send the transcript of a call as a file; the audit entry names the version. 404 `second_pass_not_made`."""
    transcript = await passes.transcript(viewer_of(account, actor.address), call_id, version)
    details = {"version": version.value, "format": format, "model": transcript.model, "is_masked": transcript.is_masked}
    audit.record(session, actor, "call.transcript_exported", "call", call_id, details=details)
    return Response(
        written(transcript.lines, format),
        media_type=MEDIA_TYPES[format],
        headers={"Content-Disposition": f'attachment; filename="call-{version.value}.{format}"'},
    )
