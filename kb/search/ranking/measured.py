"""Candidates of one question with their features, for evaluations and fits; frozen, leaf type."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace

import numpy as np

from kb.search.ranking.features import FEATURES, Floats


@dataclass(frozen=True, slots=True)
class MeasuredQuestion:
    """The candidates of one question with their features.

    Attributes:
        document_ids: One a row of `features`.
        features: Columns are `kb.search.ranking.features.FEATURES`, without gaps.
        question_characters: Length of the question as ranked.
        has_vectors: Whether vectors took part.
    """

    document_ids: tuple[str, ...]
    features: Floats
    question_characters: int
    has_vectors: bool

    def without(self, document_ids: Collection[str]) -> MeasuredQuestion:
        """Return the question as if these documents were not in the knowledge base."""
        kept = [row for row, name in enumerate(self.document_ids) if name not in document_ids]
        return replace(self, document_ids=tuple(self.document_ids[row] for row in kept), features=self.features[kept])


NOTHING_MEASURED = MeasuredQuestion((), np.zeros((0, len(FEATURES))), 0, has_vectors=False)
"""Of a question that has no candidates."""
