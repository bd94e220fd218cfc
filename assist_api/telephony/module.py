"""Telephony: follows an exchange where one is set up, so that its calls are carried like any other."""

from __future__ import annotations

from assist_api.calls.service import CallService
from assist_api.http.core import Core
from assist_api.http.module import Module
from assist_api.http.parts import PartHealth, not_ok, ok
from assist_api.telephony.agents import AgentAccounts
from assist_api.telephony.bridge import CALL_LOST, CallBridge
from assist_api.telephony.routing import CallRouting
from assist_api.telephony.settings import TelephonySettings
from cti_adapter.adapter import CTIAdapter
from cti_adapter.settings import CTISettings
from kit.tasks import TaskSupervisor


def build(
    core: Core,
    calls: CallService,
    settings: TelephonySettings,
    router: CallRouting | None = None,
    cti: CTISettings | None = None,
) -> Module[CTIAdapter | None]:
    """Build the module; without `CTI_ENABLED` it opens no port and has no line on the health page.

    Raises:
        MisconfiguredError: Telephony is on and a `CTI_` variable cannot be used.
    """
    if not settings.enabled:

        async def end_lost_calls() -> None:
            for call_id in calls.live_calls:
                calls.end_live(call_id, CALL_LOST)

        return Module(name="telephony", service=None, start=end_lost_calls)
    adapter = CTIAdapter(cti or CTISettings.load(), core.clock, route=None if router is None else router.route)
    if router is not None:
        router.follow(lambda: adapter.agents)
    bridge = CallBridge(adapter, calls, AgentAccounts(core.database), sector=settings.sector)
    tasks = TaskSupervisor("telephony-module")

    async def start() -> None:
        tasks.start(bridge.run(), name="bridge")
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

    return Module(name="telephony", service=adapter, start=start, aclose=aclose, probes={"pbx": probe_pbx})
