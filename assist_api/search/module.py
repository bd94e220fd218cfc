"""The search index over the published knowledge, and typed search."""

from __future__ import annotations

import asyncio

import structlog

from assist_api.http.core import Core
from assist_api.http.module import Module
from assist_api.search.demo_knowledge import has_knowledge, import_demo_knowledge
from assist_api.search.endpoints import router
from assist_api.search.local_socket import LocalSearchSocket
from assist_api.search.parts import Knowledge
from assist_api.search.probes import search_probe
from assist_api.search.service import TypedSearch
from kb.settings import KBSettings
from kb.signals import KNOWLEDGE_CHANGED, WORDS_CHANGED
from kit.memory import give_back_freed_memory
from kit.outbox import OutboxEvent, Subscriber
from kit.tasks import TaskSupervisor

log = structlog.get_logger(__name__)


def build(core: Core, knowledge: Knowledge, settings: KBSettings) -> Module[Knowledge]:
    """Build the module around the parts that search and classify."""
    background = TaskSupervisor("search")
    typed = TypedSearch(knowledge.search, core.database, core.clock, answer_threshold=settings.answer_threshold)
    commands = LocalSearchSocket(core.settings.data_dir, typed)
    is_demo_due = core.settings.demo_knowledge

    async def import_demo() -> None:
        await import_demo_knowledge(core.database, core.clock)
        knowledge.indexer.notify()
        await knowledge.words.refresh()

    async def warm_up() -> None:
        nonlocal is_demo_due
        if is_demo_due and not await has_knowledge(core.database, core.clock):
            # At the first start there is nothing to answer with before.
            await import_demo()
            is_demo_due = False
        await knowledge.indexer.catch_up()
        await knowledge.search.warm_up()

    async def begin() -> None:
        await asyncio.to_thread(give_back_freed_memory)
        knowledge.indexer.start()
        await commands.start()
        if is_demo_due:
            # Later starts only look for new packs, behind everything else.
            background.start(import_demo(), name="demo-knowledge")

    async def follow_knowledge(_event: OutboxEvent) -> None:
        knowledge.indexer.notify()

    async def read_words() -> None:
        await knowledge.words.refresh()

    async def follow_words(_event: OutboxEvent) -> None:
        await knowledge.words.refresh()

    core.outbox.follow(Subscriber("search-index", (KNOWLEDGE_CHANGED,), follow_knowledge))
    core.outbox.follow(Subscriber("search-words", (WORDS_CHANGED,), follow_words))

    async def aclose() -> None:
        await commands.aclose()
        await background.aclose()
        await knowledge.aclose()

    return Module(
        name="search",
        service=knowledge,
        provides=(typed,),
        routers=(router,),
        start=read_words,
        warm_up=warm_up,
        begin=begin,
        aclose=aclose,
        probes={"search": search_probe(core.database, knowledge.index)},
    )
