"""How likely a text is in the language of the knowledge base: 批量, not 费量. Pure.

A character model: each character after the two before it, in the texts that callers' questions and our answers are
written in. It is small, soon learned, and only ever chooses between texts that were heard (docs/adr/0014).
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator

ORDER = 3
"""Characters that are looked at together."""
MAX_CHARACTERS = 300_000
"""Text that is learned from: two seconds and 33 MB. The demo knowledge has 80,000 (half a second, 15 MB)."""
_CHARACTERS = 8_000
"""Characters that may come where nothing is known: those of everyday Chinese."""
_BEGIN, _END = "\x02", "\x03"


class TradeLanguage:
    """Counts of the texts it was made from, with Witten-Bell smoothing; immutable, so threads may share it."""

    def __init__(self, texts: Iterable[str]) -> None:
        """Learn from bare texts (no spaces, no punctuation), the first `MAX_CHARACTERS` of them."""
        self._counts: Counter[str] = Counter()
        self._contexts: Counter[str] = Counter()
        self._followers: Counter[str] = Counter()
        learned = 0
        for text in texts:
            learned += len(text)
            if learned > MAX_CHARACTERS:
                break
            for context, gram in _grams(text):
                self._followers[context] += gram not in self._counts
                self._counts[gram] += 1
                self._contexts[context] += 1

    @property
    def knows_anything(self) -> bool:
        """Whether there was a text to learn from."""
        return bool(self._counts)

    def log_likelihood(self, text: str) -> float:
        """Return the natural logarithm of the probability of a bare text, its end included."""
        framed = _framed(text)
        return sum(
            math.log(self._probability(framed[at - ORDER + 1 : at], framed[at])) for at in range(ORDER - 1, len(framed))
        )

    def _probability(self, context: str, character: str) -> float:
        probability = 1.0 / _CHARACTERS
        for length in range(len(context) + 1):
            near = context[len(context) - length :]
            seen = self._contexts[near]
            if not seen:
                break
            followers = self._followers[near]
            probability = (self._counts[near + character] + followers * probability) / (seen + followers)
        return probability


def _grams(text: str) -> Iterator[tuple[str, str]]:
    """Yield every run of one to `ORDER` characters with what stands before its last."""
    framed = _framed(text)
    for at in range(ORDER - 1, len(framed)):
        for length in range(ORDER):
            gram = framed[at - length : at + 1]
            yield gram[:-1], gram


def _framed(text: str) -> str:
    return _BEGIN * (ORDER - 1) + text + _END
