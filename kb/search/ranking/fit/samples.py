"""Turns judged questions into candidates with features."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from kb.search.query import SearchQuery
from kb.search.ranking.features import Floats
from kb.search.ranking.fit.judgements import JudgedQuestion
from kb.search.ranking.measured import MeasuredQuestion
from kb.search.service import SearchService

WRONG_COUNTS = 3.0
"""How many unjudged documents one judged wrong weighs when the order is learned."""
PASSED_OVER_COUNTS = 1.5

_HELD_OUT_OF = 3
"""One question in so many is held out; which one its text decides, so that a question never changes sides."""

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Sample:
    """A judged question with its candidates."""

    question: JudgedQuestion
    measured: MeasuredQuestion

    @property
    def is_relevant(self) -> npt.NDArray[np.bool_]:
        """Which candidates answer it."""
        return np.array([name in self.question.relevant for name in self.measured.document_ids], bool)

    @property
    def counts(self) -> Floats:
        """How much each candidate counts as something to be ranked below."""
        return np.array([self._count(name) for name in self.measured.document_ids])

    def _count(self, name: str) -> float:
        if name in self.question.wrong:
            return WRONG_COUNTS
        return PASSED_OVER_COUNTS if name in self.question.passed_over else 1.0

    @property
    def bucket(self) -> int:
        """A number that depends on the text alone."""
        return int.from_bytes(hashlib.blake2b(self.question.text.encode("utf-8"), digest_size=4).digest(), "big")


async def measure_questions(service: SearchService, questions: Sequence[JudgedQuestion], say: Say) -> list[Sample]:
    """Search for every question and keep what the ranking saw."""
    samples = []
    for number, question in enumerate(questions, 1):
        _result, measured = await service.search_measured(SearchQuery(question.text))
        samples.append(Sample(question, measured))
        if number % 500 == 0:
            say(f"searched {number} of {len(questions)} questions")
    return samples


def split(samples: Sequence[Sample]) -> tuple[list[Sample], list[Sample]]:
    """Return samples to learn from and held-out ones."""
    held_out = [sample for sample in samples if sample.bucket % _HELD_OUT_OF == 0]
    return [sample for sample in samples if sample.bucket % _HELD_OUT_OF], held_out
