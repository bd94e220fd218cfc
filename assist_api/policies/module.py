"""Policies: settings that a person changes while the server runs."""

from __future__ import annotations

from assist_api.http.core import Core
from assist_api.http.module import Module
from assist_api.policies.endpoints import router
from assist_api.policies.service import Policies
from kit.periodic import Loop

REFRESH_SECONDS = 5.0
"""How soon a change made through another process is in force here."""


def build(core: Core) -> Module[Policies]:
    """Build the module; later modules declare their policies with `service.add`."""
    policies = Policies(core.database, core.clock, core.audit)
    return Module(
        name="policies",
        service=policies,
        routers=(router,),
        start=policies.refresh,
        loops=(Loop("policies", REFRESH_SECONDS, policies.refresh),),
    )
