"""Speech flows: what callers hear and say before a person answers."""

from __future__ import annotations

from assist_api.business_systems.port import BusinessSystem
from assist_api.customers.service import ContactSources
from assist_api.http.core import Core
from assist_api.http.module import Module
from assist_api.http.parts import PartHealth, ok
from assist_api.ivr.endpoints import router
from assist_api.ivr.live_flows import FLOWS_CHANGED, LiveFlows
from assist_api.ivr.phone_calls import PhoneCalls
from assist_api.ivr.prompts import Prompts
from assist_api.ivr.settings import IVRSettings
from assist_api.ivr.systems import NOTICES, InstalledSystems, SimulatedSubscribers
from assist_api.policies.service import Policies
from assist_api.search.parts import Knowledge
from assist_api.search.service import TypedSearch
from assist_api.work_orders.views import ZONE
from kit.artifacts import model_folder
from kit.calendar import office_hours
from kit.outbox import OutboxEvent, Subscriber
from kit.settings import CACHE_DIR
from speech.engine import SpeechEngine
from speech.tts.models import KOKORO_ZH


def build(
    core: Core, found: Knowledge, search: TypedSearch, policies: Policies, contacts: ContactSources,
    business: BusinessSystem, engine: SpeechEngine, settings: IVRSettings,
) -> Module[LiveFlows]:  # fmt: skip
    """Build the module."""
    policies.add(NOTICES)
    live = LiveFlows(core.database, core.clock, found.embedder, office_hours(ZONE))
    systems = InstalledSystems(core, search, business, policies, contacts, SimulatedSubscribers())
    prompts = Prompts(model_folder(KOKORO_ZH, CACHE_DIR), core.settings.data_dir / "ivr" / "prompts")

    calls = PhoneCalls(core, live, systems, prompts, engine, settings) if settings.enabled else None

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
        return ok("ivr", f"{len(live.flows)} flows in force", flows=len(live.flows))

    core.outbox.follow(Subscriber("ivr", (FLOWS_CHANGED,), follow))
    return Module(
        name="ivr",
        service=live,
        provides=(systems, prompts),
        routers=(router,),
        start=live.start,
        warm_up=learn_and_listen,
        aclose=aclose,
        probes={"ivr": probe},
    )
