"""Searches for gold questions through a view of the index in which texts are as they would be."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import Executor
from uuid import UUID

from kb.gold.asking import query_for, query_of
from kb.gold.comparison import Placement, placement
from kb.gold.repository import AskedQuestion
from kb.search.service import SearchService, StoreView
from kb.search.stores.base import SearchStore
from kb.search.stores.overlay import Draft, OverlayStore


def as_it_is(store: SearchStore) -> SearchStore:
    """Look at the index without changing anything."""
    return store


def with_drafts(drafts: Mapping[str, Draft | None]) -> StoreView:
    """Look at the index as if the documents were as given, by id; None as if one were gone."""
    return lambda store: OverlayStore(store, drafts)


async def place(
    search: SearchService, executor: Executor, asked: Sequence[AskedQuestion], drafts: Mapping[str, Draft | None]
) -> dict[UUID, Placement]:
    """Return how questions fare with the drafts in place, each asked for those whom its entry's draft is for."""
    placed: dict[UUID, Placement] = {}
    with search.search_through_view(with_drafts(drafts), executor, has_reasons=False) as view_search:
        for item in asked:
            query, entry_id = query_of(item), str(item.question.entry_id)
            own = drafts.get(entry_id)
            if own is not None and item.is_sector_known:
                query = query_for(query, own.document)
            placed[item.question.id] = placement(await view_search.search(query), entry_id)
    return placed
