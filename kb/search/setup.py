"""Puts the default parts together, for the composition root, the command line and evaluations."""

from __future__ import annotations

from pathlib import Path

from kb.search.embedders.base import Embedder
from kb.search.index import SearchIndex
from kb.search.stores.embedded.store import EmbeddedStore
from kb.settings import KBSettings


def make_index(folder: Path, settings: KBSettings, embedder: Embedder | None) -> SearchIndex:
    """Return the index in a folder, not yet opened; its vectors belong to the embedder given."""
    name = embedder.capabilities.name if embedder is not None else ""

    def open_store(generation: Path) -> EmbeddedStore:
        return EmbeddedStore(generation, embedder_name=name, exact_vector_limit=settings.exact_vector_limit)

    return SearchIndex(folder, open_store)
