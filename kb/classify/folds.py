"""Which texts are held out when."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

Rows = npt.NDArray[np.intp]

FOLDS = 3


def folds(labels: Rows) -> Iterator[tuple[Rows, Rows]]:
    """Yield training and held-out rows, always the same ones.

    Every category is spread over the folds; the only text of a category is never held out.
    """
    generator = np.random.default_rng(0)
    fold = np.full(len(labels), -1)
    for label in np.unique(labels):
        rows = generator.permutation(np.flatnonzero(labels == label))
        if len(rows) > 1:
            fold[rows] = (np.arange(len(rows)) + generator.integers(FOLDS)) % FOLDS
    for number in range(FOLDS):
        train, part = np.flatnonzero(fold != number), np.flatnonzero(fold == number)
        if len(part) and len(np.unique(labels[train])) > 1:
            yield train, part
