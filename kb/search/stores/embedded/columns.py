"""Filter columns and lengths of all documents in memory, for masks over rows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import numpy.typing as npt

from kb.kinds import Audience, DocumentKind
from kb.search.stores.base import CollectionStatistics, SearchFilter
from kb.search.stores.embedded.rows import FilterRow

Mask = npt.NDArray[np.bool_]

_KINDS = {kind.value: 1 << bit for bit, kind in enumerate(DocumentKind)}
_AUDIENCES = {audience.value: 1 << bit for bit, audience in enumerate(Audience)}
_ANYWHERE = 0
_LAST_DAY = np.iinfo(np.int32).max
_COLUMNS = {
    "kind": np.uint8,
    "audiences": np.uint8,
    "sector": np.int32,
    "region": np.int32,
    "valid_from": np.int32,
    "valid_until": np.int32,
    "question_characters": np.int32,
    "answer_characters": np.int32,
}


class Columns:
    """Arrays indexed by row; a row that does not exist has no kind and passes no filter. Not thread-safe."""

    def __init__(self) -> None:
        self._arrays: dict[str, npt.NDArray[np.int64]] = {
            name: np.zeros(1024, kind).astype(kind) for name, kind in _COLUMNS.items()
        }
        self._codes: dict[str, int] = {}
        self._masks: dict[SearchFilter, Mask] = {}
        self._statistics: CollectionStatistics | None = None
        self.ids: dict[int, str] = {}
        self.rows: dict[str, int] = {}

    def add(self, rows: Iterable[FilterRow]) -> None:
        """Take in rows."""
        self._forget()
        for row in rows:
            self._grow(row.row + 1)
            values = {
                "kind": _KINDS[row.kind],
                "audiences": sum(_AUDIENCES[audience] for audience in row.audiences.split()),
                "sector": self._code(row.sector),
                "region": self._code(row.region),
                "valid_from": row.valid_from or 0,
                "valid_until": row.valid_until or _LAST_DAY,
                "question_characters": row.question_characters,
                "answer_characters": row.answer_characters,
            }
            for name, value in values.items():
                self._arrays[name][row.row] = value
            self.ids[row.row] = row.document_id
            self.rows[row.document_id] = row.row

    def remove(self, rows: Iterable[int]) -> None:
        """Forget rows; unknown ones are ignored."""
        self._forget()
        for row in rows:
            document_id = self.ids.pop(row, None)
            if document_id is not None:
                self._arrays["kind"][row] = 0
                if self.rows.get(document_id) == row:
                    del self.rows[document_id]

    def _forget(self) -> None:
        self._masks.clear()
        self._statistics = None

    def _grow(self, size: int) -> None:
        have = len(self._arrays["kind"])
        if size > have:
            for name, array in self._arrays.items():
                self._arrays[name] = np.concatenate([array, np.zeros(max(size, 2 * have) - have, array.dtype)])

    def _code(self, text: str | None) -> int:
        return _ANYWHERE if text is None else self._codes.setdefault(text, len(self._codes) + 1)

    def mask(self, wanted: SearchFilter) -> Mask:
        """Return which rows fulfil the filter; remembered until something changes."""
        if wanted not in self._masks:
            if len(self._masks) >= 32:
                self._masks.clear()
            self._masks[wanted] = self._make_mask(wanted)
        return self._masks[wanted]

    def _make_mask(self, wanted: SearchFilter) -> Mask:
        columns, day = self._arrays, wanted.on.toordinal()
        kinds = sum(_KINDS[kind.value] for kind in wanted.kinds)
        mask: Mask = (columns["kind"] & kinds) > 0
        mask &= (columns["audiences"] & _AUDIENCES[wanted.audience.value]) > 0
        mask &= (columns["valid_from"] <= day) & (day <= columns["valid_until"])
        for name, value in (("sector", wanted.sector), ("region", wanted.region)):
            if value is not None:
                mask &= (columns[name] == _ANYWHERE) | (columns[name] == self._codes.get(value, -1))
        if wanted.document_ids is not None:
            mask &= self._is_one_of(wanted.document_ids, len(mask))
        return mask

    def _is_one_of(self, document_ids: Iterable[str], size: int) -> Mask:
        rows = [self.rows[name] for name in document_ids if name in self.rows]
        chosen = np.zeros(size, np.bool_)
        chosen[rows] = True
        return chosen

    def statistics(self) -> CollectionStatistics:
        """Return counts and average lengths; remembered until something changes."""
        if self._statistics is None:
            self._statistics = self._count_statistics()
        return self._statistics

    def _count_statistics(self) -> CollectionStatistics:
        rows = np.fromiter(self.ids, np.int64, len(self.ids))
        if not len(rows):
            return CollectionStatistics(0, 1.0, 1.0)
        asked, told = (self._arrays[name][rows] for name in ("question_characters", "answer_characters"))
        return CollectionStatistics(len(rows), _mean_of_present(asked), _mean_of_present(told))

    def document_ids(self, rows: Sequence[int]) -> list[str | None]:
        """Return the ids of rows, None for those that are gone."""
        return [self.ids.get(row) for row in rows]


def _mean_of_present(lengths: npt.NDArray[np.int64]) -> float:
    present = lengths[lengths > 0]
    return float(present.mean()) if len(present) else 1.0
