"""How each part of the running server is; one probe a part."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from sqlalchemy import text

from assist_api.health.checks import CheckResult, check_disk, check_pages
from assist_api.health.schemas import PartHealth
from assist_api.health.service import Probe, ok
from assist_api.settings import AssistSettings
from kb.classify.service import CategoryService
from kb.document_source import DatabaseDocumentSource
from kb.search.index import SearchIndex, SearchServerError
from kit.db import Database
from speech.engine import SpeechEngine

MAX_WAITING_WINDOWS = 8
"""More speech waiting than this means the machine is slower than its callers."""
MAX_UNINDEXED_CHANGES = 100
COMPLETE_VECTOR_SHARE = 0.9


def make_probes(
    settings: AssistSettings,
    database: Database,
    index: SearchIndex,
    categories: CategoryService,
    speech: SpeechEngine,
) -> Mapping[str, Probe]:
    """Return the probes by part, in the order of the health page."""

    async def probe_database() -> PartHealth:
        async with database.engine.connect() as connection:
            await connection.execute(text("SELECT 1"))
        return ok("database", database.url.get_backend_name())

    async def probe_disk() -> PartHealth:
        return _from_check(await asyncio.to_thread(check_disk, settings))

    async def probe_web() -> PartHealth:
        return _from_check(await asyncio.to_thread(check_pages, settings))

    async def probe_search() -> PartHealth:
        newest = await DatabaseDocumentSource(database).latest_change_number()
        try:
            return await asyncio.to_thread(_search_health, index, newest)
        except SearchServerError as error:
            return PartHealth(part="search", state="degraded", code="search_local", detail=error.message)

    async def probe_categories() -> PartHealth:
        if categories.is_settled:
            return ok("category", "trained")
        detail = "Not learned yet, or there are fewer than two categories with knowledge."
        if categories.is_ready:
            detail = "Ranked by words alone until the meanings are learned."
        return PartHealth(part="category", state="degraded", code="categories_not_learned", detail=detail)

    async def probe_speech() -> PartHealth:
        return speech_health(is_ready=speech.is_ready, waiting=speech.waiting_windows)

    return {
        "database": probe_database,
        "disk": probe_disk,
        "search": probe_search,
        "category": probe_categories,
        "speech": probe_speech,
        "web": probe_web,
    }


def speech_health(*, is_ready: bool, waiting: int) -> PartHealth:
    """Judge the recogniser by whether its models are loaded and by how much speech waits."""
    if not is_ready:
        return PartHealth(part="speech", state="failed", code="models_not_loaded", detail="The models are not loaded.")
    detail = f"{waiting} windows of speech waiting"
    if waiting > MAX_WAITING_WINDOWS:
        return PartHealth(part="speech", state="degraded", code="speech_lagging", detail=detail)
    return ok("speech", detail)


def search_health(*, documents: int, unindexed: int, vector_share: float, has_gaps: bool = False) -> PartHealth:
    """Judge the index by how far it is behind the database and by how many documents and passages have vectors."""
    detail = f"{documents} documents, {unindexed} changes waiting, {vector_share:.0%} with vectors"
    if unindexed > MAX_UNINDEXED_CHANGES:
        return PartHealth(part="search", state="degraded", code="index_lagging", detail=detail)
    if documents and (has_gaps or vector_share < COMPLETE_VECTOR_SHARE):
        return PartHealth(part="search", state="degraded", code="vectors_incomplete", detail=detail)
    return ok("search", detail)


def _search_health(index: SearchIndex, newest_change: int) -> PartHealth:
    with index.lease() as store:
        return search_health(
            documents=store.count_documents(),
            unindexed=max(0, newest_change - store.change_number),
            vector_share=store.vector_share(),
            has_gaps=bool(store.passages_without_vector(1)),
        )


def _from_check(result: CheckResult) -> PartHealth:
    return PartHealth(part=result.part, state=result.state, code=result.code, detail=result.detail)
