"""Speech flows: what callers hear and say before a person answers."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextlib import suppress

from assist_api.business_systems.port import BusinessSystem
from assist_api.customers.service import ContactSources
from assist_api.floor.board import FloorBoard
from assist_api.http.core import Core
from assist_api.http.module import Module
from assist_api.http.parts import PartHealth, not_ok, ok
from assist_api.ivr.endpoints import MAX_SOUND_BYTES, router
from assist_api.ivr.live_flows import FLOWS_CHANGED, LiveFlows
from assist_api.ivr.outgoing import OutgoingSpeech
from assist_api.ivr.phone_calls import PhoneCalls, QueueLoad
from assist_api.ivr.phrases import SAID_WHEN_SLOW
from assist_api.ivr.prompt_store import PromptStore
from assist_api.ivr.prompts import Prompts
from assist_api.ivr.push import PUSH
from assist_api.ivr.recorded import RecordedPrompts
from assist_api.ivr.settings import IVRSettings
from assist_api.ivr.subscribers import SimulatedSubscribers
from assist_api.ivr.systems import AFTER_CALL_POLICY, InstalledSystems
from assist_api.ivr.voicemails import Voicemails
from assist_api.policies.service import Policies
from assist_api.search.parts import Knowledge
from assist_api.search.service import TypedSearch
from assist_api.surveys.keeping import SurveyKeeper
from assist_api.text_messages.port import TextGateway
from kit.calendar import office_hours
from kit.errors import DependencyError, MisconfiguredError
from kit.outbox import OutboxEvent, Subscriber
from speech.engine import SpeechEngine
from speech.settings import Language
from speech.tts.voices import VoiceSettings, chosen_voices

_FORM_BYTES = 4096
"""Around the file in a form."""


class BoardLoads:
    """Reads how long the queues are from the figures of the floor."""

    def __init__(self, board: FloorBoard) -> None:
        self._board = board

    def load(self, queue: str) -> QueueLoad | None:
        """Return how a queue stands; None where no exchange is followed."""
        figures = self._board.queue(queue)
        return None if figures is None else QueueLoad(figures.waiting, figures.expected_wait_seconds)


def build(
    core: Core, found: Knowledge, search: TypedSearch, policies: Policies, contacts: ContactSources,
    business: BusinessSystem, engine: SpeechEngine, settings: IVRSettings, surveys: SurveyKeeper, texts: TextGateway,
    board: FloorBoard,
) -> Module[LiveFlows]:  # fmt: skip
    """Build the module."""
    policies.add(PUSH)
    policies.add(AFTER_CALL_POLICY)
    live = LiveFlows(core.database, core.clock, found.embedder, office_hours(core.settings.zone))
    live.follow_choice(lambda: policies.current(AFTER_CALL_POLICY).is_asked)
    systems = InstalledSystems(core, search, business, policies, contacts, SimulatedSubscribers(), texts)
    voices = chosen_voices(VoiceSettings.load())
    live.spoken = frozenset(voice.language for voice in voices)
    folder = core.settings.data_dir / "ivr"
    recorded = RecordedPrompts(folder / "recorded")
    prompts = Prompts(voices, PromptStore(folder / "prompts"), recorded)
    loads = BoardLoads(board)
    voicemails = Voicemails(core, live, systems, engine)
    outgoing = OutgoingSpeech()
    calls = None
    if settings.enabled:
        calls = PhoneCalls(core, live, systems, prompts, engine, settings, surveys, voicemails, loads, outgoing)

    async def learn_and_listen() -> None:
        await live.learn()
        if calls is not None:
            await calls.start()
            with suppress(DependencyError):  # without a voice; the health page says so
                for text in SAID_WHEN_SLOW:
                    await prompts.prepare(text)

    async def aclose() -> None:
        if calls is not None:
            await calls.aclose()
        await prompts.aclose()

    async def follow(_event: OutboxEvent) -> None:
        await live.refresh()

    async def probe() -> PartHealth:
        running = 0 if calls is None else calls.running
        text = f"{len(live.flows)} flows in force, {running} dialogues now"
        return ok("ivr", text, flows=len(live.flows), dialogues=running)

    async def probe_voices() -> PartHealth:
        return voices_health(await asyncio.to_thread(prompts.problems), is_needed=settings.enabled)

    core.outbox.follow(Subscriber("ivr", (FLOWS_CHANGED,), follow))
    return Module(
        name="ivr",
        service=live,
        provides=(systems, prompts, recorded, voicemails, outgoing),
        jobs=(voicemails.handler,),
        routers=(router,),
        start=live.start,
        warm_up=learn_and_listen,
        aclose=aclose,
        probes={"ivr": probe, "voices": probe_voices},
        upload_limits=dict.fromkeys(("/ivr/hearing", "/ivr/recordings"), MAX_SOUND_BYTES + _FORM_BYTES),
    )


def voices_health(problems: Mapping[Language, MisconfiguredError | None], *, is_needed: bool) -> PartHealth:
    """Judge the voices: where flows answer calls, one that cannot speak leaves callers without prompts.

    Args:
        problems: Of each language with a voice: why it cannot be spoken, None where it can.
        is_needed: Whether flows answer calls.
    """
    languages = ", ".join(language for language, problem in problems.items() if problem is None) or "–"
    first = next((problem for problem in problems.values() if problem is not None), None)
    if first is not None and is_needed:
        return not_ok("voices", "degraded", first.error_code, first.message, languages=languages)
    return ok("voices", f"voices: {languages}", languages=languages)
