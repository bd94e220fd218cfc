"""Which texts are held out when."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import numpy.typing as npt

Rows = npt.NDArray[np.intp]

FOLDS = 3
TEXTS_PER_CLUSTER = 100
"""Usual number of ways in which one question is put, in entries (variants) and in public sets of paraphrases."""
NEAR = 0.75
"""Cosine of centred vectors from which two texts are taken for ways of saying the same."""
_ROWS_AT_ONCE = 2_048


def folds(
    labels: Rows, groups: Rows | None = None, vectors: npt.NDArray[np.float32] | None = None
) -> Iterator[tuple[Rows, Rows]]:
    """Yield training and held-out rows, always the same ones.

    Half of the groups are held out whole, the texts of the others one by one: callers ask what is known in words
    that are not, and ask what is not known at all. Scores on both show what each kind is worth.

    Args:
        labels: Category of every text; each is spread over the folds, and never held out entirely.
        groups: Number of the group of every text; texts of one group say the same thing. None: every text alone.
        vectors: Unit vectors of the texts, where groups were only guessed from them: what is near a text that is
            held out with its group is not learned from either.
    """
    generator = np.random.default_rng(0)
    fold = np.full(len(labels), -1)
    units = np.arange(len(labels)) if groups is None else _units(groups, generator)
    for label in np.unique(labels):
        rows = np.flatnonzero(labels == label)
        names, members = np.unique(units[rows], return_inverse=True)
        if len(names) == 1 and len(rows) > 1:
            names, members = rows, np.arange(len(rows))
        if len(names) > 1:
            place = (generator.permutation(len(names)) + generator.integers(FOLDS)) % FOLDS
            fold[rows] = place[members]
    for number in range(FOLDS):
        train, part = np.flatnonzero(fold != number), np.flatnonzero(fold == number)
        if vectors is not None and groups is not None:
            train = _not_near(train, part[units[part] == groups[part]], vectors)
        if len(part) and len(np.unique(labels[train])) > 1:
            yield train, part


def of_rows(named: Mapping[str, npt.NDArray[np.float32]], rows: Rows) -> dict[str, npt.NDArray[np.float32]]:
    """Return these rows of every matrix."""
    return {name: matrix[rows] for name, matrix in named.items()}


def _not_near(train: Rows, part: Rows, vectors: npt.NDArray[np.float32]) -> Rows:
    starts = range(0, len(train), _ROWS_AT_ONCE)
    blocks = [vectors[train[at : at + _ROWS_AT_ONCE]] @ vectors[part].T for at in starts if len(part)]
    return train[np.concatenate([block.max(axis=1) < NEAR for block in blocks])] if blocks else train


def _units(groups: Rows, generator: np.random.Generator) -> Rows:
    """Return what is held out together: every second group, and the texts of the others one by one."""
    alone = generator.random(groups.max() + 1) < 0.5
    return np.where(alone[groups], groups.max() + 1 + np.arange(len(groups)), groups)


def group_numbers(names: Sequence[str], vectors: npt.NDArray[np.float32] | None) -> Rows | None:
    """Return the group of every text: by name where all have one, else by meaning; None without either."""
    if all(names):
        return np.unique(np.array(names), return_inverse=True)[1].astype(np.intp)
    if vectors is None or len(vectors) < 2 * TEXTS_PER_CLUSTER:
        return None
    # Nearness to one of many texts drawn at random groups paraphrases as well as real clusters, in one product.
    drawn = np.random.default_rng(0).choice(len(vectors), len(vectors) // TEXTS_PER_CLUSTER, replace=False)
    starts = range(0, len(vectors), _ROWS_AT_ONCE)
    return np.concatenate([(vectors[at : at + _ROWS_AT_ONCE] @ vectors[drawn].T).argmax(axis=1) for at in starts])
