"""The few texts of a large publication that share most with each gold question; pure."""

from __future__ import annotations

import heapq
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import count

from kb.gold.changes import TextChange
from kb.search.documents import SearchDocument
from kb.search.stores.base import SearchFilter
from kb.search.stores.overlay import Draft, Term

CONTENDERS = 5
"""Texts looked at for a question. Three cards are shown, and this order is not the ranking's: two more may overtake."""


@dataclass(frozen=True, slots=True)
class WeighedQuestion:
    """A question as candidates are looked for.

    Attributes:
        weights: What each term counts, see `term_weights`.
        wanted: What a document must fulfil to be found.
    """

    weights: Mapping[Term, float]
    wanted: SearchFilter


class Contenders:
    """Sees every change of a publication once and keeps those that can matter to a question.

    Kept are the `CONTENDERS` new texts whose terms weigh most in sum for each question, and every change of an entry
    that a question finds now or that is its own: at most some 16 changes a question, however large the publication. A
    text that means the like in quite other words is not among them, and texts that are left out do not count in how
    rare a word is: a rank behind the cards may come out too good. The run of all questions sees what is.
    """

    def __init__(self, questions: Sequence[WeighedQuestion], shown: Collection[str]) -> None:
        """Begin.

        Args:
            questions: Those that are tested.
            shown: Ids of the entries that a question finds now or that are its own.
        """
        self._questions = questions
        self._shown = frozenset(shown)
        self._asking: dict[Term, list[tuple[int, float]]] = {}
        for at, question in enumerate(questions):
            for term, weight in question.weights.items():
                self._asking.setdefault(term, []).append((at, weight))
        # The running number keeps equal sums in order: changes themselves cannot be compared.
        self._best: list[list[tuple[float, int, TextChange]]] = [[] for _ in questions]
        self._numbers = count()
        self._moved: dict[str, TextChange] = {}

    def offer(self, changes: Sequence[TextChange]) -> None:
        """Take in a portion of the changes."""
        for change in changes:
            if change.is_silent:
                continue
            if str(change.entry_id) in self._shown:
                self._moved[str(change.entry_id)] = change
            if change.after is not None:
                self._weigh(change, change.after)

    def _weigh(self, change: TextChange, text: SearchDocument) -> None:
        sums: dict[int, float] = {}
        for channel, texts in Draft.of(text).terms.items():
            for term in texts:
                for at, weight in self._asking.get((channel, term), ()):
                    sums[at] = sums.get(at, 0.0) + weight
        number = -next(self._numbers)
        for at, total in sums.items():
            best = self._best[at]
            if len(best) == CONTENDERS and total <= best[0][0]:
                continue
            if self._questions[at].wanted.admits(text):
                (heapq.heappush if len(best) < CONTENDERS else heapq.heappushpop)(best, (total, number, change))

    def changes(self) -> dict[str, TextChange]:
        """Return what can matter, by entry."""
        rising = {str(change.entry_id): change for best in self._best for _, _, change in best}
        return self._moved | rising

    def is_contested(self, at: int) -> bool:
        """Whether any new text shares something with a question."""
        return bool(self._best[at])
