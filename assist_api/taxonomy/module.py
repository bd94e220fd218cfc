"""The taxonomy as curators keep it."""

from __future__ import annotations

from assist_api.http.core import Core
from assist_api.http.module import Module
from assist_api.taxonomy.endpoints import router
from assist_api.taxonomy.service import TaxonomyDesk
from kb.signals import TAXONOMY_CHANGED
from kit.outbox import OutboxEvent, Subscriber


def build(core: Core) -> Module[TaxonomyDesk]:
    """Build the module."""
    desk = TaxonomyDesk(core.database, core.clock, core.audit)

    async def follow(_event: OutboxEvent) -> None:
        await desk.refresh()

    core.outbox.follow(Subscriber("taxonomy", (TAXONOMY_CHANGED,), follow))
    return Module(name="taxonomy", service=desk, routers=(router,), start=desk.refresh)
