"""Stores documents, passages and vectors in one SQLite file, from which everything else of the store is derived."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import orjson

from kb.search.document_records import answer_text, from_record, question_text, to_record
from kb.search.documents import SearchDocument
from kb.search.passages import passages_of
from kb.search.question.analysis.folding import fold
from kb.search.stores.base import Passage, Side, Vector

SCHEMA_VERSION = 2
# Columns of a WITHOUT ROWID table stand in the order of its key: otherwise SQLite 3.40's quick_check reports NULLs.
_SCHEMA = """
CREATE TABLE IF NOT EXISTS facts (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS documents (
    row INTEGER PRIMARY KEY AUTOINCREMENT, document_id TEXT NOT NULL UNIQUE, kind TEXT NOT NULL, sector TEXT,
    region TEXT, audiences TEXT NOT NULL, valid_from INTEGER, valid_until INTEGER, question_characters INTEGER NOT NULL,
    answer_characters INTEGER NOT NULL, data BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS removed (number INTEGER PRIMARY KEY AUTOINCREMENT, row INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS lexical_pending (row INTEGER PRIMARY KEY);
CREATE TABLE IF NOT EXISTS passages (
    row INTEGER NOT NULL, text_hash TEXT NOT NULL, side TEXT NOT NULL,
    PRIMARY KEY (row, text_hash, side)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS waiting (
    text_hash TEXT PRIMARY KEY, side TEXT NOT NULL, text TEXT NOT NULL) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS ix_passages_text_hash ON passages (text_hash);
CREATE TABLE IF NOT EXISTS vectors (
    number INTEGER PRIMARY KEY AUTOINCREMENT, text_hash TEXT NOT NULL UNIQUE, vector BLOB NOT NULL);
"""
_IDS_PER_STATEMENT = 500
_VECTORS_AT_ONCE = 10_000
"""As objects of their own they take 2 kB each, three times what is kept of them."""


@dataclass(frozen=True, slots=True)
class FilterRow:
    """The columns of one document that filters and statistics look at."""

    row: int
    document_id: str
    kind: str
    sector: str | None
    region: str | None
    audiences: str
    valid_from: int | None
    valid_until: int | None
    question_characters: int
    answer_characters: int


@dataclass(frozen=True, slots=True)
class VectorRow:
    """A passage's vector, as it is stored, and the document it belongs to."""

    number: int
    row: int
    side: Side
    vector: npt.NDArray[np.float16]


class RowFile:
    """One connection for reading and, for the writer, one for writing; each behind its own lock."""

    def __init__(self, path: Path, *, is_writable: bool) -> None:
        self._read_lock = threading.Lock()
        self._write_lock = threading.Lock()
        self._writer = _connect(path) if is_writable else None
        if self._writer is not None:
            self._writer.executescript(_SCHEMA)
        self._reader = _connect(path, is_read_only=True)

    # Reading ---------------------------------------------------------------------------------------------------

    def _read(self, statement: str, values: Sequence[Any] = ()) -> list[Any]:
        with self._read_lock:
            return self._reader.execute(statement, values).fetchall()

    def data_version(self) -> int:
        """Return a number that changes when another connection commits."""
        return int(self._read("PRAGMA data_version")[0][0])

    def fact(self, name: str) -> str | None:
        """Return a stored fact, None when it was never set."""
        rows = self._read("SELECT value FROM facts WHERE name = ?", [name])
        return str(rows[0][0]) if rows else None

    def count(self) -> int:
        """Return the number of documents."""
        return int(self._read("SELECT count(*) FROM documents")[0][0])

    def filter_rows_after(self, row: int) -> list[FilterRow]:
        """Return the filter columns of documents added after a row."""
        columns = ", ".join(FilterRow.__slots__)
        return [FilterRow(*found) for found in self._read(f"SELECT {columns} FROM documents WHERE row > ?", [row])]  # noqa: S608  # rejected: only our own column names

    def removed_after(self, number: int) -> list[tuple[int, int]]:
        """Return (number, row) of rows removed after a number."""
        return self._read("SELECT number, row FROM removed WHERE number > ?", [number])

    def documents(self, rows: Iterable[int]) -> dict[int, SearchDocument]:
        """Return the documents of rows that still exist."""
        found: dict[int, SearchDocument] = {}
        for marks, values in _batches(list(rows)):
            statement = f"SELECT row, data FROM documents WHERE row IN ({marks})"  # noqa: S608  # rejected: only question marks
            found.update((row, _document(data)) for row, data in self._read(statement, values))
        return found

    def all_rows(self) -> list[int]:
        """Return the rows of all documents."""
        return [row for (row,) in self._read("SELECT row FROM documents ORDER BY row")]

    def pending_rows(self) -> list[int]:
        """Return rows whose terms are not yet in the lexical index (or not yet out of it)."""
        return [row for (row,) in self._read("SELECT row FROM lexical_pending ORDER BY row")]

    def vectors_after(self, number: int, row: int) -> Generator[list[VectorRow], None, None]:
        """Yield vectors that are newer than a vector number or belong to documents newer than a row, part by part.

        Nothing else can be read until the last part was taken or the generator was closed.
        """
        with self._read_lock:
            found = self._reader.execute(
                "SELECT v.number, p.row, p.side, v.vector FROM vectors v JOIN passages p ON p.text_hash = v.text_hash"
                " WHERE v.number > ? UNION ALL "
                "SELECT v.number, p.row, p.side, v.vector FROM passages p JOIN vectors v ON v.text_hash = p.text_hash"
                " WHERE p.row > ? AND v.number <= ?",
                [number, row, number],
            )
            while part := found.fetchmany(_VECTORS_AT_ONCE):
                yield [VectorRow(n, r, Side(side), np.frombuffer(blob, np.float16)) for n, r, side, blob in part]

    def passages_without_vector(self, limit: int) -> list[Passage]:
        """Return passages whose text has no vector, each text once."""
        found = self._read(
            "SELECT text_hash, side, text FROM waiting w"
            " WHERE EXISTS (SELECT 1 FROM passages p WHERE p.text_hash = w.text_hash) LIMIT ?",
            [limit],
        )
        return [Passage(text_hash, Side(side), text) for text_hash, side, text in found]

    def is_sound(self) -> bool:
        """Whether SQLite finds no damage."""
        try:
            return bool(self._read("PRAGMA quick_check(1)")[0][0] == "ok")
        except sqlite3.DatabaseError:
            return False

    # Writing ---------------------------------------------------------------------------------------------------

    @contextmanager
    def _write(self) -> Iterator[sqlite3.Connection]:
        if self._writer is None:
            raise RuntimeError("this row file was opened for reading")
        with self._write_lock, self._writer:
            self._writer.execute("BEGIN IMMEDIATE")
            yield self._writer

    def set_fact(self, name: str, value: str) -> None:
        """Remember a fact."""
        with self._write() as connection:
            _set_fact(connection, name, value)

    def apply(self, upserts: Sequence[SearchDocument], removals: Sequence[str]) -> None:
        """Replace and remove documents; the rows whose terms must now follow are `pending_rows`."""
        with self._write() as connection:
            gone = _remove(connection, [*removals, *(document.document_id for document in upserts)])
            added = [_insert(connection, document) for document in {d.document_id: d for d in upserts}.values()]
            pending = [(row,) for row in (*gone, *added)]
            connection.executemany("INSERT OR IGNORE INTO lexical_pending (row) VALUES (?)", pending)

    def clear_pending(self, rows: Sequence[int]) -> None:
        """Note that the lexical index has followed."""
        with self._write() as connection:
            connection.executemany("DELETE FROM lexical_pending WHERE row = ?", [(row,) for row in rows])

    def add_vectors(self, vectors: Mapping[str, Vector]) -> None:
        """Store vectors by text hash."""
        with self._write() as connection:
            connection.executemany(
                "INSERT OR IGNORE INTO vectors (text_hash, vector) VALUES (?, ?)",
                [(name, vector.astype(np.float16).tobytes()) for name, vector in vectors.items()],
            )
            connection.executemany("DELETE FROM waiting WHERE text_hash = ?", [(name,) for name in vectors])

    def drop_vectors(self) -> None:
        """Forget every vector, since the embedder has changed; all passages wait again."""
        with self._write() as connection:
            connection.execute("DELETE FROM vectors")
            for (data,) in connection.execute("SELECT data FROM documents").fetchall():
                _wait(connection, list(passages_of(_document(data))))

    def adopt_vectors(self, other: Path) -> None:
        """Take over the vectors that another row file has for texts that wait here."""
        if self._writer is None:
            raise RuntimeError("this row file was opened for reading")
        with self._write_lock:
            self._writer.execute("ATTACH ? AS other", (f"file:{other}?mode=ro",))
            try:
                self._writer.execute(
                    "INSERT OR IGNORE INTO vectors (text_hash, vector) SELECT o.text_hash, o.vector"
                    " FROM waiting w JOIN other.vectors o ON o.text_hash = w.text_hash"
                )
                self._writer.execute("DELETE FROM waiting WHERE text_hash IN (SELECT text_hash FROM vectors)")
            finally:
                self._writer.execute("DETACH other")

    def close(self) -> None:
        """Close the connections."""
        self._reader.close()
        if self._writer is not None:
            self._writer.close()


def _connect(path: Path, *, is_read_only: bool = False) -> sqlite3.Connection:
    target = f"file:{path}?mode=ro" if is_read_only else f"file:{path}"
    connection = sqlite3.connect(target, uri=True, isolation_level=None, check_same_thread=False, timeout=10)
    if not is_read_only:
        connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=NORMAL")
    return connection


def _set_fact(connection: sqlite3.Connection, name: str, value: str) -> None:
    connection.execute(
        "INSERT INTO facts VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value", (name, value)
    )


def _remove(connection: sqlite3.Connection, document_ids: Sequence[str]) -> list[int]:
    rows: list[int] = []
    for document_id in dict.fromkeys(document_ids):
        found = connection.execute(
            "DELETE FROM documents WHERE document_id = ? RETURNING row", (document_id,)
        ).fetchone()
        if found:
            rows.append(found[0])
    connection.executemany("DELETE FROM passages WHERE row = ?", [(row,) for row in rows])
    connection.executemany("INSERT INTO removed (row) VALUES (?)", [(row,) for row in rows])
    return rows


def _insert(connection: sqlite3.Connection, document: SearchDocument) -> int:
    asked, told = question_text(document), answer_text(document)
    values = (
        document.document_id,
        document.kind.value,
        document.sector,
        document.region,
        " ".join(sorted(audience.value for audience in document.audiences)),
        document.valid_from.toordinal() if document.valid_from else None,
        document.valid_until.toordinal() if document.valid_until else None,
        len(fold(asked).text),
        len(fold(told).text),
        orjson.dumps(to_record(document)),
    )
    columns = (
        "document_id, kind, sector, region, audiences, valid_from, valid_until, question_characters,"
        " answer_characters, data"
    )
    cursor = connection.execute(
        f"INSERT INTO documents ({columns}) VALUES ({','.join('?' * len(values))})",  # noqa: S608  # rejected: only our own column names
        values,
    )
    row = int(cursor.lastrowid or 0)
    passages = list(passages_of(document))
    connection.executemany(
        "INSERT OR IGNORE INTO passages VALUES (?, ?, ?)",
        [(row, passage.text_hash, passage.side.value) for passage in passages],
    )
    _wait(connection, passages)
    return row


def _wait(connection: sqlite3.Connection, passages: Sequence[Passage]) -> None:
    connection.executemany(
        "INSERT OR IGNORE INTO waiting SELECT ?1, ?2, ?3 WHERE NOT EXISTS (SELECT 1 FROM vectors WHERE text_hash = ?1)",
        [(passage.text_hash, passage.side.value, passage.text) for passage in passages],
    )


def _document(data: bytes) -> SearchDocument:
    return from_record(orjson.loads(data))


def _batches(values: Sequence[Any]) -> Iterator[tuple[str, Sequence[Any]]]:
    for start in range(0, len(values), _IDS_PER_STATEMENT):
        batch = values[start : start + _IDS_PER_STATEMENT]
        yield ",".join("?" * len(batch)), batch
