"""Curation: what calls and tests say of the knowledge, on one desk for curators."""

from __future__ import annotations

from assist_api.curation.endpoints import router
from assist_api.curation.flags import FlagKeeper
from assist_api.curation.look import CurationLook
from assist_api.curation.notices import CurationNotices
from assist_api.curation.policy import CURATION
from assist_api.curation.service import CurationDesk
from assist_api.http.core import Core
from assist_api.http.module import Module
from assist_api.knowledge.service import KnowledgeEditor
from assist_api.notifications.service import Notifier
from assist_api.policies.service import Policies
from assist_api.search.meaning import Meaning
from assist_api.search.parts import Knowledge
from kit.periodic import Loop

LOOK_EVERY_SECONDS = 20.0
"""How often it is looked whether calls ended; the first look comes that long after the start."""


def build(
    core: Core, knowledge: Knowledge, policies: Policies, editor: KnowledgeEditor, notifier: Notifier
) -> Module[CurationDesk]:
    """Build the module; it declares its policy and its notifications."""
    policies.add(CURATION)
    notices = CurationNotices(notifier)
    meaning = Meaning(knowledge.embedder)
    look = CurationLook(
        core.database,
        core.clock,
        core.jobs,
        meaning,
        lambda: policies.current(CURATION),
        notices,
        core.audit,
        core.settings.zone,
    )
    desk = CurationDesk(core.database, core.clock, core.audit, editor, notices)
    return Module(
        name="curation",
        service=desk,
        provides=(look, FlagKeeper(core.database, core.clock, core.audit)),
        routers=(router,),
        jobs=(look.handler,),
        loops=(Loop("order-due-curation-look", LOOK_EVERY_SECONDS, look.order_when_due),),
        aclose=meaning.aclose,
    )
