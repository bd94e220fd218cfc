"""The search across finished calls."""

from __future__ import annotations

from assist_api.call_search.endpoints import router
from assist_api.call_search.indexing import CALLS_A_ROUND, CALLS_BESIDE_LIVE_ONES, FOLLOW_SECONDS, CallIndex
from assist_api.call_search.service import CallSearch
from assist_api.calls.reading import CallReading
from assist_api.calls.service import CallService
from assist_api.http.core import Core
from assist_api.http.module import Module
from assist_api.search.meaning import Meaning
from assist_api.search.parts import Knowledge
from kit.periodic import Loop


def build(core: Core, calls: CallService, reading: CallReading, knowledge: Knowledge) -> Module[CallSearch]:
    """Build the module; its index follows finished calls."""
    meaning = Meaning(knowledge.embedder)
    index = CallIndex(core.database, calls, core.jobs, core.audit, meaning)

    async def follow() -> None:
        await index.follow(CALLS_A_ROUND if calls.is_idle else CALLS_BESIDE_LIVE_ONES)

    return Module(
        name="call_search",
        service=CallSearch(core.database, reading, meaning),
        provides=(index,),
        routers=(router,),
        loops=(Loop("follow-finished-calls", FOLLOW_SECONDS, follow, is_due_at_start=True),),
        jobs=(index.handler,),
        aclose=meaning.aclose,
    )
