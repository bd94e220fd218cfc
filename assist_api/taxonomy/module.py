"""The taxonomy as curators keep it."""

from __future__ import annotations

from assist_api.http.core import Core
from assist_api.http.module import Module
from assist_api.taxonomy.endpoints import router
from assist_api.taxonomy.service import TaxonomyDesk
from kit.periodic import Loop

CHECK_SECONDS = 5.0
"""How soon another process follows an edit."""


def build(core: Core) -> Module[TaxonomyDesk]:
    """Build the module."""
    desk = TaxonomyDesk(core.database, core.clock)
    return Module(
        name="taxonomy",
        service=desk,
        routers=(router,),
        start=desk.refresh,
        loops=(Loop("follow-taxonomy", CHECK_SECONDS, desk.refresh),),
    )
