"""The embedded store: one folder, one writing process, any number of reading ones.

`rows.sqlite` is the truth. A write commits rows together with a list of rows whose terms must follow, then commits
the lexical index, then clears the list: whatever a kill leaves half done is finished when the folder is opened for
writing again. A lexical index that is damaged or does not match the rows is made again from them.
"""

from __future__ import annotations

import fcntl
import sqlite3
import threading
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import IO, Any, Self

import structlog
from haystack import Document
from haystack.document_stores.errors import DuplicateDocumentError
from haystack.document_stores.types import DuplicatePolicy
from haystack.utils.filters import document_matches_filter

from kb.search.documents import SearchDocument
from kb.search.haystack_documents import from_haystack, to_haystack
from kb.search.question.analysis.terms import Channel
from kb.search.stores.base import (
    Candidate,
    CollectionStatistics,
    Passage,
    SearchFilter,
    StoreCapabilities,
    Vector,
    VectorScore,
    WeightedTerm,
)
from kb.search.stores.embedded.columns import Columns
from kb.search.stores.embedded.lexical import LexicalIndex
from kb.search.stores.embedded.rows import SCHEMA_VERSION, RowFile
from kb.search.stores.embedded.vectors import EXACT_LIMIT, VectorIndex
from kit.disk import is_disk_full, told_when_full
from kit.errors import ConflictError, DependencyCategory, DependencyError

log = structlog.get_logger(__name__)

ROWS_FILE = "rows.sqlite"
LEXICAL_FOLDER = "lexical"
LOCK_FILE = "writer.lock"
GRAPH_FILE = "nearest.usearch"
_REBUILD_BATCH = 2_000
_SELECTIVE_SHARE = 0.2
"""Below this share of admitted documents the filter goes into the lexical query; above, candidates are filtered
afterwards, which lets tantivy skip documents that cannot reach the top."""


class SearchIndexDamagedError(DependencyError):
    """The store's own truth cannot be read; it must be made again from the database."""

    code = "search_index_damaged"
    http_status = 503


