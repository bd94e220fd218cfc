"""Passage vectors in memory: exact search by numpy while small, usearch when large."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from kb.search.stores.base import Side, Vector, VectorScore
from kb.search.stores.embedded.graph import NearestGraph
from kb.search.stores.embedded.rows import VectorRow

EXACT_LIMIT = 50_000
"""Passages up to which brute force is used: 15 ms at 50 k on one core, usearch f16 0.8 ms with recall .967."""

Matrix = npt.NDArray[np.float16]


class VectorIndex:
    """Unit vectors of passages with the row and the side each stands for. Not thread-safe."""

    def __init__(self, exact_limit: int = EXACT_LIMIT, graph_file: Path | None = None) -> None:
        """Begin empty.

        Args:
            exact_limit: Passages up to which search is exact.
            graph_file: Where the graph of the nearest is kept; None to build it at every start.
        """
        self._exact_limit = exact_limit
        self._graph_file = graph_file
        self._stored: Matrix = np.zeros((0, 0), np.float16)
        self._exact_form: Vector = np.zeros((0, 0), np.float32)  # as long as `_stored`, up to the exact limit
        self._rows = np.zeros(0, np.int64)
        self._numbers = np.zeros(0, np.int64)
        self._is_question = np.zeros(0, np.bool_)
        self._count = 0
        self._places: dict[int, list[int]] = {}
        self._nearest: NearestGraph | None = None
        self._by_number: tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]] | None = None

    def __len__(self) -> int:
        return self._count

    @property
    def row_count(self) -> int:
        """How many documents have a vector."""
        return len(self._places)

    def add(self, parts: Iterable[Sequence[VectorRow]]) -> int:
        """Take in vectors part by part, all or, where a part cannot be read, none.

        Returns:
            The highest number among them, 0 without any.
        """
        start = self._count
        try:
            for part in parts:
                self._keep(part)
        except BaseException:
            self._forget_from(start)
            raise
        if self._count == start:
            return 0
        self._by_number = None
        # Once for all parts: a graph that was kept in a file is compared with everything there is.
        self._make_searchable(start)
        return int(self._numbers[start : self._count].max())

    def _keep(self, vectors: Sequence[VectorRow]) -> None:
        block = np.stack([vector.vector for vector in vectors])
        self._grow(len(block), block.shape[1])
        here = slice(self._count, self._count + len(block))
        self._stored[here] = block
        self._rows[here] = [vector.row for vector in vectors]
        self._numbers[here] = [vector.number for vector in vectors]
        self._is_question[here] = [vector.side is Side.QUESTION for vector in vectors]
        for place, vector in enumerate(vectors, self._count):
            self._places.setdefault(vector.row, []).append(place)
        self._count += len(block)

    def _forget_from(self, start: int) -> None:
        for row in np.unique(self._rows[start : self._count]).tolist():
            kept = [place for place in self._places.pop(row) if place < start]
            if kept:
                self._places[row] = kept
        self._count = start

    def remove(self, rows: Sequence[int]) -> None:
        """Forget the vectors of rows; their places stay empty until the store is opened again."""
        places = [place for row in rows for place in self._places.pop(row, ())]
        self._rows[places] = 0
        if self._nearest is not None and places:
            numbers = np.unique(self._numbers[places])
            owners, others = self._places_of(numbers)
            is_used = np.bincount(owners, self._rows[others] > 0, len(numbers)) > 0
            self._nearest.remove(numbers[~is_used].tolist())

    def save(self) -> None:
        """Keep what took long to build."""
        if self._nearest is not None:
            self._nearest.save()

    def _grow(self, more: int, dimensions: int) -> None:
        if self._count + more <= len(self._rows):
            return
        size = max(1024, self._count + more, len(self._rows) * 3 // 2)
        stored = np.zeros((size, dimensions), np.float16)
        stored[: self._count] = self._stored[: self._count].reshape(-1, dimensions)
        more_room = size - len(self._rows)
        self._stored = stored
        self._rows, self._numbers = (np.pad(column, (0, more_room)) for column in (self._rows, self._numbers))
        self._is_question = np.pad(self._is_question, (0, more_room))
        if self._nearest is None:
            exact_form = np.zeros((min(size, self._exact_limit), dimensions), np.float32)
            kept = min(self._count, len(exact_form))
            exact_form[:kept] = self._exact_form[:kept].reshape(-1, dimensions)
            self._exact_form = exact_form

    def _make_searchable(self, start: int) -> None:
        """Bring the searchable form up to date with places from `start` on."""
        if self._nearest is None and self._count <= self._exact_limit:
            self._exact_form[start : self._count] = self._stored[start : self._count]
            return
        first = 0 if self._nearest is None else start
        # One text of several documents has one vector.
        numbers, places = np.unique(self._numbers[first : self._count], return_index=True)
        vectors = self._stored[first + places]
        if self._nearest is None:
            self._nearest = NearestGraph(numbers, vectors, self._graph_file)
            self._exact_form = np.zeros((0, 0), np.float32)
        else:
            self._nearest.add(numbers, vectors)

    def nearest(self, question: Vector, mask: npt.NDArray[np.bool_], limit: int) -> list[tuple[int, float]]:
        """Return (row, best cosine) of the rows the mask admits, best first."""
        if not self._count or not mask.any():
            return []
        if self._nearest is None:
            return self._exact(question, mask, limit)
        share = max(float(mask.mean()), 0.01)
        wanted = min(self._count, int(limit * 3 / share))
        numbers, scores = self._nearest.nearest(question, wanted)
        owners, places = self._places_of(numbers)
        return self._best(places, scores[owners], mask, limit)

    def _places_of(self, numbers: npt.NDArray[np.int64]) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
        """Return every place of these numbers, in their order, each with the index of its number."""
        if self._by_number is None:
            order = np.argsort(self._numbers[: self._count], kind="stable")
            self._by_number = self._numbers[order], order
        ascending, by_number = self._by_number
        starts, ends = (np.searchsorted(ascending, numbers, side) for side in ("left", "right"))
        counts = ends - starts
        owners = np.repeat(np.arange(len(numbers)), counts)
        # The how-manieth place of its number each one is.
        steps = np.arange(len(owners)) - (np.cumsum(counts) - counts)[owners]
        return owners, by_number[starts[owners] + steps]

    def _exact(self, question: Vector, mask: npt.NDArray[np.bool_], limit: int) -> list[tuple[int, float]]:
        scores = self._exact_form[: self._count] @ question
        # Four passages a document and some filtered ones still leave `limit` documents.
        rows = self._rows[: self._count]
        allowed = np.where((rows > 0) & mask[rows], scores, -2.0)
        count = min(self._count, limit * 4)
        places = np.argpartition(-allowed, count - 1)[:count]
        places = places[np.argsort(-allowed[places])]
        return self._best(places, scores[places], mask, limit)

    def _best(
        self, places: npt.NDArray[np.int64], scores: Vector, mask: npt.NDArray[np.bool_], limit: int
    ) -> list[tuple[int, float]]:
        best: dict[int, float] = {}
        for row, score in zip(self._rows[places].tolist(), scores.tolist(), strict=True):
            if row and mask[row] and row not in best:
                best[row] = score
                if len(best) == limit:
                    break
        return list(best.items())

    def scores(self, question: Vector, rows: Sequence[int]) -> dict[int, VectorScore]:
        """Return the best cosine of each side for rows."""
        places = [place for row in rows for place in self._places.get(row, ())]
        if not places:
            return {row: VectorScore(None, None) for row in rows}
        vectors = self._stored[places].astype(np.float32)
        by_place = dict(zip(places, (vectors @ question).tolist(), strict=True))
        return {row: self._sides(row, by_place) for row in rows}

    def _sides(self, row: int, by_place: dict[int, float]) -> VectorScore:
        places = self._places.get(row, ())
        asked = [by_place[place] for place in places if self._is_question[place]]
        told = [by_place[place] for place in places if not self._is_question[place]]
        return VectorScore(max(asked, default=None), max(told, default=None))
