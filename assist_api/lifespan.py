"""Start and stop order of the server."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import structlog

import kb
from assist_api.accounts.service import AccountService
from assist_api.composition import Services, build_services
from assist_api.migrations import runner
from assist_api.settings import AssistSettings
from kb.entries.service import KnowledgeService
from kb.packs.importing import PackImporter
from kb.words.importing import import_demo_words
from kit.memory import give_back_freed_memory, settle_memory, unsettled_objects
from kit.tasks import TaskSupervisor

DEMO_PACKS = Path(kb.__file__).parent / "demo"
HOUSEKEEPING_SECONDS = 3600.0
SETTLING_SECONDS = 10.0
MOST_UNSETTLED = 20_000
"""Objects that stay and that Python's collector still goes through now and then: 10 ms in which nothing else runs."""
log = structlog.get_logger(__name__)


@asynccontextmanager
async def running_services(
    settings: AssistSettings, show_first_password: Callable[[str], None] = lambda _password: None
) -> AsyncIterator[Services]:
    """Build, start and, whatever happens, close the parts.

    Args:
        settings: Of this server.
        show_first_password: Called at the first start with the administrator's generated password, which is kept
            nowhere else.

    Raises:
        MisconfiguredError: A setting cannot be used, a model is missing or the database is too new.
    """
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    services = build_services(settings)
    background = TaskSupervisor("server")
    try:
        await runner.upgrade(services.database)
        await create_first_admin(services, show_first_password)
        await _start(services, background)
        services.health.set_ready(True)
        yield services
    finally:
        services.health.set_ready(False)
        await background.aclose()
        await services.aclose()


async def create_first_admin(services: Services, show: Callable[[str], None]) -> None:
    """Make the administrator of an empty system and show a generated password."""
    given = services.settings.initial_admin_password
    async with services.database.session() as session:
        accounts = AccountService(session, services.clock)
        generated = await accounts.create_first_admin(None if given is None else given.get_secret_value())
    # Only after the commit: a password that was shown works.
    if generated is not None:
        show(generated)


async def _start(services: Services, background: TaskSupervisor) -> None:
    await services.speech.warm_up()
    await services.calls.start()
    await services.taxonomy.refresh()
    if services.settings.demo_knowledge:
        # At the first start there is nothing to answer with before; later it only looks for new packs.
        if await _has_knowledge(services):
            background.start(_import_demo_knowledge(services), name="demo-knowledge")
        else:
            await _import_demo_knowledge(services)
    await services.knowledge.words.refresh()
    await services.knowledge.indexer.catch_up()
    await services.knowledge.search.warm_up()
    await asyncio.to_thread(give_back_freed_memory)
    await services.vocabulary.refresh()
    services.knowledge.indexer.start()
    background.start(services.knowledge.words.follow(), name="words")
    background.start(services.vocabulary.follow(), name="vocabulary")
    background.start(services.knowledge.categories.follow(), name="categories")
    services.full_run.follow()
    background.start(services.taxonomy.follow(), name="taxonomy")
    await services.calls.recover()
    await services.imports.runner.recover()
    background.start(_keep_house(services), name="housekeeping")
    settle_memory()
    background.start(_keep_memory_settled(services), name="memory")


async def _has_knowledge(services: Services) -> bool:
    async with services.database.session() as session:
        return bool((await KnowledgeService(session, services.clock).list_entries(limit=1)).items)


async def _import_demo_knowledge(services: Services) -> None:
    report = await PackImporter(services.database, services.clock).import_pack([DEMO_PACKS])
    services.knowledge.indexer.notify()
    for file in report.files:
        if file.refused:
            log.error("demo_pack_refused", file=file.path.name, problems=len(file.refused))
    await import_demo_words(services.database, services.clock)
    await services.knowledge.words.refresh()


async def _keep_house(services: Services) -> None:
    while True:
        try:
            await services.sessions.forget_ended()
        except Exception:  # rejected: a database that is away for a moment must not end the housekeeping
            log.exception("housekeeping_failed")
        await services.clock.sleep(HOUSEKEEPING_SECONDS)


async def _keep_memory_settled(services: Services) -> None:
    """Collect while nobody speaks: knowledge and models that were loaded since would be gone through amid a call."""
    while True:
        await services.clock.sleep(SETTLING_SECONDS)
        if services.calls.is_idle and unsettled_objects() > MOST_UNSETTLED:
            settle_memory()
