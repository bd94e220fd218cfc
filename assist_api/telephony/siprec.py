"""SIPREC: listens to the calls of an exchange that we do not run, and carries them like any other."""

from __future__ import annotations

from uuid import UUID

from assist_api.calls.service import CallService
from assist_api.http.core import Core
from assist_api.http.module import Module
from assist_api.http.parts import PartHealth, not_ok, ok
from assist_api.telephony.agents import AgentAccounts
from assist_api.telephony.bridge import CallBridge
from assist_api.telephony.settings import TelephonySettings
from cti_adapter.settings import CTISettings
from cti_adapter.siprec.server import SiprecServer
from cti_adapter.siprec.settings import SiprecSettings
from kit.tasks import TaskSupervisor


class SiprecCalls:
    """The recording server and the calls that came from it; `server` is None where it is off."""

    def __init__(self, server: SiprecServer | None, bridge: CallBridge | None) -> None:
        self.server = server
        self._bridge = bridge

    def carries(self, call_id: UUID) -> bool:
        """Whether a call came by SIPREC."""
        return self._bridge is not None and self._bridge.carries(call_id)


def build(
    core: Core, calls: CallService, settings: SiprecSettings, cti: CTISettings | None = None
) -> Module[SiprecCalls]:
    """Build the module; without `CTI_SIPREC_ENABLED` it opens no port and has no line on the health page.

    Raises:
        MisconfiguredError: A `CTI_` variable cannot be used.
    """
    if not settings.enabled:
        return Module(name="siprec", service=SiprecCalls(None, None))
    cti = cti or CTISettings.load()
    server = SiprecServer(settings, core.clock, cti.recordings_folder, cti.session_records_folder)
    agents, sector = AgentAccounts(core.database), TelephonySettings.load().sector
    bridge = CallBridge(
        server, calls, agents, sector=sector, clock=core.clock, is_ours=lambda call_id: bridge.carries(call_id)
    )
    tasks = TaskSupervisor("siprec-module")

    async def start() -> None:
        tasks.start(bridge.run(), name="bridge")
        await server.start()

    async def aclose() -> None:
        await server.aclose()
        await tasks.aclose()
        await bridge.aclose()

    async def probe() -> PartHealth:
        heard, refused = len(server.calls), server.refused
        facts = {"calls": heard, "max_calls": settings.max_calls, "refused": refused}
        detail = f"{heard} of at most {settings.max_calls} calls heard, {refused} refused since the start"
        if not server.is_connected:
            return not_ok("siprec", "failed", "siprec_down", "Recording sessions are not taken.", **facts)
        if heard >= settings.max_calls:
            return not_ok("siprec", "degraded", "siprec_full", detail, **facts)
        return ok("siprec", detail, **facts)

    return Module(
        name="siprec", service=SiprecCalls(server, bridge), start=start, aclose=aclose, probes={"siprec": probe}
    )
