"""The search index on disk: generations of the embedded store, one of them current.

`<folder>/CURRENT` names the generation that answers. A rebuild fills a new generation beside it and then replaces
that one file, so that searches go on all the while and a kill at any moment leaves the old or the new index.
"""

from __future__ import annotations

import shutil
import sqlite3
import threading
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import structlog

from kb.search.stores.embedded.store import EmbeddedStore, SearchIndexDamagedError
from kit.disk import told_when_full
from kit.errors import ConflictError
from kit.files import write_atomically

log = structlog.get_logger(__name__)

_CURRENT = "CURRENT"
_GENERATION = "generation-"

OpenStore = Callable[[Path], EmbeddedStore]


class EmbeddedIndex:
    """Owns the current store of a folder. Thread-safe; methods block."""

    standby = None

    def __init__(self, folder: Path, open_store: OpenStore = EmbeddedStore) -> None:
        """Remember where the index is; nothing is opened yet.

        Args:
            folder: Holds the generations.
            open_store: Opens a generation's folder.
        """
        self._folder = folder
        self._open_store = open_store
        self._lock = threading.Condition()
        self._store: EmbeddedStore | None = None
        self._leases: dict[EmbeddedStore, int] = {}
        self.needs_rebuild = False

    @property
    def folder(self) -> Path:
        """Where the generations are."""
        return self._folder

    def open(self) -> None:
        """Open the current generation, an empty one when there is none or it is damaged; repeated calls do nothing.

        After damage `needs_rebuild` is set and the change number is 0: whoever owns the database rebuilds.
        """
        with self._lock, told_when_full():
            if self._store is not None:
                return
            self._folder.mkdir(parents=True, exist_ok=True)
            try:
                self._store = self._open_store(self._current_folder())
            except SearchIndexDamagedError as error:
                if not error.details["is_writable"]:
                    raise  # the process that writes will see it and mend it
                log.warning("search_index_damaged", reason=error.details.get("reason"))
                self.needs_rebuild = True
                self._store = self._open_in_place_of_damaged()
            if self._store.capabilities.is_writable:
                self._sweep()

    def _open_in_place_of_damaged(self) -> EmbeddedStore:
        folder = self._new_folder()
        try:
            store = self._open_store(folder)
            try:
                self._make_current(folder)
            except BaseException:
                store.close()
                raise
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise
        return store

    @property
    def store(self) -> EmbeddedStore:
        """The current store; for reading during a search use `lease`."""
        self.open()
        if self._store is None:
            raise RuntimeError("the search index is closed")
        return self._store

    @contextmanager
    def lease(self) -> Iterator[EmbeddedStore]:
        """Use the current store; it stays open until the block ends even when a rebuild replaces it."""
        self._follow_other_process()
        with self._lock:
            store = self.store
            self._leases[store] = self._leases.get(store, 0) + 1
        try:
            yield store
        finally:
            with self._lock:
                self._leases[store] -= 1
                if not self._leases[store]:
                    del self._leases[store]
                self._lock.notify_all()

    def _follow_other_process(self) -> None:
        """A reader notices that the writing process has switched to another generation."""
        store = self.store
        if not store.capabilities.is_writable and store.folder != self._current_folder():
            self._replace(self._open_store(self._current_folder()))

    def begin_rebuild(self) -> EmbeddedRebuild:
        """Return an empty store beside the current one.

        Raises:
            ConflictError: Another process is the writer.
            DiskFullError: There is no room for it.
        """
        if not self.store.capabilities.is_writable:
            raise ConflictError(
                "Another process is writing this search index; stop it or rebuild there.", code="search_index_locked"
            )
        folder = self._new_folder()
        try:
            return EmbeddedRebuild(self, self._open_store(folder))
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise

    def _finish_rebuild(self, store: EmbeddedStore) -> None:
        with self._lock:
            old = self.store
        try:
            self._adopt_vectors(store, old)
            self._make_current(store.folder)
        except BaseException:
            _throw_away(store)
            raise
        self._replace(store)
        self.needs_rebuild = False
        if store.folder != old.folder:
            shutil.rmtree(old.folder, ignore_errors=True)

    def _adopt_vectors(self, store: EmbeddedStore, old: EmbeddedStore) -> None:
        try:
            store.adopt_vectors(old.folder)
        except sqlite3.DatabaseError as error:  # the old file may be damaged: that is why it is made again
            log.warning("vectors_not_adopted", reason=str(error))

    def _replace(self, store: EmbeddedStore) -> None:
        with self._lock:
            old, self._store = self._store, store
            if old is not None:
                self._lock.wait_for(lambda: old not in self._leases)
                old.close()

    def _current_folder(self) -> Path:
        try:
            name = (self._folder / _CURRENT).read_text(encoding="utf-8").strip()
        except FileNotFoundError:
            name = f"{_GENERATION}first"
        return self._folder / name

    def _new_folder(self) -> Path:
        return self._folder / f"{_GENERATION}{uuid.uuid4().hex[:12]}"

    def _make_current(self, folder: Path) -> None:
        with told_when_full(), write_atomically(self._folder / _CURRENT) as file:
            file.write(folder.name.encode())

    def _sweep(self) -> None:
        """Delete what a killed rebuild left behind."""
        current = self._current_folder()
        for folder in self._folder.glob(f"{_GENERATION}*"):
            if folder != current:
                shutil.rmtree(folder, ignore_errors=True)

    def close(self) -> None:
        """Close the store once nobody uses it; safe to call twice."""
        with self._lock:
            store, self._store = self._store, None
            if store is not None:
                self._lock.wait_for(lambda: store not in self._leases)
                store.close()


class EmbeddedRebuild:
    """A generation being filled."""

    def __init__(self, index: EmbeddedIndex, store: EmbeddedStore) -> None:
        self._index = index
        self.store = store

    def finish(self) -> None:
        """Make it the current generation.

        Raises:
            DiskFullError: There is no room for the vectors that are known: it is thrown away, the current one goes on.
        """
        self._index._finish_rebuild(self.store)

    def abandon(self) -> None:
        """Throw it away."""
        _throw_away(self.store)


def _throw_away(store: EmbeddedStore) -> None:
    store.close()
    shutil.rmtree(store.folder, ignore_errors=True)
