"""Builds the module of calls: running calls, their sockets, their archive and recordings."""

from __future__ import annotations

from assist_api.calls import agent_action_endpoints, endpoints, socket
from assist_api.calls.alarm import NOTIFICATION, SupervisorAlarm
from assist_api.calls.category import CallCategories
from assist_api.calls.demo.catalog import load_demo_calls
from assist_api.calls.events import CallEvent, ClientMessage, ServerMessage
from assist_api.calls.hub import CallHub
from assist_api.calls.learned_thresholds import LearnedThresholds
from assist_api.calls.masking_policy import MASKING
from assist_api.calls.observers import CallObservers
from assist_api.calls.reading import CallReading
from assist_api.calls.service import CallService
from assist_api.channel.hub import AccountChannel
from assist_api.hints.service import HintBooks
from assist_api.http.core import Core
from assist_api.http.module import Module
from assist_api.notifications.service import Notifier
from assist_api.policies.service import Policies
from assist_api.search.parts import Knowledge
from assist_api.suggestions.card_policy import CARDS
from assist_api.suggestions.service import SuggestionService
from kb.classify.service import CategoryService
from kb.deidentify import check_recognisers
from kit.bus import LocalBus
from kit.memory import settle_memory, unsettled_objects
from kit.periodic import Loop
from speech.engine import SpeechEngine

SETTLING_SECONDS = 10.0
MOST_UNSETTLED = 20_000
"""Objects that stay and that Python's collector still goes through now and then: 10 ms in which nothing else runs."""


def build(
    core: Core,
    knowledge: Knowledge,
    categories: CategoryService,
    speech: SpeechEngine,
    channel: AccountChannel,
    notifier: Notifier,
    policies: Policies,
    hints: HintBooks,
) -> Module[CallService]:
    """Build the module; it declares the policy of masking.

    Raises:
        MisconfiguredError: The policy promises to mask what nothing recognises.
    """
    notifier.rules.add(NOTIFICATION)
    policies.add(MASKING)
    policies.add(CARDS)
    LearnedThresholds(core.database, core.clock).register(policies)
    check_recognisers(kind.value for kind in policies.current(MASKING).kinds)
    hub = CallHub(LocalBus[CallEvent](), sockets_per_session=core.settings.sockets_per_session)
    observers = CallObservers(
        SupervisorAlarm(core.database, channel, core.clock, notifier).tell, coaching=hints.coaching
    )
    calls = CallService(
        database=core.database,
        engine=speech,
        suggestions=SuggestionService(
            knowledge.search, core.database, core.clock, lambda: policies.current(CARDS).settings()
        ),
        categories=CallCategories(categories),
        hub=hub,
        clock=core.clock,
        data_dir=core.settings.data_dir,
        max_concurrent=core.settings.max_concurrent_calls,
        audit=core.audit,
        max_of_account=core.settings.max_calls_per_account,
        demo_calls=load_demo_calls(),
        observe=observers,
    )

    async def begin() -> None:
        await calls.recover()
        settle_memory()

    async def keep_memory_settled() -> None:
        # While nobody speaks: knowledge and models that were loaded since would be gone through amid a call.
        if calls.is_idle and unsettled_objects() > MOST_UNSETTLED:
            settle_memory()

    return Module(
        name="calls",
        service=calls,
        provides=(hub, CallReading(calls, lambda: policies.current(MASKING))),
        routers=(endpoints.router, agent_action_endpoints.router, socket.router),
        start=calls.start,
        warm_up=observers.warm_up,
        begin=begin,
        aclose=calls.aclose,
        loops=(Loop("settle-memory", SETTLING_SECONDS, keep_memory_settled),),
        upload_limits={"/calls/replays": core.settings.upload_max_bytes},
        wire_types={"ServerMessage": ServerMessage, "CallEvent": CallEvent, "ClientMessage": ClientMessage},
    )
