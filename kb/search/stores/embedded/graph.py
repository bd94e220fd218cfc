"""The graph of nearest vectors (usearch), which takes a minute to build for 100,000 and is therefore kept in a file.

Its keys are the numbers of vectors in the row file, which are never given twice. Nothing depends on the file: what it
lacks is added, what it has too much of is taken out, and one that cannot be read or holds other vectors is built anew.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy as np
import numpy.typing as npt
import onnxruntime  # noqa: F401  # constraint: loaded after usearch 2.26 it crashes the process
import structlog
from usearch.index import Index

from kb.search.stores.base import Vector
from kit.files import remove_unfinished, replace_atomically

log = structlog.get_logger(__name__)

Numbers = npt.NDArray[np.int64]
Stored = npt.NDArray[np.float16]

_COMPARED = 64
"""Vectors of a file that must be those of the rows before the rest is believed."""
_BREADTH = 800
"""Neighbours kept in sight while the graph is walked. Of the 180 nearest of 118,000 real vectors .91 are found with
usearch's own 64, .96 with 400 and .98 with 800, for 0.7, 1.3 and 1.8 ms."""
_SAVED_AFTER = 1_000
"""Changes that are worth writing the file again; fewer are made up for when it is read."""


class NearestGraph:
    """Finds the numbers of the nearest vectors. Not thread-safe."""

    def __init__(self, numbers: Numbers, vectors: Stored, file: Path | None) -> None:
        """Take the graph from the file as far as it fits these vectors, and build the rest.

        Args:
            numbers: Of the vectors, each once.
            vectors: One row a number.
            file: Where it is kept; None to keep it in memory only.
        """
        self._file = file
        self._changes = 0
        kept = None if file is None else _read(file, numbers, vectors)
        self._index = kept or Index(ndim=vectors.shape[1], metric="ip", dtype="f16", expansion_search=_BREADTH)
        # As a slice: one by one the keys take quadratic time.
        known = np.asarray(self._index.keys[: len(self._index)], np.int64)
        self.remove(np.setdiff1d(known, numbers).tolist())
        self.add(numbers, vectors)

    def add(self, numbers: Numbers, vectors: Stored) -> None:
        """Take in the vectors whose numbers it lacks; every number is given once."""
        is_new = ~np.asarray(self._index.contains(numbers), np.bool_)
        if is_new.any():
            self._index.add(numbers[is_new], vectors[is_new])
            self._changes += int(is_new.sum())

    def remove(self, numbers: Iterable[int]) -> None:
        """Forget numbers; unknown ones are ignored."""
        for number in numbers:
            self._changes += int(self._index.remove(number))

    def nearest(self, question: Vector, count: int) -> tuple[Numbers, Vector]:
        """Return numbers and cosines of the nearest vectors, best first."""
        found = self._index.search(question, count)
        return found.keys.astype(np.int64), (1.0 - found.distances).astype(np.float32)

    def save(self) -> None:
        """Write the file where enough has changed since it was read or written."""
        if self._file is None or self._changes < _SAVED_AFTER:
            return
        try:
            remove_unfinished(self._file)
            with replace_atomically(self._file) as fresh:
                self._index.save(fresh)
        except (OSError, RuntimeError) as error:  # RuntimeError is usearch's for a full disk
            log.warning("vector_graph_not_saved", reason=str(error))
        else:
            self._changes = 0


def _read(file: Path, numbers: Numbers, vectors: Stored) -> Index | None:
    if not file.is_file():
        return None
    try:
        index = Index.restore(file, expansion_search=_BREADTH)
    except (OSError, RuntimeError, ValueError, AttributeError) as error:  # what usearch raises for damage of any sort
        log.warning("vector_graph_unreadable", reason=str(error))
        return None
    if index is None or index.ndim != vectors.shape[1] or index.dtype.name != "F16":
        return None
    known = np.flatnonzero(index.contains(numbers))
    looked_at = known[:: max(1, len(known) // _COMPARED)]
    if not len(looked_at):
        return None
    theirs = np.array(index.get(numbers[looked_at]), np.float16)
    return index if np.array_equal(theirs, vectors[looked_at]) else None
