"""A product of its own in a temporary folder: the real parts, knowledge that the evaluation chooses, no traces."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from assist_api.composition import Services
from assist_api.lifespan import DEMO_PACKS, running_services
from assist_api.settings import AssistSettings
from kb.packs import PackImporter
from kb.words.importing import import_demo_words
from kit.errors import InvalidInputError

POLL_SECONDS = 0.2


@asynccontextmanager
async def open_stage(
    packs: Sequence[Path] = (), say: Callable[[str], None] = print, *, max_concurrent_calls: int | None = None
) -> AsyncIterator[Services]:
    """Start every part with the knowledge given, complete: nothing fills in behind while it is measured.

    Args:
        packs: Files or folders to import; the demo knowledge and its words when empty.
        say: Told what is going on.
        max_concurrent_calls: Other than this installation's.

    Raises:
        InvalidInputError: A pack was refused; the message names file and line.
        MisconfiguredError: A model is missing.
    """
    with TemporaryDirectory(prefix="tingzhi-evaluation-") as folder:
        own: dict[str, object] = {"data_dir": Path(folder), "database_url": None, "demo_knowledge": False}
        if max_concurrent_calls is not None:
            own["max_concurrent_calls"] = max_concurrent_calls
        async with running_services(AssistSettings.load().model_copy(update=own)) as services:
            say("importing knowledge")
            await _import(services, packs or (DEMO_PACKS,))
            if not packs:
                await import_demo_words(services.database, services.clock)
                await services.knowledge.words.refresh()
            await services.knowledge.indexer.catch_up()
            say("embedding it")
            await _wait_for_vectors(services)
            # On a busy machine the model of a half-imported knowledge would answer the first calls.
            say("learning its categories")
            await services.knowledge.categories.ensure_trained()
            yield services


async def _wait_for_vectors(services: Services) -> None:
    """The indexer embeds in the background; filling from here as well would do the work twice."""
    store = services.knowledge.index.store
    while services.knowledge.embedder is not None:
        waiting = await asyncio.to_thread(store.passages_without_vector, 1)
        if not waiting:
            return
        await services.clock.sleep(POLL_SECONDS)


async def _import(services: Services, packs: Sequence[Path]) -> None:
    report = await PackImporter(services.database, services.clock).import_pack(packs)
    for file in report.files:
        for refusal in file.refused:
            raise InvalidInputError(
                f"{file.path}:{refusal.line}: {refusal.key} {refusal.field}: {refusal.message}",
                field="packs",
                code="pack_refused",
            )
