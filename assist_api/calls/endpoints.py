"""HTTP: calls, their recordings, and the verdicts on what they suggested."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, File, Form, Query, UploadFile, status
from fastapi.responses import FileResponse

from assist_api.calls.access import CallsDep, FeedbackGiverDep, ListenerDep, ReaderDep, ReadingDep, ReplayerDep
from assist_api.calls.events import CallSnapshotEvent, FeedbackRecorded
from assist_api.calls.recordings import MEDIA_TYPES, IncomingFile
from assist_api.calls.schemas import (
    CallAccepted,
    CallEventPage,
    CallPage,
    CategoryChoice,
    DemoCallInfo,
    DemoCallRequest,
    FeedbackRequest,
    ReplaySpeed,
    Sector,
    SourceKind,
)
from assist_api.calls.states import CallState
from assist_api.categories.ranked import CategoryChosen

router = APIRouter(tags=["calls"])

MAX_PAGE = 100
MAX_EVENT_PAGE = 1_000
PageLimit = Annotated[int, Query(ge=1, le=MAX_PAGE)]
EventLimit = Annotated[int, Query(ge=1, le=MAX_EVENT_PAGE)]


@router.get("/calls")
async def list_calls(
    reading: ReadingDep,
    viewer: ReaderDep,
    cursor: Annotated[str | None, Query(max_length=200)] = None,
    limit: PageLimit = 50,
    state: Annotated[list[CallState] | None, Query(description="Any of these; all when left out")] = None,
    source: SourceKind | None = None,
) -> CallPage:
    """List calls, newest first: one's own, or everyone's with the permission for it."""
    return await reading.page(viewer, cursor=cursor, limit=limit, states=state or (), source=source)


@router.get("/calls/{call_id}")
async def get_call(call_id: UUID, reading: ReadingDep, viewer: ReaderDep) -> CallSnapshotEvent:
    """Return everything the screen needs about a call, as it stands; masked for who may not see identities."""
    return await reading.snapshot(viewer, call_id)


@router.get("/calls/{call_id}/events")
async def list_call_events(
    call_id: UUID,
    reading: ReadingDep,
    viewer: ReaderDep,
    after: Annotated[int, Query(ge=0, le=2**31 - 1)] = 0,
    limit: EventLimit = 500,
) -> CallEventPage:
    """List the persisted events of a call in order, from the one after `after`."""
    return await reading.events(viewer, call_id, after=after, limit=limit)


@router.post("/calls/replays", status_code=status.HTTP_202_ACCEPTED)
async def replay_recording(
    calls: CallsDep,
    viewer: ReplayerDep,
    files: Annotated[list[UploadFile], File(description="One recording, or the customer's and the agent's")],
    speed: Annotated[ReplaySpeed, Form()] = "1",
    sector: Annotated[Sector | None, Form()] = None,
    title: Annotated[str, Form(max_length=200)] = "",
) -> CallAccepted:
    """Send a recording down the path of a live call; it is checked and stored before this answers."""
    incoming = [IncomingFile(upload.filename or "", upload.file) for upload in files]
    call_id = await calls.start_replay(viewer, incoming, speed=speed, sector=sector, title=title)
    return CallAccepted(call_id=call_id)


@router.get("/demo-calls")
async def list_demo_calls(calls: CallsDep, _viewer: ReaderDep) -> list[DemoCallInfo]:
    """List the calls that come with the product."""
    return [demo.info for demo in calls.demo_calls]


@router.post("/demo-calls/{demo_id}/calls", status_code=status.HTTP_202_ACCEPTED)
async def start_demo_call(demo_id: str, request: DemoCallRequest, calls: CallsDep, viewer: ReplayerDep) -> CallAccepted:
    """Start a call from a demo recording."""
    return CallAccepted(call_id=await calls.start_demo(viewer, demo_id, speed=request.speed))


@router.post("/calls/{call_id}/stop", status_code=status.HTTP_202_ACCEPTED)
async def stop_call(call_id: UUID, calls: CallsDep, viewer: ReplayerDep) -> CallAccepted:
    """End a running replay; its transcript so far stays. 409 when it has ended already."""
    await calls.archive.check_changeable(viewer, call_id)
    await calls.stop(viewer, call_id)
    return CallAccepted(call_id=call_id)


@router.get(
    "/calls/{call_id}/audio",
    response_class=FileResponse,
    responses={
        200: {"content": {media_type: {} for media_type in sorted(set(MEDIA_TYPES.values()))}},
        206: {"description": "The requested range"},
        416: {"description": "The range lies outside the recording"},
    },
)
async def get_call_audio(call_id: UUID, reading: ReadingDep, viewer: ListenerDep) -> FileResponse:
    """Return the recording, customer left and agent right; understands `Range`.

    Who may not see identities hears a tone over the masked words of a finished call.
    """
    path = await reading.listen(viewer, call_id)
    return FileResponse(path, media_type=MEDIA_TYPES[path.suffix], content_disposition_type="inline")


@router.post("/calls/{call_id}/suggestions/{suggestion_id}/feedback", status_code=status.HTTP_201_CREATED)
async def give_feedback(
    call_id: UUID, suggestion_id: UUID, request: FeedbackRequest, calls: CallsDep, viewer: FeedbackGiverDep
) -> FeedbackRecorded:
    """Record the verdict on a suggestion; a second one replaces the first and keeps its id."""
    await calls.archive.check_changeable(viewer, call_id)
    return await calls.give_feedback(viewer, call_id, suggestion_id, request)


@router.put("/calls/{call_id}/category")
async def choose_category(
    call_id: UUID, choice: CategoryChoice, calls: CallsDep, viewer: FeedbackGiverDep
) -> CategoryChosen:
    """Set the category of a running or finished call, which the ranking learns from; the newest counts."""
    await calls.archive.check_changeable(viewer, call_id)
    return await calls.choose_category(viewer, call_id, choice.category_id)
