"""The few texts of a large publication that could take a gold question's place; pure."""

from __future__ import annotations

import heapq
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import count

from kb.gold.changes import TextChange
from kb.search.documents import SearchDocument
from kb.search.stores.base import SearchFilter
from kb.search.stores.overlay import Draft, Term

CONTENDERS = 5
"""Texts looked at for a question. Three cards are shown, and this order is not the ranking's: two more may overtake."""
LEAST_SHARE = 0.4
"""Of what the wanted entry shares with the question; what shares less does not come to stand above it.

Measured on every third gold question of the demo knowledge: every entry above a wanted one shares at least .48.
"""


@dataclass(frozen=True, slots=True)
class WeighedQuestion:
    """A question as candidates are looked for.

    Attributes:
        weights: What each term counts, see `term_weights`.
        wanted: What a document must fulfil to be found.
        least: What a text must share at least, in sum.
    """

    weights: Mapping[Term, float]
    wanted: SearchFilter
    least: float

    @classmethod
    def against(cls, weights: Mapping[Term, float], wanted: SearchFilter, entry: SearchDocument) -> WeighedQuestion:
        """Weigh a question whose place an entry holds."""
        terms = Draft.of(entry).terms
        held = sum(weight for (channel, text), weight in weights.items() if terms[channel][text])
        return cls(weights, wanted, LEAST_SHARE * held)


class Contenders:
    """Sees every new text of a publication once and keeps those that can matter to a question.

    Kept are, for each question, the `CONTENDERS` texts whose terms weigh most in sum: however large the publication,
    no more than that a question. A text that means the like in quite other words is not among them, and texts that
    are left out do not count in how rare a word is: a rank behind the cards may come out too good. The run of all
    questions sees what is.
    """

    def __init__(self, questions: Sequence[WeighedQuestion]) -> None:
        self._questions = questions
        self._asking: dict[Term, list[tuple[int, float]]] = {}
        for at, question in enumerate(questions):
            for term, weight in question.weights.items():
                self._asking.setdefault(term, []).append((at, weight))
        # The running number keeps equal sums in order: changes themselves cannot be compared.
        self._best: list[list[tuple[float, int, TextChange]]] = [[] for _ in questions]
        self._numbers = count()

    def offer(self, changes: Sequence[TextChange]) -> None:
        """Take in a portion of the changes."""
        for change in changes:
            if change.after is not None and not change.is_silent:
                self._weigh(change, change.after)

    def _weigh(self, change: TextChange, text: SearchDocument) -> None:
        sums: dict[int, float] = {}
        for channel, texts in Draft.of(text).terms.items():
            for term in texts:
                for at, weight in self._asking.get((channel, term), ()):
                    sums[at] = sums.get(at, 0.0) + weight
        number = -next(self._numbers)
        for at, total in sums.items():
            best, question = self._best[at], self._questions[at]
            is_full = len(best) == CONTENDERS
            if total < question.least or (is_full and total <= best[0][0]) or not question.wanted.admits(text):
                continue
            (heapq.heappushpop if is_full else heapq.heappush)(best, (total, number, change))

    def changes(self) -> dict[str, TextChange]:
        """Return what can matter, by entry."""
        return {str(change.entry_id): change for best in self._best for _, _, change in best}

    def is_contested(self, at: int) -> bool:
        """Whether any new text shares enough with a question."""
        return bool(self._best[at])
