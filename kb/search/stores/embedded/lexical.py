"""The inverted index: tantivy over terms cut by the application, one field a channel."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import tantivy
from tantivy import Occur, Query

from kb.search.documents import SearchDocument
from kb.search.question.analysis.document_terms import document_terms
from kb.search.question.analysis.terms import Channel
from kb.search.stores.base import SearchFilter, WeightedTerm
from kit.disk import DiskFullError

_EVERYWHERE = "*"
_WRITER_HEAP_BYTES = 64_000_000
"""tantivy flushes a segment when full; 15 MB is its minimum for one thread."""


def _schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    builder.add_integer_field("row", stored=False, indexed=True, fast=True)
    for channel in Channel:
        builder.add_text_field(channel.value, stored=False, tokenizer_name="whitespace", index_option="freq")
    for name in ("kind", "sector", "region", "audience"):
        builder.add_text_field(name, stored=False, tokenizer_name="whitespace", index_option="basic")
    return builder.build()


class LexicalIndex:
    """One tantivy folder. tantivy recovers to its last commit after a kill; `RowFile` knows what is missing."""

    def __init__(self, folder: Path, *, is_writable: bool) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._schema = _schema()
        self._index = tantivy.Index(self._schema, path=str(folder))
        self._folder = folder
        self._is_writable = is_writable
        self._writer = self._open_writer() if is_writable else None
        self._searcher = self._index.searcher()

    def _open_writer(self) -> tantivy.IndexWriter:
        return self._index.writer(_WRITER_HEAP_BYTES, 1)

    @property
    def document_count(self) -> int:
        """Documents in the index as last read."""
        return int(self._searcher.num_docs)

    def reload(self) -> None:
        """See what was committed last, by this or another process."""
        self._index.reload()
        self._searcher = self._index.searcher()

    def replace(self, rows: Iterable[int], documents: Mapping[int, SearchDocument]) -> None:
        """Bring these rows up to date (absent from `documents` means removed) and commit.

        Raises:
            DiskFullError: There is no room; the index stands at its last commit.
            ValueError: The disk failed otherwise; the same.
        """
        with self._commit() as writer:
            for row in rows:
                writer.delete_documents_by_term("row", row)
                if row in documents:
                    writer.add_document(_indexed(row, documents[row]))

    def clear(self) -> None:
        """Remove everything and commit.

        Raises:
            DiskFullError: As `replace`.
            ValueError: As `replace`.
        """
        with self._commit() as writer:
            writer.delete_all_documents()

    @contextmanager
    def _commit(self) -> Iterator[tantivy.IndexWriter]:
        if not self._is_writable:
            raise RuntimeError("this index was opened for reading")
        if self._writer is None:
            self._writer = self._open_writer()
        try:
            yield self._writer
            self._writer.commit()
        except BaseException as error:
            # After a fault of the disk tantivy's writer is dead, and holds the lock: the next call opens another.
            self._writer = None
            # Which fault it was it tells only sometimes; of its dead threads it says no more than that they are dead.
            if isinstance(error, ValueError) and shutil.disk_usage(self._folder).free < _WRITER_HEAP_BYTES:
                raise DiskFullError from error
            raise
        self.reload()

    def find(self, terms: Sequence[WeightedTerm], wanted: SearchFilter | None, limit: int) -> list[tuple[int, float]]:
        """Return (row, score) of the best documents; `wanted` leaves validity to the caller."""
        if not terms or limit <= 0:
            return []
        query: Query = Query.boolean_query([(Occur.Should, self._term(term)) for term in terms])
        if wanted is not None:
            query = Query.boolean_query([(Occur.Must, query), *self._filters(wanted)])
        searcher = self._searcher
        hits = searcher.search(query, limit, count=False).hits
        rows = searcher.fast_field_values("row", [address for _, address in hits])
        return [(int(row), float(score)) for row, (score, _) in zip(rows, hits, strict=True) if row is not None]

    def _term(self, term: WeightedTerm) -> Query:
        query = Query.term_query(self._schema, term.channel.value, term.text, index_option="freq")
        return query if term.weight == 1 else Query.boost_query(query, term.weight)

    def _filters(self, wanted: SearchFilter) -> Iterator[tuple[Occur, Query]]:
        allowed: dict[str, Sequence[str]] = {"kind": sorted(wanted.kinds), "audience": [wanted.audience.value]}
        for name, value in (("sector", wanted.sector), ("region", wanted.region)):
            if value is not None:
                allowed[name] = [value, _EVERYWHERE]
        for name, values in allowed.items():
            any_of = Query.term_set_query(self._schema, name, [str(value) for value in values])
            yield Occur.Must, Query.const_score_query(any_of, 0.0)

    def document_frequency(self, channel: Channel, text: str) -> int:
        """Return in how many documents a term occurs (removed ones count until their segment is merged)."""
        return int(self._searcher.doc_freq(channel.value, text))

    def close(self) -> None:
        """Let the merging threads end and give the writer's lock back."""
        if self._writer is not None:
            self._writer.wait_merging_threads()
            self._writer = None

    @staticmethod
    def destroy(folder: Path) -> None:
        """Delete the folder of a damaged index."""
        shutil.rmtree(folder, ignore_errors=True)


def _indexed(row: int, document: SearchDocument) -> tantivy.Document:
    indexed = tantivy.Document()
    indexed.add_integer("row", row)
    for channel, terms in document_terms(document).items():
        indexed.add_text(channel.value, " ".join(terms))
    indexed.add_text("kind", document.kind.value)
    indexed.add_text("sector", document.sector or _EVERYWHERE)
    indexed.add_text("region", document.region or _EVERYWHERE)
    indexed.add_text("audience", " ".join(sorted(audience.value for audience in document.audiences)))
    return indexed
