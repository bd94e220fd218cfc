"""Generations as indices, the current one behind an alias that is moved in one step."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any

import structlog
from elasticsearch import AuthorizationException, Elasticsearch

from kb.search.stores.elasticsearch.connection import Connection
from kb.search.stores.elasticsearch.mapping import LOADING_SETTINGS, SERVING_SETTINGS, index_mappings, index_settings

log = structlog.get_logger(__name__)

_NOT_FOUND = 404
_TEMPLATE_PRIORITY = 200


class Generations:
    """Makes, switches and deletes the generations of one prefix."""

    def __init__(self, connection: Connection, prefix: str, vector_index: str) -> None:
        self._connection = connection
        self.alias = f"{prefix}-knowledge"
        self._settings = index_settings()
        self._mappings = index_mappings(vector_index)

    def put_template(self) -> None:
        """Say once what every generation looks like; a user who may not is no obstacle, for `create` says it too."""

        def put(client: Elasticsearch) -> None:
            try:
                client.indices.put_index_template(
                    name=self.alias,
                    index_patterns=[f"{self.alias}-*"],
                    priority=_TEMPLATE_PRIORITY,
                    template={"settings": self._settings, "mappings": self._mappings},
                )
            except AuthorizationException:
                log.info("index_template_not_allowed")

        self._connection.write(put)

    def current(self) -> list[str]:
        """Return the indices behind the alias: one, or none when it was lost."""

        def get(client: Elasticsearch) -> list[str]:
            answer = client.options(ignore_status=_NOT_FOUND).indices.get_alias(name=self.alias)
            return [] if answer.meta.status == _NOT_FOUND else sorted(answer.body)

        return self._connection.ask(get)

    def create(self) -> str:
        """Make an empty generation that nobody searches; return its name."""
        name = f"{self.alias}-{uuid.uuid4().hex[:12]}"
        settings: dict[str, Any] = {**self._settings, **LOADING_SETTINGS}
        self._connection.write(
            lambda client: client.indices.create(index=name, settings=settings, mappings=self._mappings)
        )
        return name

    def make_current(self, name: str) -> None:
        """Show a generation's documents, move the alias to it and delete what it pointed to, at once."""
        replaced = [old for old in self.current() if old != name]
        actions: Sequence[dict[str, Any]] = [
            {"add": {"index": name, "alias": self.alias, "is_write_index": True}},
            *({"remove_index": {"index": old}} for old in replaced),
        ]
        self._connection.write(lambda client: client.indices.put_settings(index=name, settings=SERVING_SETTINGS))
        self._connection.write(lambda client: client.indices.refresh(index=name))
        self._connection.write(lambda client: client.indices.update_aliases(actions=actions))

    def delete(self, name: str) -> None:
        """Delete a generation; one that is gone is no error."""
        self._connection.write(lambda client: client.options(ignore_status=_NOT_FOUND).indices.delete(index=name))

    def sweep(self) -> list[str]:
        """Delete what killed rebuilds left behind; return their names."""
        found = self._connection.write(lambda client: client.indices.get_alias(index=f"{self.alias}-*").body)
        leftovers = [name for name, index in found.items() if self.alias not in index["aliases"]]
        for name in leftovers:
            self.delete(name)
        return leftovers
