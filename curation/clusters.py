"""Puts questions that mean the same together. Pure.

Clusters only grow: a question joins the nearest leader or leads a cluster of its own. So an item that a curator looks
at never splits or vanishes because others asked something new.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from kb.search.embedders.base import Vectors


def join_leaders(questions: Vectors, leaders: Vectors, join_from: float) -> Sequence[int]:
    """Return for each question the number of its leader.

    Args:
        questions: One row each, of length 1, in the order they were asked.
        leaders: Of the clusters that exist, one row each; may have no rows.
        join_from: Cosine from which a question means the same as a leader.

    Returns:
        Numbers below the count of `leaders` mean those; higher ones are new, and count on from there.
    """
    count = len(leaders)
    known = np.empty((count + len(questions), questions.shape[1]), dtype=np.float32)
    known[:count] = leaders
    joined: list[int] = []
    for question in questions:
        # One product of matrices, in which other threads may run.
        near = known[:count] @ question
        if count and float(near.max()) >= join_from:
            joined.append(int(near.argmax()))
        else:
            joined.append(count)
            known[count] = question
            count += 1
    return joined