class EmbeddedStore:
    """Rows, terms and vectors in one folder."""

    def __init__(
        self, folder: Path, *, embedder_name: str = "", exact_vector_limit: int = EXACT_LIMIT, read_only: bool = False
    ) -> None:
        """Open a folder, creating it for writing where it is missing.

        Args:
            folder: Where the files are.
            embedder_name: Whose vectors these are; vectors of another embedder are dropped and made again.
            exact_vector_limit: Passages up to which nearest vectors are searched exactly.
            read_only: Do not even try to become the writer.

        Raises:
            SearchIndexDamagedError: The row file is damaged or of another version.
            DiskFullError: There is no room to open it for writing; nothing of it is touched.
        """
        self._folder = folder
        self._embedder_name = embedder_name
        self._exact_vector_limit = exact_vector_limit
        self._refresh_lock = threading.RLock()
        self._lock_file = None if read_only else _take_lock(folder)
        self._columns = Columns()
        self._vectors = VectorIndex(exact_vector_limit, folder / GRAPH_FILE)
        self._seen_row = self._seen_removal = self._seen_vector = 0
        self._seen_version = -1
        try:
            with told_when_full():
                self._open()
        except BaseException:
            self._release_lock()
            raise

    def _open(self) -> None:
        is_writable = self._lock_file is not None
        try:
            self._rows = RowFile(self._folder / ROWS_FILE, is_writable=is_writable)
            self._check_rows(is_writable)
        except sqlite3.DatabaseError as error:
            if is_disk_full(error):
                raise
            raise self._damaged(str(error)) from error
        self._lexical = self._open_lexical(is_writable)
        if is_writable:
            self._catch_up_lexical()
        self.refresh()
        if is_writable:
            self._vectors.save()

    def _check_rows(self, is_writable: bool) -> None:
        version = self._rows.fact("schema_version")
        if version not in (None, str(SCHEMA_VERSION)):
            raise self._damaged(f"version {version} instead of {SCHEMA_VERSION}")
        if not is_writable:
            return
        if self._rows.fact("is_open") == "1" and not self._rows.is_sound():
            raise self._damaged("the row file fails its integrity check")
        self._rows.set_fact("schema_version", str(SCHEMA_VERSION))
        self._rows.set_fact("is_open", "1")
        if self._embedder_name and self._rows.fact("embedder") != self._embedder_name:
            self._rows.drop_vectors()
            self._rows.set_fact("embedder", self._embedder_name)

    def _damaged(self, reason: str) -> SearchIndexDamagedError:
        return SearchIndexDamagedError(
            "The search index cannot be read; it is made again from the database.",
            category=DependencyCategory.REJECTED,
            retryable=True,
            folder=self._folder.name,
            reason=reason,
            is_writable=self._lock_file is not None,
        )

    def _open_lexical(self, is_writable: bool) -> LexicalIndex:
        folder = self._folder / LEXICAL_FOLDER
        try:
            return LexicalIndex(folder, is_writable=is_writable)
        except ValueError as error:  # what tantivy's binding raises for damage of any sort
            if is_disk_full(error):
                raise
            if not is_writable:
                raise self._damaged(str(error)) from error
            log.warning("lexical_index_damaged", folder=str(folder), reason=str(error))
            LexicalIndex.destroy(folder)
            return LexicalIndex(folder, is_writable=True)

    def _catch_up_lexical(self) -> None:
        pending = self._rows.pending_rows()
        if pending:
            log.info("lexical_index_catching_up", rows=len(pending))
            self._follow(pending)
        if self._lexical.document_count != self._rows.count():
            log.warning("lexical_index_rebuilt", documents=self._rows.count(), indexed=self._lexical.document_count)
            self._lexical.clear()
            self._follow(self._rows.all_rows())

    def _follow(self, rows: Sequence[int]) -> None:
        for start in range(0, len(rows), _REBUILD_BATCH):
            batch = rows[start : start + _REBUILD_BATCH]
            self._lexical.replace(batch, self._rows.documents(batch))
            self._rows.clear_pending(batch)

    def refresh(self) -> None:
        """See what this or another process has committed; cheap when nothing has."""
        with self._refresh_lock:
            version = self._rows.data_version()
            if version == self._seen_version:
                return
            self._seen_version = version
            removed = self._rows.removed_after(self._seen_removal)
            self._columns.remove([row for _, row in removed])
            self._vectors.remove([row for _, row in removed])
            self._seen_removal = max([self._seen_removal, *(number for number, _ in removed)])
            added = self._rows.filter_rows_after(self._seen_row)
            # Closed in any case: until then nothing else can be read.
            with closing(self._rows.vectors_after(self._seen_vector, self._seen_row)) as parts:
                newest = self._vectors.add(parts)
            self._columns.add(added)
            self._seen_row = max([self._seen_row, *(row.row for row in added)])
            self._seen_vector = max(self._seen_vector, newest)
            self._lexical.reload()

    # Haystack's protocol -----------------------------------------------------------------------------------------

    def count_documents(self) -> int:
        """Return the number of documents."""
        return self._rows.count()

    def filter_documents(self, filters: dict[str, Any] | None = None) -> list[Document]:
        """Return the documents that match Haystack filters; reads every document."""
        found = (to_haystack(document) for document in self._rows.documents(self._rows.all_rows()).values())
        return [document for document in found if not filters or document_matches_filter(filters, document)]

    def write_documents(self, documents: list[Document], policy: DuplicatePolicy = DuplicatePolicy.NONE) -> int:
        """Write Haystack documents."""
        present = {d.id for d in documents if d.id in self._columns.rows}
        if present and policy is DuplicatePolicy.FAIL:
            raise DuplicateDocumentError(f"{len(present)} documents are already in the store")
        skipped = present if policy is DuplicatePolicy.SKIP else set()
        written = [from_haystack(document) for document in documents if document.id not in skipped]
        self.apply(written, [])
        return len(written)

    def delete_documents(self, document_ids: list[str]) -> None:
        """Delete by id."""
        self.apply([], document_ids)

    def to_dict(self) -> dict[str, Any]:
        """Serialise how to open the store."""
        return {
            "type": f"{type(self).__module__}.{type(self).__name__}",
            "init_parameters": {
                "folder": str(self._folder),
                "embedder_name": self._embedder_name,
                "exact_vector_limit": self._exact_vector_limit,
            },
        }

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Self:
        """Open a store from `to_dict`."""
        parameters = dict(data["init_parameters"])
        return cls(Path(parameters.pop("folder")), **parameters)

    # Writing -----------------------------------------------------------------------------------------------------

    @property
    def capabilities(self) -> StoreCapabilities:
        """Name and whether it can be written."""
        return StoreCapabilities("embedded", self._lock_file is not None)

    @property
    def folder(self) -> Path:
        """Where the files are."""
        return self._folder

    def apply(
        self, upserts: Sequence[SearchDocument], removals: Sequence[str], change_number: int | None = None
    ) -> None:
        """Replace and remove documents and remember the change they belong to.

        Raises:
            DiskFullError: The change does not count; apply it again. Its documents may be there without their words.
        """
        self._require_writer()
        with told_when_full():
            # First the words that an earlier call had no room for: as long as there is none, no more rows are written.
            self._follow(self._rows.pending_rows())
            self._rows.apply(upserts, removals)
            self._follow(self._rows.pending_rows())
            if change_number is not None:
                self._rows.set_fact("change_number", str(change_number))
        self.refresh()

    @property
    def change_number(self) -> int:
        """The last change applied, 0 when none."""
        return int(self._rows.fact("change_number") or 0)

    def add_vectors(self, vectors: Mapping[str, Vector]) -> None:
        """Store unit vectors by text hash.

        Raises:
            DiskFullError: None of them is stored.
        """
        self._require_writer()
        with told_when_full():
            self._rows.add_vectors(vectors)
        self.refresh()

    def _require_writer(self) -> None:
        if self._lock_file is None:
            raise ConflictError(
                "Another process is writing this search index; stop it or let it do the indexing.",
                code="search_index_locked",
            )

    # Searching ---------------------------------------------------------------------------------------------------

    def find_lexical(self, terms: Sequence[WeightedTerm], wanted: SearchFilter, limit: int) -> list[Candidate]:
        """Return the documents with the best weighted BM25 over the terms."""
        with self._refresh_lock:
            self.refresh()
            mask = self._columns.mask(wanted)
        # The search itself runs unlocked: what is committed meanwhile is simply not seen.
        admitted, total = int(mask.sum()), len(self._columns.ids)
        if not admitted:
            return []
        query_filter = wanted if admitted < _SELECTIVE_SHARE * total else None
        asked = limit if admitted == total else limit * 2
        while True:
            hits = self._lexical.find(terms, query_filter, asked)
            kept = [(row, score) for row, score in hits if row < len(mask) and mask[row]]
            if len(kept) >= limit or len(hits) < asked:
                return self._candidates(kept[:limit])
            asked *= 4

    def find_vectors(self, vector: Vector, wanted: SearchFilter, limit: int) -> list[Candidate]:
        """Return the documents with the passages nearest to a question's vector."""
        with self._refresh_lock:
            self.refresh()
            return self._candidates(self._vectors.nearest(vector, self._columns.mask(wanted), limit))

    def _candidates(self, scored: Iterable[tuple[int, float]]) -> list[Candidate]:
        named = ((self._columns.ids.get(row), score) for row, score in scored)
        return [Candidate(document_id, score) for document_id, score in named if document_id is not None]

    def vector_scores(self, vector: Vector, document_ids: Sequence[str]) -> dict[str, VectorScore]:
        """Return cosines of the documents' passages with a question's vector."""
        with self._refresh_lock:
            rows = {self._columns.rows[name]: name for name in document_ids if name in self._columns.rows}
            return {rows[row]: score for row, score in self._vectors.scores(vector, list(rows)).items()}

    def load(self, document_ids: Iterable[str]) -> dict[str, SearchDocument]:
        """Return the documents that still exist."""
        with self._refresh_lock:
            rows = [self._columns.rows[name] for name in document_ids if name in self._columns.rows]
        return {document.document_id: document for document in self._rows.documents(rows).values()}

    def document_frequencies(self, terms: Sequence[tuple[Channel, str]]) -> Mapping[tuple[Channel, str], int]:
        """Return in how many documents each term occurs."""
        return {term: self._lexical.document_frequency(*term) for term in terms}

    def statistics(self) -> CollectionStatistics:
        """Return counts and average lengths."""
        with self._refresh_lock:
            return self._columns.statistics()

    def passages_without_vector(self, limit: int) -> list[Passage]:
        """Return passages that wait for a vector."""
        return self._rows.passages_without_vector(limit)

    def vector_share(self) -> float:
        """Return the share of documents that have a vector."""
        with self._refresh_lock:
            documents = len(self._columns.ids)
            return self._vectors.row_count / documents if documents else 1.0

    def adopt_vectors(self, other: Path) -> None:
        """Take over vectors from another store's folder for texts that have none here.

        Raises:
            DiskFullError: There is no room for them.
        """
        self._require_writer()
        with told_when_full():
            self._rows.adopt_vectors(other / ROWS_FILE)
        self.refresh()

    def _say_closed(self) -> None:
        try:
            self._rows.set_fact("is_open", "0")
        except sqlite3.OperationalError as error:  # a full disk; the next start then looks whether the file is sound
            log.warning("row_file_not_closed", reason=str(error))

    def close(self) -> None:
        """Release files and locks."""
        with self._refresh_lock:
            if self._seen_version == _CLOSED:
                return
            self._seen_version = _CLOSED
            self._lexical.close()
            if self._lock_file is not None:
                self._vectors.save()
                self._say_closed()
            self._rows.close()
            self._release_lock()

    def _release_lock(self) -> None:
        if self._lock_file is not None:
            self._lock_file.close()
            self._lock_file = None


_CLOSED = -2


def _take_lock(folder: Path) -> IO[str] | None:
    """Become the folder's writer; None while another process is. The lock ends with the process, however it ends."""
    folder.mkdir(parents=True, exist_ok=True)
    file = (folder / LOCK_FILE).open("w")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.close()
        return None
    return file
