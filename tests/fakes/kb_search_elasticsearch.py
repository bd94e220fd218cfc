"""Empty stores on a real Elasticsearch, each with an index of its own."""

from __future__ import annotations

import pytest

from kb.search.stores.elasticsearch.connection import Connection
from kb.search.stores.elasticsearch.generations import Generations
from kb.search.stores.elasticsearch.store import ElasticsearchStore
from kb.settings import KBSettings


def name_server(settings: KBSettings, monkeypatch: pytest.MonkeyPatch) -> None:
    """Put the server into the environment, where `from_dict` looks: addresses are no part of a pipeline's file."""
    monkeypatch.setenv("KB_ELASTICSEARCH_URL", settings.elasticsearch_url)
    monkeypatch.setenv("KB_ELASTICSEARCH_SEARCH_TIMEOUT_SECONDS", "20")


def new_elasticsearch_store(settings: KBSettings) -> ElasticsearchStore:
    """Create an index below the prefix of the settings and open it as a store for the hashed embedder."""
    connection = Connection(settings)
    prefix, form = settings.elasticsearch_index_prefix, settings.elasticsearch_vector_index
    index = Generations(connection, prefix, form).create()
    connection.close()
    store = ElasticsearchStore.from_dict({"init_parameters": {"index": index, "embedder_name": "hashed"}})
    store.remember_change(0)
    return store
