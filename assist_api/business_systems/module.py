"""The business system that this installation talks to."""

from __future__ import annotations

from assist_api.business_systems.port import BusinessSystem
from assist_api.business_systems.rest import RESTBusinessSystem
from assist_api.business_systems.simulator import SimulatedBusinessSystem
from assist_api.http.core import Core
from assist_api.http.module import Module
from assist_api.http.parts import PartHealth, ok


def build(core: Core) -> Module[BusinessSystem]:
    """Build the module: the system at `ASSIST_BUSINESS_SYSTEM_URL`, else the simulator."""
    settings = core.settings
    url, token = settings.business_system_url, settings.business_system_token
    system: BusinessSystem = SimulatedBusinessSystem(core.clock)
    if url is not None:
        system = RESTBusinessSystem.at(str(url), None if token is None else token.get_secret_value())

    async def probe() -> PartHealth:
        return ok("business_system", system.name)

    return Module(name="business_systems", service=system, aclose=system.aclose, probes={"business_system": probe})
