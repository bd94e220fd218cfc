"""Ranks the categories of a text: several opinions, each calibrated, and their mean."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from kb.classify.calibration import softmax
from kb.classify.heads import make_heads
from kb.classify.judge import Judge, agreed
from kb.classify.lexical import LexicalView
from kb.classify.opinions import Opinion, mean_of
from kb.classify.text import agent_content_text, content_text, vector_text
from kb.classify.vectors import VectorView
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
        lexical: The view that is always there.
        vector: The view by meaning, when an embedder took part in the fit.
        writing: The view of texts as they were written, when it was fitted for such.
        opinions: What their scorers are worth; the first needs no embedder.
        threshold: Below this probability it abstains.
        judge: Reads all scores together, where that was found to help.
    """

    def __init__(
        self,
        categories: Sequence[str],
        lexical: LexicalView,
        vector: VectorView | None,
        opinions: Sequence[Opinion],
        threshold: float,
        embedder: Embedder | None = None,
        writing: LexicalView | None = None,
        judge: Judge | None = None,
    ) -> None:
        self.categories = tuple(categories)
        self.lexical = lexical
        self.vector = vector
        self.writing = writing
        self.opinions = tuple(opinions)
        self.threshold = threshold
        self.judge = judge
        self._embedder = embedder
        self._heads = make_heads(self.categories)
        self._sectors = np.array([_sector(category) for category in self.categories])

    def scores(self, texts: Sequence[str], written: Sequence[str] | None = None) -> Floats:
        """Return the log probabilities of texts as `content_text` returns them: one row a text.

        Args:
            texts: What was said.
            written: The same texts as they were written; None when they were not.
        """
        named = prefixed(self.lexical.name, self.lexical.scores(texts, self._heads))
        familiar = np.zeros(len(texts), np.float32)
        if self.vector is not None and self._embedder is not None:
            scores, familiar = self.vector.scores(
                self._embedder.embed_questions([*map(vector_text, texts)]), self._heads
            )
            named |= prefixed(self.vector.name, scores)
        if self.writing is not None:
            named |= prefixed(
                self.writing.name, self.writing.scores(texts if written is None else written, self._heads)
            )
        probabilities = mean_of(self.opinions, named, familiar)
        # Without an embedder the scorers by meaning are missing, and half a judge is none.
        if self.judge is not None and named.keys() >= set(self.judge.scorers):
            probabilities = agreed(probabilities, self.judge.probabilities(named))
        likelihoods: Floats = np.log(np.maximum(probabilities, 1e-12))
        return likelihoods

    def probabilities(self, texts: Sequence[str]) -> Floats:
        """Return calibrated probabilities of raw texts: one row a text, in the order of `categories`."""
        return softmax(self.scores([content_text(text) for text in texts], texts))

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
        probabilities = softmax(scores[None])[0]
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


def prefixed(view: str, matrices: Mapping[str, npt.NDArray[np.float32]]) -> dict[str, npt.NDArray[np.float32]]:
    """Name the scorers of a view as the pool does."""
    return {f"{view}.{name}": matrix for name, matrix in matrices.items()}


def _sector(category_id: str) -> str:
    sector = split_category_id(category_id)[1].partition(".")[0]
    return "" if sector == "general" else sector
