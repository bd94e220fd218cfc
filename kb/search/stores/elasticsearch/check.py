"""Checks whether the server that the settings name can be used; for the start check and `tingzhi doctor`."""

from __future__ import annotations

from elasticsearch import AuthorizationException, Elasticsearch

from kb.search.index import SearchStoreAwayError
from kb.search.stores.elasticsearch.connection import Connection
from kb.settings import KBSettings
from kit.errors import DependencyCategory

OLDEST_VERSION = (8, 19)


def check_server(settings: KBSettings) -> str:
    """Return the server's version, or what is known instead.

    Raises:
        MisconfiguredError: The settings contradict each other.
        SearchStoreAwayError: It cannot be reached, is not trusted, refuses us or is too old; the message names the
            setting, the category says whether waiting could help.
    """
    connection = Connection(settings)
    try:
        alias = f"{settings.elasticsearch_index_prefix}-knowledge"
        connection.ask(lambda client: client.indices.exists_alias(name=alias).meta.status)
        version = connection.ask(_version)
    finally:
        connection.close()
    if version is None:
        return "version not shown to this user"
    if tuple(int(part) for part in version.split(".")[:2]) < OLDEST_VERSION:
        raise SearchStoreAwayError(
            f"The server at KB_ELASTICSEARCH_URL is Elasticsearch {version}; 8.19 or later is needed.",
            category=DependencyCategory.MISCONFIGURED,
            retryable=False,
            code="elasticsearch_too_old",
        )
    return version


def _version(client: Elasticsearch) -> str | None:
    """Ask a node instead of the root, which not every distribution answers."""
    try:
        nodes = client.nodes.info(metric="os", filter_path="nodes.*.version")["nodes"]
    except AuthorizationException:
        return None
    return min(
        (str(node["version"]) for node in nodes.values()), key=lambda text: [int(p) for p in text.split(".")[:2]]
    )
