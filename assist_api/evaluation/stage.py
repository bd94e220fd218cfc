"""A product of its own in a temporary folder: the real parts, knowledge that the evaluation chooses, no traces."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from assist_api.composition import compose
from assist_api.http.application import Application
from assist_api.lifespan import running
from assist_api.search.demo_knowledge import DEMO_PACKS
from assist_api.search.parts import Knowledge
from assist_api.settings import AssistSettings
from cti_adapter.settings import CTISettings
from kb.classify.service import CategoryService
from kb.packs.importing import PackImporter
from kb.words.importing import import_demo_words
from kit.errors import InvalidInputError

POLL_SECONDS = 0.2


@asynccontextmanager
async def open_stage(
    packs: Sequence[Path] = (),
    say: Callable[[str], None] = print,
    *,
    max_concurrent_calls: int | None = None,
    exchange: CTISettings | None = None,
) -> AsyncIterator[Application]:
    """Start every part with the knowledge given, complete: nothing fills in behind while it is measured.

    Args:
        packs: Files or folders to import; the demo knowledge and its words when empty.
        say: Told what is going on.
        max_concurrent_calls: Other than this installation's.
        exchange: How an exchange is followed; None carries no telephone calls.

    Raises:
        InvalidInputError: A pack was refused; the message names file and line.
        MisconfiguredError: A model is missing.
    """
    with TemporaryDirectory(prefix="tingzhi-evaluation-") as folder:
        own: dict[str, object] = {"data_dir": Path(folder), "database_url": None, "demo_knowledge": False}
        if max_concurrent_calls is not None:
            own["max_concurrent_calls"] = max_concurrent_calls
        async with running(compose(AssistSettings.load().model_copy(update=own), cti_settings=exchange)) as application:
            say("importing knowledge")
            await _import(application, packs or (DEMO_PACKS,))
            if not packs:
                await import_demo_words(application.database, application.clock)
                await application.get(Knowledge).words.refresh()
            await application.get(Knowledge).indexer.catch_up()
            say("embedding it")
            await _wait_for_vectors(application)
            # On a busy machine the model of a half-imported knowledge would answer the first calls.
            say("learning its categories")
            await application.get(CategoryService).ensure_trained()
            yield application


async def _wait_for_vectors(application: Application) -> None:
    """The indexer embeds in the background; filling from here as well would do the work twice."""
    store = application.get(Knowledge).index.store
    while application.get(Knowledge).embedder is not None:
        waiting = await asyncio.to_thread(store.passages_without_vector, 1)
        if not waiting:
            return
        await application.clock.sleep(POLL_SECONDS)


async def _import(application: Application, packs: Sequence[Path]) -> None:
    report = await PackImporter(application.database, application.clock).import_pack(packs)
    for file in report.files:
        for refusal in file.refused:
            raise InvalidInputError(
                f"{file.path}:{refusal.line}: {refusal.key} {refusal.field}: {refusal.message}",
                field="packs",
                code="pack_refused",
            )
