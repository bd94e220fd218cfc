"""Interface of the search index: one current store, rebuilds beside it, and a standby while its server is away.

Each backend implements these protocols in `stores/<backend>/index.py`; `setup.py` chooses.
"""

from __future__ import annotations

from contextlib import AbstractContextManager
from pathlib import Path
from typing import Protocol

from kb.search.stores.base import SearchStore
from kit.errors import DependencyError


class SearchServerError(DependencyError):
    """The search server did not do what it was asked; the standby answers in its place."""

    code = "search_server_failed"
    http_status = 503


class SearchStoreAwayError(SearchServerError):
    """The search server cannot be asked now; searches go to the standby, changes wait in the change log."""

    code = "search_store_away"
    http_status = 503


class SearchRequestRejectedError(SearchServerError):
    """The search server answers, but not to this request: a fault of ours, or of its set-up."""

    code = "search_request_rejected"
    http_status = 503


class Rebuild(Protocol):
    """An empty store beside the current one, on its way to replace it."""

    @property
    def store(self) -> SearchStore:
        """The store to fill."""
        ...

    def finish(self) -> None:
        """Make the filled store the current one, keeping every vector that is already known."""
        ...

    def abandon(self) -> None:
        """Throw the store away; the current one was never touched."""
        ...


class SearchIndex(Protocol):
    """Owns the current store. Thread-safe; methods block unless they say otherwise."""

    @property
    def folder(self) -> Path:
        """Where this machine keeps what belongs to the index."""
        ...

    @property
    def standby(self) -> SearchIndex | None:
        """Answers while this index is away; None for an index that shares the fate of this process."""
        ...

    @property
    def needs_rebuild(self) -> bool:
        """Whether the current store must be made again from the database: lost, damaged or of another version."""
        ...

    def open(self) -> None:
        """Open the current store, an empty one when there is none; repeated calls are cheap.

        Raises:
            SearchStoreAwayError: The server behind it does not answer.
            MisconfiguredError: It refuses us; the message names the variable.
        """
        ...

    @property
    def store(self) -> SearchStore:
        """The current store; for reading during a search use `lease`."""
        ...

    def lease(self) -> AbstractContextManager[SearchStore]:
        """Use the current store; it stays usable until the block ends even when a rebuild replaces it.

        Raises:
            SearchStoreAwayError: The server behind it is being left alone.
        """
        ...

    def begin_rebuild(self) -> Rebuild:
        """Return an empty store beside the current one.

        Raises:
            ConflictError: Another process is the writer (`search_index_locked`).
        """
        ...

    def close(self) -> None:
        """Close the store once nobody uses it; safe to call twice."""
        ...
