"""HTTP: speech flows, their versions, the simulator, the numbers, and what a caller told the flow."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path as FilePath
from tempfile import TemporaryDirectory
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, File, Form, Path, Query, Response, UploadFile, status

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
from assist_api.ivr.recorded import RecordedPrompts
from assist_api.ivr.schemas import (
    CallDialogueAnswer,
    FlowChecked,
    FlowChecking,
    FlowFigures,
    FlowList,
    FlowSaving,
    FlowView,
    HeardAlternative,
    HeardSound,
    NumberTable,
    NumberTableView,
    PushTable,
    PushTableView,
    RecordingList,
    RecordingView,
    Simulation,
    SimulationView,
    Speaking,
)
from assist_api.ivr.systems import InstalledSystems
from assist_api.policies.service import Policies
from kit.errors import DependencyError, InvalidInputError, TooLargeError
from speech.engine import SpeechEngine

router = APIRouter(tags=["ivr"])
MayEdit = Depends(permitted(Permission.EDIT_FLOWS))
MayPublish = Depends(permitted(Permission.PUBLISH_FLOWS))
Name = Annotated[str, Path(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
LiveDep = Annotated[LiveFlows, Depends(provided(LiveFlows))]
PromptsDep = Annotated[Prompts, Depends(provided(Prompts))]
PoliciesDep = Annotated[Policies, Depends(provided(Policies))]
EngineDep = Annotated[SpeechEngine, Depends(provided(SpeechEngine))]
RecordedDep = Annotated[RecordedPrompts, Depends(provided(RecordedPrompts))]
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
    """Return a text as callers hear it: 8 kHz. 422 `voice_missing` where no voice reads its language."""
    try:
        return Response(await prompts.whole(asked.text), media_type="audio/wav")
    except DependencyError as error:
        if error.error_code != "voice_missing":
            raise
        raise InvalidInputError(str(error), field="text", code="voice_missing") from error


@router.post("/ivr/hearing", dependencies=[MayEdit])
async def hear_sound(
    file: Annotated[UploadFile, File(description="One thing that a caller says: WAV, MP3, FLAC, Ogg …")],
    engine: EngineDep,
) -> HeardSound:
    """Return what the recogniser of calls understands of a sound, at the rate of telephones; nothing is kept."""
    async with _kept_for_now(file) as sound:
        spoken = await heard_in(engine, sound)
    others = [HeardAlternative(text=other.text, confidence=other.confidence) for other in spoken.alternatives]
    return HeardSound(text=spoken.text, alternatives=others)


@asynccontextmanager
async def _kept_for_now(file: UploadFile) -> AsyncIterator[FilePath]:
    """Keep an uploaded sound in a file of its own until it was read.

    Raises:
        TooLargeError: It is larger than `MAX_SOUND_BYTES`.
    """
    content = await file.read(MAX_SOUND_BYTES + 1)
    if len(content) > MAX_SOUND_BYTES:
        raise TooLargeError(f"The sound is larger than {MAX_SOUND_BYTES} bytes.", limit_bytes=MAX_SOUND_BYTES)
    with TemporaryDirectory() as folder:
        sound = FilePath(folder) / "sound"
        await asyncio.to_thread(sound.write_bytes, content)
        yield sound


@router.get("/ivr/recordings", dependencies=[MayEdit])
async def list_recordings(recorded: RecordedDep) -> RecordingList:
    """List the prompts that a person has recorded."""
    items = await asyncio.to_thread(recorded.list_all)
    return RecordingList(items=[RecordingView.model_validate(item.model_dump()) for item in items])


@router.post("/ivr/recordings", dependencies=[MayEdit])
async def record_prompt(
    text: Annotated[str, Form(min_length=1, max_length=600, description="What the recording says")],
    file: Annotated[UploadFile, File(description="WAV, MP3, FLAC, Ogg …")],
    recorded: RecordedDep, session: SessionDep, core: CoreDep, audit: AuditDep, actor: ActorDep,
) -> RecordingView:  # fmt: skip
    """Let callers hear a recording wherever a flow says this text; another text is spoken by the voice."""
    async with _kept_for_now(file) as sound:
        known = await asyncio.to_thread(recorded.add, text, sound, actor.name, core.clock.now())
    audit.record(session, actor, "ivr.prompt_recorded", "ivr_prompt", "recording", after=text)
    return RecordingView.model_validate(known.model_dump())


@router.post("/ivr/recordings/remove", dependencies=[MayEdit], status_code=status.HTTP_204_NO_CONTENT)
async def remove_recording(
    spoken: Speaking, recorded: RecordedDep, session: SessionDep, audit: AuditDep, actor: ActorDep
) -> None:
    """Let the voice say a text again."""
    if await asyncio.to_thread(recorded.remove, spoken.text):
        audit.record(session, actor, "ivr.recording_removed", "ivr_prompt", "recording", before=spoken.text)


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
