"""The search index on Elasticsearch, with a lexical copy on this machine for the time it is away."""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import structlog

from kb.search.index import SearchIndex, SearchStoreAwayError
from kb.search.stores.elasticsearch.connection import Connection
from kb.search.stores.elasticsearch.generations import Generations
from kb.search.stores.elasticsearch.store import ElasticsearchStore
from kb.search.stores.elasticsearch.writer import WriterLease
from kb.settings import KBSettings
from kit.errors import ConflictError

log = structlog.get_logger(__name__)

_OWNER_FILE = "owner"
_LOOK_AFTER_SECONDS = 2.0
"""How often it is checked that the alias is still there; somebody may delete indices by hand."""
_READER_LOOKS_AFTER_SECONDS = 30.0


class ElasticsearchIndex:
    """Owns the connection and the standby. Searches go through the alias, so a swap needs no word to anybody.

    Of the processes on this machine the one that may write the standby is the one that may write here, if no other
    machine holds the writer's lease.
    """

    def __init__(self, folder: Path, settings: KBSettings, *, standby: SearchIndex, embedder_name: str) -> None:
        """Remember what to open; nothing is connected yet.

        Args:
            folder: What this machine keeps for the index.
            settings: `KB_*`.
            standby: Owned from now on.
            embedder_name: Whose vectors the index holds.

        Raises:
            MisconfiguredError: The settings contradict each other.
        """
        self._folder = folder
        self._standby = standby
        self._embedder_name = embedder_name
        self._connection = Connection(settings)
        prefix = settings.elasticsearch_index_prefix
        self._generations = Generations(self._connection, prefix, settings.elasticsearch_vector_index)
        self._lease = WriterLease(self._connection, f"{prefix}-writer", lambda: _owner(folder))
        self._looked_at: float | None = None
        self._has_swept = False
        self.needs_rebuild = False
        self._store = ElasticsearchStore(
            self._connection,
            self._generations.alias,
            embedder_name=embedder_name,
            lease=self._lease,
            is_alias=True,
        )

    @property
    def folder(self) -> Path:
        """Where this machine keeps the standby and its name as a writer."""
        return self._folder

    @property
    def standby(self) -> SearchIndex:
        """The lexical copy on this machine."""
        return self._standby

    def open(self) -> None:
        """Become the writer where nobody else is, and see whether there is a current generation of this version."""
        self._standby.open()
        if self._standby.store.capabilities.is_writable and self._lease.renew():
            self._prepare()
        elif self._looked_at is None or time.monotonic() - self._looked_at > _READER_LOOKS_AFTER_SECONDS:
            self._looked_at = None  # the process that writes may have made it again with another embedder
            self._look()

    def _prepare(self) -> None:
        if self._looked_at is not None and time.monotonic() - self._looked_at < _LOOK_AFTER_SECONDS:
            return
        if not self._has_swept:
            self._generations.put_template()
            if leftovers := self._generations.sweep():
                log.info("old_generations_deleted", generations=leftovers)
            self._has_swept = True
        if self._generations.current():
            self._look()
        else:
            # Without the alias searches go to the standby, which knows more than an empty generation would.
            log.info("search_index_missing", alias=self._generations.alias)
            self.needs_rebuild, self._looked_at = True, None

    def _look(self) -> None:
        """See at the first time, and whenever the alias was found lost, whose terms and vectors these are."""
        if self._looked_at is None and not self._store.look_anew():
            log.warning("search_index_of_another_version")
            self.needs_rebuild = True
        self._looked_at = time.monotonic()

    def _new_store(self) -> ElasticsearchStore:
        return ElasticsearchStore(
            self._connection,
            self._generations.create(),
            embedder_name=self._embedder_name,
            lease=self._lease,
            is_loading=True,
            donor=None if self._looked_at is None else self._store,
        )

    @property
    def store(self) -> ElasticsearchStore:
        """The current generation, through its alias."""
        return self._store

    @contextmanager
    def lease(self) -> Iterator[ElasticsearchStore]:
        """Use the current store; never waits. A search that meets a swap half-way finds the new generation.

        Raises:
            SearchStoreAwayError: The server is being left alone; a search need not even begin there.
        """
        self._connection.require_answering()
        yield self._store

    def begin_rebuild(self) -> ElasticsearchRebuild:
        """Return an empty generation beside the current one.

        Raises:
            ConflictError: Another process is the writer.
        """
        if not self._lease.is_held:
            raise ConflictError(
                "Another process is writing this search index; stop it or rebuild there.", code="search_index_locked"
            )
        return ElasticsearchRebuild(self, self._new_store())

    def finish_rebuild(self, store: ElasticsearchStore) -> None:
        """Move the alias; for `ElasticsearchRebuild`."""
        self._generations.make_current(store.index)
        self.needs_rebuild = not self._store.look_anew()
        self._looked_at = time.monotonic()

    def abandon_rebuild(self, store: ElasticsearchStore) -> None:
        """Delete a generation that did not become current; what cannot be deleted now is swept later."""
        self._has_swept = False
        with suppress(SearchStoreAwayError):
            self._generations.delete(store.index)

    def close(self) -> None:
        """Let another process write, and close; safe to call twice."""
        with suppress(SearchStoreAwayError):
            self._lease.release()
        self._connection.close()
        self._standby.close()


class ElasticsearchRebuild:
    """A generation being filled."""

    def __init__(self, index: ElasticsearchIndex, store: ElasticsearchStore) -> None:
        self._index = index
        self.store = store

    def finish(self) -> None:
        """Make it the current generation."""
        self._index.finish_rebuild(self.store)

    def abandon(self) -> None:
        """Throw it away."""
        self._index.abandon_rebuild(self.store)


def _owner(folder: Path) -> str:
    """Return this installation's name as a writer; the standby's lock keeps two processes from sharing it."""
    file = folder / _OWNER_FILE
    try:
        return file.read_text(encoding="ascii").strip()
    except FileNotFoundError:
        folder.mkdir(parents=True, exist_ok=True)
        file.write_text(uuid.uuid4().hex, encoding="ascii")
        return _owner(folder)
