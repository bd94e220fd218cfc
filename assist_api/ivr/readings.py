"""What a caller may have said: the recogniser's text and its alternatives, weighed into one ranking of intents. Pure.

Where an engine gives no alternatives, the text mended by its sound towards the flow's own words is the second reading:
a small recogniser writes the right sound in the wrong characters.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import rjieba

from assist_api.ivr.intents import (
    OTHER,
    Embed,
    HeardIntent,
    IntentClassifier,
    IntentFile,
    IntentRanking,
    Reading,
    handling_of,
    shipped_intents,
)
from speech.events import Alternative
from speech.text.correction import LONGEST, SHORTEST, PinyinCorrector

MOST_READINGS = 4
FIRST_SHARE = 0.5
"""Share of the text that the recogniser preferred; its alternatives share the rest by their confidence."""
_CONFIDENCE_OF_SOUND = 0.5
"""Of a text that was mended by its sound."""


@dataclass(frozen=True, slots=True)
class Spoken:
    """Words of a caller as the recogniser wrote them, with what else it may have been."""

    text: str
    alternatives: tuple[Alternative, ...] = ()

    def and_then(self, later: Spoken) -> Spoken:
        """Return these words with later ones behind them; an alternative replaces one of the two."""
        first = [replace(other, text=other.text + later.text) for other in self.alternatives]
        second = [replace(other, text=self.text + other.text) for other in later.alternatives]
        return Spoken(self.text + later.text, (*first, *second))


class WeighedIntents:
    """Ranks intents by every reading of what was said; immutable once made, so that calls may share it."""

    def __init__(self, classifier: IntentClassifier, words: Iterable[str]) -> None:
        """Keep the parts.

        Args:
            classifier: Ranks the intents of one text.
            words: The flow's own words, towards which a text is mended by its sound.
        """
        self._classifier = classifier
        self._corrector = PinyinCorrector(words)

    def understand(self, text: str, alternatives: Sequence[Alternative] = ()) -> IntentRanking:
        """Return the intents of everything that may have been said; a danger in the text itself is acted on at once.

        Args:
            text: As the recogniser wrote it.
            alternatives: What else it may have been, likeliest first.
        """
        others = [other for other in alternatives if other.text and other.text != text] or self._by_sound(text)
        texts = [text, *(other.text for other in others[: MOST_READINGS - 1])]
        if len(texts) == 1 or self._classifier.is_dangerous(text):
            return self._classifier.rank(text)
        return weighed(self._classifier.rank_all(texts), texts, _shares(others[: MOST_READINGS - 1]))

    def is_dangerous(self, text: str) -> bool:
        """Tell whether the rules find a danger; cheap, without the sentence model."""
        return self._classifier.is_dangerous(text)

    def _by_sound(self, text: str) -> list[Alternative]:
        mended = self._corrector.correct(text)
        return [] if mended == text else [Alternative(mended, _CONFIDENCE_OF_SOUND)]


def weighed(rankings: Sequence[IntentRanking], texts: Sequence[str], shares: Sequence[float]) -> IntentRanking:
    """Return one ranking of several readings.

    Args:
        rankings: Of each reading; the text that the recogniser preferred comes first.
        texts: The readings.
        shares: How much each counts; they sum to 1.
    """
    sums: dict[str, float] = {}
    for ranking, share in zip(rankings, shares, strict=True):
        for item in ranking.ranked:
            sums[item.intent] = sums.get(item.intent, 0.0) + share * item.probability
    ranked = tuple(HeardIntent(name, sums[name]) for name in sorted(sums, key=sums.__getitem__, reverse=True))
    readings = tuple(
        Reading(text, share, ranking.ranked[0]) for text, share, ranking in zip(texts, shares, rankings, strict=True)
    )
    do_agree = len({ranking.ranked[0].intent for ranking in rankings}) == 1
    return IntentRanking(ranked, handling_of(ranked, do_agree=do_agree), readings)


def learned_intents(embed: Embed) -> WeighedIntents:
    """Learn the shipped intents; slow, once."""
    written = shipped_intents()
    return WeighedIntents(IntentClassifier(written, embed), own_words(written))


def own_words(written: IntentFile) -> frozenset[str]:
    """Return the words of the examples of every intent, as they are mended towards."""
    sentences = (text for name, intent in written.intents.items() if name != OTHER for text in intent.examples)
    return frozenset(
        word for sentence in sentences for word in rjieba.cut(sentence) if SHORTEST <= len(word) <= LONGEST
    )


def _shares(others: Sequence[Alternative]) -> list[float]:
    total = sum(other.confidence for other in others)
    if not total:
        return [FIRST_SHARE, *((1 - FIRST_SHARE) / len(others) for _ in others)]
    return [FIRST_SHARE, *((1 - FIRST_SHARE) * other.confidence / total for other in others)]
