"""How each part of the running server is; one probe a part."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from sqlalchemy import text

from assist_api.health.checks import CheckResult, check_disk, check_pages, free_megabytes
from assist_api.health.schemas import PartHealth
from assist_api.health.service import Probe, not_ok, ok
from assist_api.settings import AssistSettings
from kb.classify.service import CategoryService
from kb.indexing.document_source import DatabaseDocumentSource
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
        kind = database.url.get_backend_name()
        return ok("database", kind, kind=kind)

    async def probe_disk() -> PartHealth:
        free_mb = await asyncio.to_thread(free_megabytes, settings)
        return _from_check(await asyncio.to_thread(check_disk, settings), free_mb=free_mb)

    async def probe_web() -> PartHealth:
        return _from_check(await asyncio.to_thread(check_pages, settings))

    async def probe_search() -> PartHealth:
        newest = await DatabaseDocumentSource(database).latest_change_number()
        try:
            return await asyncio.to_thread(_search_health, index, newest)
        except SearchServerError as error:
            return not_ok("search", "degraded", "search_local", error.message)

    async def probe_categories() -> PartHealth:
        if categories.is_settled:
            return ok("category", "trained")
        detail = "Not learned yet, or there are fewer than two categories with knowledge."
        if categories.is_ready:
            detail = "Ranked by words alone until the meanings are learned."
        return not_ok("category", "degraded", "categories_not_learned", detail)

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
        return not_ok("speech", "failed", "models_not_loaded", "The models are not loaded.")
    detail = f"{waiting} windows of speech waiting"
    if waiting > MAX_WAITING_WINDOWS:
        return not_ok("speech", "degraded", "speech_lagging", detail, waiting=waiting)
    return ok("speech", detail, waiting=waiting)


def search_health(*, documents: int, unindexed: int, vector_share: float, has_gaps: bool = False) -> PartHealth:
    """Judge the index by how far it is behind the database and by how many documents and passages have vectors."""
    detail = f"{documents} documents, {unindexed} changes waiting, {vector_share:.0%} with vectors"
    facts = {"documents": documents, "unindexed": unindexed, "vector_percent": round(100 * vector_share)}
    if unindexed > MAX_UNINDEXED_CHANGES:
        return not_ok("search", "degraded", "index_lagging", detail, **facts)
    if documents and (has_gaps or vector_share < COMPLETE_VECTOR_SHARE):
        return not_ok("search", "degraded", "vectors_incomplete", detail, **facts)
    return ok("search", detail, **facts)


def _search_health(index: SearchIndex, newest_change: int) -> PartHealth:
    with index.lease() as store:
        return search_health(
            documents=store.count_documents(),
            unindexed=max(0, newest_change - store.change_number),
            vector_share=store.vector_share(),
            has_gaps=bool(store.passages_without_vector(1)),
        )


def _from_check(result: CheckResult, **facts: int | str) -> PartHealth:
    return PartHealth(part=result.part, state=result.state, code=result.code, detail=result.detail, facts=facts)
