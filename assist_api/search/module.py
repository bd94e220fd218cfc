"""The search index over the published knowledge, and typed search."""

from __future__ import annotations

import asyncio

from assist_api.http.core import Core
from assist_api.http.module import Module
from assist_api.search.demo_knowledge import has_knowledge, import_demo_knowledge
from assist_api.search.endpoints import router
from assist_api.search.parts import Knowledge
from assist_api.search.probes import search_probe
from assist_api.search.service import TypedSearch
from kb.words.current import CHECK_SECONDS
from kit.memory import give_back_freed_memory
from kit.periodic import Loop
from kit.tasks import TaskSupervisor


def build(core: Core, knowledge: Knowledge) -> Module[Knowledge]:
    """Build the module around the parts that search and classify."""
    background = TaskSupervisor("search")

    async def import_demo() -> None:
        await import_demo_knowledge(core.database, core.clock)
        knowledge.indexer.notify()
        await knowledge.words.refresh()

    async def start() -> None:
        if core.settings.demo_knowledge:
            # At the first start there is nothing to answer with before; later it only looks for new packs.
            if await has_knowledge(core.database, core.clock):
                background.start(import_demo(), name="demo-knowledge")
            else:
                await import_demo()
        await knowledge.words.refresh()
        await knowledge.indexer.catch_up()
        await knowledge.search.warm_up()
        await asyncio.to_thread(give_back_freed_memory)
        knowledge.indexer.start()

    async def aclose() -> None:
        await background.aclose()
        await knowledge.aclose()

    return Module(
        name="search",
        service=knowledge,
        provides=(TypedSearch(knowledge.search, core.database, core.clock),),
        routers=(router,),
        start=start,
        aclose=aclose,
        loops=(Loop("follow-words", CHECK_SECONDS, knowledge.words.refresh),),
        probes={"search": search_probe(core.database, knowledge.index)},
    )
