"""Health of the search index."""

from __future__ import annotations

import asyncio

from assist_api.http.parts import PartHealth, Probe, not_ok, ok
from kb.indexing.document_source import DatabaseDocumentSource
from kb.search.index import SearchIndex, SearchServerError
from kit.db import Database
from kit.disk import DiskFullError

MAX_UNINDEXED_CHANGES = 100
COMPLETE_VECTOR_SHARE = 0.9


def search_probe(database: Database, index: SearchIndex) -> Probe:
    """Return the probe of an index over a database."""

    async def probe() -> PartHealth:
        newest = await DatabaseDocumentSource(database).latest_change_number()
        try:
            return await asyncio.to_thread(_index_health, index, newest)
        except SearchServerError as error:
            return not_ok("search", "degraded", "search_local", error.message)
        except DiskFullError as error:
            return not_ok("search", "degraded", "disk_full", error.message)

    return probe


def search_health(*, documents: int, unindexed: int, vector_share: float, has_gaps: bool = False) -> PartHealth:
    """Judge the index by how far it is behind the database and by how many documents and passages have vectors."""
    detail = f"{documents} documents, {unindexed} changes waiting, {vector_share:.0%} with vectors"
    facts = {"documents": documents, "unindexed": unindexed, "vector_percent": round(100 * vector_share)}
    if unindexed > MAX_UNINDEXED_CHANGES:
        return not_ok("search", "degraded", "index_lagging", detail, **facts)
    if documents and (has_gaps or vector_share < COMPLETE_VECTOR_SHARE):
        return not_ok("search", "degraded", "vectors_incomplete", detail, **facts)
    return ok("search", detail, **facts)


def _index_health(index: SearchIndex, newest_change: int) -> PartHealth:
    with index.lease() as store:
        return search_health(
            documents=store.count_documents(),
            unindexed=max(0, newest_change - store.change_number),
            vector_share=store.vector_share(),
            has_gaps=bool(store.passages_without_vector(1)),
        )
