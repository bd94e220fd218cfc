"""HTTP: callers who want to be called back, and the messages that callers left."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends
from fastapi.responses import FileResponse

from assist_api.audit.deps import ActorDep, AuditDep
from assist_api.callbacks.news import CallbackNews
from assist_api.callbacks.schemas import (
    AttemptOutcome,
    CallbackLine,
    CallbackLines,
    CallbackView,
    VoicemailLine,
    VoicemailLines,
)
from assist_api.callbacks.service import Callbacks
from assist_api.http.deps import CoreDep, SessionDep, permitted, provided
from assist_api.http.permissions import Permission
from assist_api.ivr.live_flows import LiveFlows
from assist_api.ivr.systems import InstalledSystems
from assist_api.policies.service import Policies
from assist_api.telephony.desk import TelephoneDesk
from assist_api.telephony.endpoints import NeededExtension

router = APIRouter(tags=["callbacks"])
MayHandle = Depends(permitted(Permission.HANDLE_ORDERS))
NewsDep = Annotated[CallbackNews, Depends(provided(CallbackNews))]
PoliciesDep = Annotated[Policies, Depends(provided(Policies))]
DeskDep = Annotated[TelephoneDesk, Depends(provided(TelephoneDesk))]
LiveDep = Annotated[LiveFlows, Depends(provided(LiveFlows))]
SystemsDep = Annotated[InstalledSystems, Depends(provided(InstalledSystems))]


async def get_callbacks(
    session: SessionDep, core: CoreDep, audit: AuditDep, policies: PoliciesDep, news: NewsDep
) -> Callbacks:
    """Return the callbacks of this request."""
    return Callbacks(session, core.clock, audit, policies, news, core.settings.data_dir)


CallbacksDep = Annotated[Callbacks, Depends(get_callbacks)]


@router.get("/callbacks", dependencies=[MayHandle])
async def list_callbacks(
    actor: ActorDep, callbacks: CallbacksDep, view: CallbackView = CallbackView.DUE
) -> CallbackLines:
    """List callers who are to be called back."""
    return await callbacks.list_all(actor, view)


@router.post("/callbacks/{request_id}/take", dependencies=[MayHandle])
async def take_callback(request_id: UUID, actor: ActorDep, callbacks: CallbacksDep) -> CallbackLine:
    """Take a request, so that nobody else calls; its number is shown from then on."""
    return await callbacks.take(actor, request_id)


@router.post("/callbacks/{request_id}/release", dependencies=[MayHandle])
async def release_callback(request_id: UUID, actor: ActorDep, callbacks: CallbacksDep) -> CallbackLine:
    """Put a request that one has taken back into its place."""
    return await callbacks.release(actor, request_id)


@router.post("/callbacks/{request_id}/dial")
async def dial_callback(
    request_id: UUID,
    actor: ActorDep,
    core: CoreDep,
    audit: AuditDep,
    policies: PoliciesDep,
    news: NewsDep,
    extension: NeededExtension,
    desk: DeskDep,
) -> CallbackLine:
    """Ring one's own telephone and, once it is answered, the caller."""
    channel_id, call_id = desk.new_call()
    # The attempt is kept before the exchange is asked, and no transaction waits for the exchange.
    async with core.database.session() as session:
        callbacks = Callbacks(session, core.clock, audit, policies, news, core.settings.data_dir)
        line = await callbacks.note_dialled(actor, request_id, call_id)
        number = await callbacks.number_to_dial(actor, request_id)
    await desk.dial(extension, number, channel_id)
    return line


@router.post("/callbacks/{request_id}/outcome", dependencies=[MayHandle])
async def note_callback_outcome(
    request_id: UUID, given: AttemptOutcome, actor: ActorDep, callbacks: CallbacksDep
) -> CallbackLine:
    """Keep what came of an attempt; by the rule the caller is tried again later, in the same place of the line."""
    return await callbacks.note_outcome(actor, request_id, given)


@router.get("/voicemails", dependencies=[MayHandle])
async def list_voicemails(actor: ActorDep, callbacks: CallbacksDep, is_waiting: bool = True) -> VoicemailLines:
    """List messages that callers left."""
    return await callbacks.list_voicemails(actor, is_waiting=is_waiting)


@router.get(
    "/voicemails/{voicemail_id}/audio",
    dependencies=[MayHandle],
    response_class=FileResponse,
    responses={200: {"content": {"audio/wav": {}}}},
)
async def hear_voicemail(voicemail_id: UUID, actor: ActorDep, callbacks: CallbacksDep) -> FileResponse:
    """Return the sound of a message; hearing it is recorded in the audit log."""
    return FileResponse(await callbacks.sound_of(actor, voicemail_id), media_type="audio/wav")


@router.post("/voicemails/{voicemail_id}/order", dependencies=[MayHandle])
async def order_from_voicemail(
    voicemail_id: UUID, actor: ActorDep, callbacks: CallbacksDep, live: LiveDep, systems: SystemsDep
) -> VoicemailLine:
    """Make a draft order of a message; a message that has one keeps it."""
    sectors = {flow.name: flow.sector for flow in live.flows.values()}
    return await callbacks.order(actor, voicemail_id, sectors, systems)


@router.post("/voicemails/{voicemail_id}/callback", dependencies=[MayHandle])
async def call_back_voicemail(voicemail_id: UUID, actor: ActorDep, callbacks: CallbacksDep) -> CallbackLine:
    """Take a callback to whoever left a message."""
    return await callbacks.call_back(actor, voicemail_id)


@router.post("/voicemails/{voicemail_id}/done", dependencies=[MayHandle])
async def finish_voicemail(voicemail_id: UUID, actor: ActorDep, callbacks: CallbacksDep) -> VoicemailLine:
    """Note that a message needs nobody any more."""
    return await callbacks.finish(actor, voicemail_id)
