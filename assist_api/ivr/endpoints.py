"""HTTP: speech flows, their versions, the simulator, the numbers, and what a caller told the flow."""

from __future__ import annotations

import asyncio
from pathlib import Path as FilePath
from tempfile import TemporaryDirectory
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, File, Path, Query, Response, UploadFile

from assist_api.audit.deps import ActorDep, AuditDep
from assist_api.calls.access import CallsDep, ReaderDep
from assist_api.http.deps import CoreDep, SessionDep, permitted, provided
from assist_api.http.permissions import Permission
from assist_api.ivr.flow_service import FlowService
from assist_api.ivr.hearing import heard_in
from assist_api.ivr.live_flows import LiveFlows
from assist_api.ivr.playing import play
from assist_api.ivr.prompts import Prompts
from assist_api.ivr.push import MOST_CHARACTERS, PUSH, PushTexts
from assist_api.ivr.schemas import (
    CallDialogueAnswer,
    FlowChecked,
    FlowChecking,
    FlowFigures,
    FlowList,
    FlowSaving,
    FlowView,
    HeardSound,
    NumberTable,
    NumberTableView,
    PushTable,
    PushTableView,
    Simulation,
    SimulationView,
    Speaking,
)
from assist_api.ivr.systems import InstalledSystems
from assist_api.policies.service import Policies
from kit.errors import TooLargeError
from speech.engine import SpeechEngine

router = APIRouter(tags=["ivr"])
MayEdit = Depends(permitted(Permission.EDIT_FLOWS))
MayPublish = Depends(permitted(Permission.PUBLISH_FLOWS))
Name = Annotated[str, Path(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
LiveDep = Annotated[LiveFlows, Depends(provided(LiveFlows))]
PromptsDep = Annotated[Prompts, Depends(provided(Prompts))]
PoliciesDep = Annotated[Policies, Depends(provided(Policies))]
EngineDep = Annotated[SpeechEngine, Depends(provided(SpeechEngine))]
MAX_SOUND_BYTES = 12 << 20
SystemsDep = Annotated[InstalledSystems, Depends(provided(InstalledSystems))]


async def get_flows(session: SessionDep, core: CoreDep, audit: AuditDep, live: LiveDep) -> FlowService:
    """Return the flows of this request."""
    return FlowService(session, core.clock, audit, live)


FlowsDep = Annotated[FlowService, Depends(get_flows)]


@router.get("/ivr/flows", dependencies=[MayEdit])
async def list_flows(flows: FlowsDep) -> FlowList:
    """List every flow in its newest version."""
    return await flows.list_all()


@router.post("/ivr/check", dependencies=[MayEdit])
async def check_flow(asked: FlowChecking, flows: FlowsDep) -> FlowChecked:
    """Say what is wrong with a flow, and keep nothing."""
    return await flows.check(asked)


@router.post("/ivr/simulations", dependencies=[MayEdit])
async def simulate_dialogue(asked: Simulation, flows: FlowsDep, live: LiveDep, systems: SystemsDep) -> SimulationView:
    """Play a dialogue from its beginning; nothing is kept, and systems answer from the scenario."""
    return await play(asked, await flows.newest_definitions(), live.understand, systems)


@router.post(
    "/ivr/speech", dependencies=[MayEdit], response_class=Response, responses={200: {"content": {"audio/wav": {}}}}
)
async def speak_prompt(asked: Speaking, prompts: PromptsDep) -> Response:
    """Return a text as callers hear it: 8 kHz."""
    return Response(await prompts.whole(asked.text), media_type="audio/wav")


@router.post("/ivr/hearing", dependencies=[MayEdit])
async def hear_sound(
    file: Annotated[UploadFile, File(description="One thing that a caller says: WAV, MP3, FLAC, Ogg …")],
    engine: EngineDep,
) -> HeardSound:
    """Return what the recogniser of calls understands of a sound, at the rate of telephones; nothing is kept."""
    content = await file.read(MAX_SOUND_BYTES + 1)
    if len(content) > MAX_SOUND_BYTES:
        raise TooLargeError(f"The sound is larger than {MAX_SOUND_BYTES} bytes.", limit_bytes=MAX_SOUND_BYTES)
    await engine.ready()
    with TemporaryDirectory() as folder:
        sound = FilePath(folder) / "sound"
        await asyncio.to_thread(sound.write_bytes, content)
        return HeardSound(text=await heard_in(engine, sound))


@router.get("/ivr/push", dependencies=[MayEdit])
async def get_push_texts(policies: PoliciesDep) -> PushTableView:
    """Return what callers are told before a flow."""
    return _push_view(policies)


@router.put("/ivr/push", dependencies=[MayPublish])
async def choose_push_texts(table: PushTable, actor: ActorDep, policies: PoliciesDep) -> PushTableView:
    """Tell callers other texts from now on."""
    chosen = PushTexts(texts=tuple(table.texts)).model_dump(mode="json")
    await policies.choose(actor, PUSH.name, chosen, note="", based_on=table.based_on)
    return _push_view(policies)


def _push_view(policies: Policies) -> PushTableView:
    standing = policies.in_force(PUSH.name).version
    return PushTableView(
        texts=list(policies.current(PUSH).texts),
        version=0 if standing is None else standing.number,
        most_characters=MOST_CHARACTERS,
    )


@router.get("/ivr/numbers", dependencies=[MayEdit])
async def get_numbers(flows: FlowsDep) -> NumberTableView:
    """Return which flow answers which number."""
    return await flows.number_table()


@router.put("/ivr/numbers", dependencies=[MayPublish])
async def choose_numbers(table: NumberTable, actor: ActorDep, flows: FlowsDep) -> NumberTableView:
    """Let other flows answer from now on."""
    return await flows.choose_numbers(actor, table)


@router.get("/ivr/flows/{name}", dependencies=[MayEdit])
async def get_flow(
    name: Name, flows: FlowsDep, version: Annotated[int | None, Query(ge=1, lt=2**31)] = None
) -> FlowView:
    """Return a version of a flow, the newest when none is named."""
    return await flows.view(name, version)


@router.put("/ivr/flows/{name}", dependencies=[MayEdit])
async def save_flow(name: Name, saving: FlowSaving, actor: ActorDep, flows: FlowsDep) -> FlowView:
    """Keep a flow as a new version."""
    return await flows.save(actor, name, saving)


@router.post("/ivr/flows/{name}/versions/{number}/publish", dependencies=[MayPublish])
async def publish_flow(
    name: Name, number: Annotated[int, Path(ge=1, lt=2**31)], actor: ActorDep, flows: FlowsDep
) -> FlowView:
    """Put a version before callers; 409 names what is against it."""
    return await flows.publish(actor, name, number)


@router.get("/ivr/flows/{name}/figures", dependencies=[MayEdit])
async def get_flow_figures(name: Name, flows: FlowsDep) -> FlowFigures:
    """Return what callers did in a flow in the last thirty days."""
    return await flows.figures(name)


@router.get("/calls/{call_id}/ivr")
async def get_call_dialogue(call_id: UUID, viewer: ReaderDep, calls: CallsDep, flows: FlowsDep) -> CallDialogueAnswer:
    """Return what the caller told the flow before the call came to the agent."""
    await calls.check_reading(viewer, call_id)
    first = await flows.dialogue_of_call(call_id)
    return CallDialogueAnswer(dialogue=first, sent=await flows.later_dialogues(call_id))
