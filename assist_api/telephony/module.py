"""Telephony: follows an exchange where one is set up, so that its calls are carried like any other."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol
from uuid import UUID

from assist_api.calls.service import CallService
from assist_api.http.core import Core
from assist_api.http.module import Module
from assist_api.http.parts import PartHealth, not_ok, ok
from assist_api.telephony.agents import AgentAccounts
from assist_api.telephony.bridge import CALL_LOST, CallBridge
from assist_api.telephony.desk import TelephoneDesk
from assist_api.telephony.endpoints import router
from assist_api.telephony.schemas import TelephoneChanged
from assist_api.telephony.settings import TelephonySettings
from cti_adapter.adapter import CTIAdapter
from cti_adapter.agi import RouteAnswer, RouteQuestion
from cti_adapter.asterisk.plan_file import find_plan
from cti_adapter.settings import CTISettings
from cti_adapter.views import AgentView
from kit.tasks import TaskSupervisor

WIRE_TYPES = {"TelephoneChanged": TelephoneChanged}


class CallRouting(Protocol):
    """Says where a call goes, and knows from the exchange who could be rung."""

    def follow(self, agents: Callable[[], Sequence[AgentView]]) -> None:
        """Take in who could be rung, from whoever follows the exchange."""
        ...

    async def route(self, question: RouteQuestion) -> RouteAnswer | None:
        """Say where a call goes; None leaves it to the queue of its number."""
        ...


def build(
    core: Core,
    calls: CallService,
    settings: TelephonySettings,
    route: CallRouting | None = None,
    cti: CTISettings | None = None,
    is_elsewhere: Callable[[UUID], bool] = lambda _call_id: False,
) -> Module[CTIAdapter | None]:
    """Build the module; without `CTI_ENABLED` it opens no port and has no line on the health page.

    Args:
        core: Parts that every module has.
        calls: Carries the calls.
        settings: Whether an exchange is followed.
        route: Says where calls go.
        cti: Where the exchange is; read from the environment by default.
        is_elsewhere: Whether a call came from another source than this exchange.

    Raises:
        MisconfiguredError: Telephony is on and a `CTI_` variable, or the plan in `CTI_DATA_DIR`, cannot be used.
    """
    agents = AgentAccounts(core.database)
    if not settings.enabled:

        async def end_lost_calls() -> None:
            for call_id in calls.live_calls:
                if not is_elsewhere(call_id):
                    calls.end_live(call_id, CALL_LOST)

        off = TelephoneDesk(None, None)
        return Module(
            name="telephony",
            service=None,
            provides=(off, agents),
            routers=(router,),
            wire_types=WIRE_TYPES,
            start=end_lost_calls,
        )
    cti = cti or CTISettings.load()
    adapter = CTIAdapter(
        cti,
        core.clock,
        recordings=str(cti.recordings_folder),
        route=None if route is None else route.route,
    )
    if route is not None:
        route.follow(lambda: adapter.agents)
    desk = TelephoneDesk(adapter, find_plan(cti.data_dir), cti.host)
    bridge = CallBridge(
        adapter,
        calls,
        agents,
        sector=settings.sector,
        clock=core.clock,
        is_ours=lambda call_id: not is_elsewhere(call_id),
    )
    tasks = TaskSupervisor("telephony-module")

    async def start() -> None:
        first = next((phone.agent for phone in desk.phones.values() if phone.is_browser), None)
        if first is not None:
            await agents.give_first(first, core.audit)
        tasks.start(bridge.run(), name="bridge")
        tasks.start(desk.follow(), name="telephones")
        await adapter.start()

    async def aclose() -> None:
        await tasks.aclose()
        await bridge.aclose()
        await adapter.aclose()

    async def probe_pbx() -> PartHealth:
        if adapter.is_connected:
            return ok("pbx", f"{len(adapter.calls)} calls", calls=len(adapter.calls))
        reason = adapter.problem.message if adapter.problem is not None else "The exchange has not answered yet."
        return not_ok("pbx", "failed", "pbx_lost", reason)

    return Module(
        name="telephony",
        service=adapter,
        provides=(desk, agents),
        routers=(router,),
        wire_types=WIRE_TYPES,
        start=start,
        aclose=aclose,
        probes={"pbx": probe_pbx},
    )
