"""HTTP: what is known of the audio of a call, and legal holds. Listening itself is `/calls/{call_id}/audio`."""

from __future__ import annotations

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends

from assist_api.audit.deps import ActorDep
from assist_api.calls.access import CallsDep, ListenerDep, viewer_of
from assist_api.http.deps import permitted, provided
from assist_api.http.permissions import Permission
from assist_api.http.principal import CurrentAccount
from assist_api.recordings.days import RecordingDays
from assist_api.recordings.schemas import DayGaps, DayView, HoldRequest, RecordingGaps, RecordingView
from assist_api.recordings.service import CallRecordings

router = APIRouter(tags=["recordings"])
RecordingsDep = Annotated[CallRecordings, Depends(provided(CallRecordings))]
DaysDep = Annotated[RecordingDays, Depends(provided(RecordingDays))]
Holder = Annotated[CurrentAccount, Depends(permitted(Permission.HOLD_RECORDINGS))]


@router.get("/calls/{call_id}/recording")
async def get_recording(
    call_id: UUID, calls: CallsDep, viewer: ListenerDep, recordings: RecordingsDep
) -> RecordingView:
    """Return the legs and hashes of a call's audio, and whether it is on legal hold."""
    await calls.archive.check_readable(viewer, call_id)
    return await recordings.view(call_id)


@router.get("/recordings/gaps", dependencies=[Depends(permitted(Permission.HOLD_RECORDINGS))])
async def list_recording_gaps(recordings: RecordingsDep) -> RecordingGaps:
    """Name the telephone calls of the last day whose recording or text is missing."""
    return await recordings.gaps()


@router.get("/recordings/days", dependencies=[Depends(permitted(Permission.HOLD_RECORDINGS))])
async def list_recording_days(days: DaysDep) -> list[DayView]:
    """Tell how whole the days of the last month are, the newest first."""
    return await days.newest()


@router.get("/recordings/days/{day}/gaps", dependencies=[Depends(permitted(Permission.HOLD_RECORDINGS))])
async def list_day_gaps(day: date, days: DaysDep) -> DayGaps:
    """Name the conversations of a day that lack something, each with the reason."""
    return await days.gaps(day)


@router.put("/calls/{call_id}/recording/hold")
async def hold_recording(
    call_id: UUID,
    request: HoldRequest,
    account: Holder,
    actor: ActorDep,
    calls: CallsDep,
    recordings: RecordingsDep,
) -> RecordingView:
    """Keep the audio of a call whatever the retention policy says."""
    await calls.archive.check_readable(viewer_of(account), call_id)
    await recordings.hold(actor, call_id, request.reason)
    return await recordings.view(call_id)


@router.delete("/calls/{call_id}/recording/hold")
async def release_recording(
    call_id: UUID, account: Holder, actor: ActorDep, calls: CallsDep, recordings: RecordingsDep
) -> RecordingView:
    """End the legal hold on a call."""
    await calls.archive.check_readable(viewer_of(account), call_id)
    await recordings.release(actor, call_id)
    return await recordings.view(call_id)
