"""Builds the default search parts for the composition root, the command line and evaluations."""

from __future__ import annotations

from pathlib import Path

from kb.search.embedders.base import Embedder
from kb.search.index import SearchIndex
from kb.search.stores.elasticsearch.index import ElasticsearchIndex
from kb.search.stores.embedded.index import EmbeddedIndex
from kb.search.stores.embedded.store import EmbeddedStore
from kb.settings import KBSettings

STANDBY_FOLDER = "local"


def make_index(folder: Path, settings: KBSettings, embedder: Embedder | None) -> SearchIndex:
    """Return the index that `KB_SEARCH_STORE` asks for, not yet opened; its vectors belong to the embedder given.

    Raises:
        MisconfiguredError: The settings of Elasticsearch contradict each other.
    """
    if settings.search_store == "embedded":
        return make_embedded_index(folder, settings, embedder)
    standby = make_embedded_index(folder / STANDBY_FOLDER, settings, None)
    return ElasticsearchIndex(folder, settings, standby=standby, embedder_name=_name(embedder))


def make_embedded_index(folder: Path, settings: KBSettings, embedder: Embedder | None) -> EmbeddedIndex:
    """Return an index of files in a folder, whatever the settings say; for evaluations and as a standby."""
    name = _name(embedder)

    def open_store(generation: Path) -> EmbeddedStore:
        return EmbeddedStore(generation, embedder_name=name, exact_vector_limit=settings.exact_vector_limit)

    return EmbeddedIndex(folder, open_store)


def _name(embedder: Embedder | None) -> str:
    return embedder.capabilities.name if embedder is not None else ""
