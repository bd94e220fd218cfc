"""Policies: settings that a person changes while the server runs."""

from __future__ import annotations

from assist_api.http.core import Core
from assist_api.http.module import Module
from assist_api.policies.endpoints import router
from assist_api.policies.service import POLICIES_CHANGED, Policies
from kit.outbox import OutboxEvent, Subscriber


def build(core: Core) -> Module[Policies]:
    """Build the module; later modules declare their policies with `service.add`."""
    policies = Policies(core.database, core.clock, core.audit)

    async def follow(_event: OutboxEvent) -> None:
        await policies.refresh()

    core.outbox.follow(Subscriber("policies", (POLICIES_CHANGED,), follow))
    return Module(name="policies", service=policies, routers=(router,), start=policies.refresh)
