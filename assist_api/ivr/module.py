"""Speech flows: what callers hear and say before a person answers."""

from __future__ import annotations

from assist_api.business_systems.port import BusinessSystem
from assist_api.customers.service import ContactSources
from assist_api.floor.board import FloorBoard
from assist_api.http.core import Core
from assist_api.http.module import Module
from assist_api.http.parts import PartHealth, ok
from assist_api.ivr.endpoints import MAX_SOUND_BYTES, router
from assist_api.ivr.live_flows import FLOWS_CHANGED, LiveFlows
from assist_api.ivr.phone_calls import PhoneCalls, QueueLoad
from assist_api.ivr.prompts import Prompts
from assist_api.ivr.push import PUSH
from assist_api.ivr.recorded import RecordedPrompts
from assist_api.ivr.settings import IVRSettings
from assist_api.ivr.subscribers import SimulatedSubscribers
from assist_api.ivr.systems import AFTER_CALL_POLICY, InstalledSystems
from assist_api.policies.service import Policies
from assist_api.search.parts import Knowledge
from assist_api.search.service import TypedSearch
from assist_api.surveys.keeping import SurveyKeeper
from assist_api.text_messages.port import TextGateway
from assist_api.work_orders.views import ZONE
from kit.artifacts import model_folder
from kit.calendar import office_hours
from kit.outbox import OutboxEvent, Subscriber
from kit.settings import CACHE_DIR
from speech.engine import SpeechEngine
from speech.tts.models import KOKORO_ZH

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
    live = LiveFlows(core.database, core.clock, found.embedder, office_hours(ZONE))
    live.follow_choice(lambda: policies.current(AFTER_CALL_POLICY).is_asked)
    systems = InstalledSystems(core, search, business, policies, contacts, SimulatedSubscribers(), texts)
    folder = core.settings.data_dir / "ivr"
    recorded = RecordedPrompts(folder / "recorded")
    prompts = Prompts(model_folder(KOKORO_ZH, CACHE_DIR), folder / "prompts", recorded)

    loads = BoardLoads(board)
    calls = PhoneCalls(core, live, systems, prompts, engine, settings, surveys, loads) if settings.enabled else None

    async def learn_and_listen() -> None:
        await live.learn()
        if calls is not None:
            await calls.start()

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

    core.outbox.follow(Subscriber("ivr", (FLOWS_CHANGED,), follow))
    return Module(
        name="ivr",
        service=live,
        provides=(systems, prompts, recorded),
        routers=(router,),
        start=live.start,
        warm_up=learn_and_listen,
        aclose=aclose,
        probes={"ivr": probe},
        upload_limits=dict.fromkeys(("/ivr/hearing", "/ivr/recordings"), MAX_SOUND_BYTES + _FORM_BYTES),
    )
