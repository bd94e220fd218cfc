"""Measures the anger of a caller by words and by talk pattern: cutting the agent short, the same demand again. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz

from assist_api.alerts.raised import TwoLanguages
from assist_api.hints.book import AngerWord
from assist_api.hints.phrases import PhraseSet, Place, Spoken
from assist_api.transcripts.utterances import LegRole, Utterance

WINDOW_MS = 180_000
"""Points older than this no longer count: a caller who was heard calms down."""
_CUT_SHORT_MS = 700
"""The agent went on for at least this long after the caller began; shorter overlaps are turn-taking."""
_INTO_SPEECH_MS = 300
"""The agent had spoken for at least this long; otherwise both began together."""
_AGAIN_AFTER_MS = 10_000
_LIKE_BEFORE = 78
"""Likeness in percent (rapidfuzz `ratio`) from which a demand counts as said again."""
_SHORTEST_DEMAND = 7
"""Characters; shorter sentences (yes, no, thanks) are said again by everybody."""
INTERRUPTION, REPEATED = "interruption", "repeated"
_INTERRUPTION_NAME = TwoLanguages(zh="多次打断坐席", en="Cuts the agent short again and again")
_REPEATED_NAME = TwoLanguages(zh="重复同一诉求", en="Repeats the same demand")


@dataclass(frozen=True, slots=True)
class Sign:
    """One sign of anger.

    Attributes:
        at_ms: Audio time of the utterance.
        points: What it weighs.
        key: The rule, or the talk pattern.
        name: What the agent is told it was.
        utterance: Where it was heard.
        place: The words.
    """

    at_ms: int
    points: int
    key: str
    name: TwoLanguages
    utterance: Utterance
    place: Place


class AngerMeter:
    """Adds up the signs of one call."""

    def __init__(self, words: Iterable[AngerWord], interruptions_from: int) -> None:
        """Prepare a call.

        Args:
            words: Of the hint book.
            interruptions_from: From which interruption on each counts a point.
        """
        self._words = [(word, PhraseSet(word.heard, word.unless)) for word in words]
        self._interruptions_from = interruptions_from
        self._interruptions = 0
        self._signs: list[Sign] = []

    def hear(self, utterance: Utterance, before: Sequence[Utterance]) -> Sequence[Sign]:
        """Return the signs that stand in the last three minutes when a caller's final brought a new one.

        Args:
            utterance: A final of the caller.
            before: All earlier finals of the call.
        """
        new = [*self._by_words(utterance), *self._by_pattern(utterance, before)]
        if not new:
            return ()
        self._signs = [sign for sign in (*self._signs, *new) if utterance.start_ms - sign.at_ms <= WINDOW_MS]
        return self._signs

    def _by_words(self, utterance: Utterance) -> Iterable[Sign]:
        spoken = Spoken(utterance.text)
        for word, phrases in self._words:
            if (place := phrases.find(spoken)) is not None:
                name = TwoLanguages(zh=word.name.zh, en=word.name.en)
                yield Sign(utterance.start_ms, word.points, word.id, name, utterance, place)

    def _by_pattern(self, utterance: Utterance, before: Sequence[Utterance]) -> Iterable[Sign]:
        whole = Place(0, len(utterance.text))
        if any(is_cut_short(agent, utterance) for agent in before if agent.leg_role is LegRole.AGENT):
            self._interruptions += 1
            if self._interruptions >= self._interruptions_from:
                yield Sign(utterance.start_ms, 1, INTERRUPTION, _INTERRUPTION_NAME, utterance, whole)
        if any(is_demand_again(earlier, utterance) for earlier in before if earlier.leg_role is LegRole.CUSTOMER):
            yield Sign(utterance.start_ms, 1, REPEATED, _REPEATED_NAME, utterance, whole)


def is_cut_short(agent: Utterance, caller: Utterance) -> bool:
    """Whether the caller began amid what the agent was saying."""
    return agent.start_ms + _INTO_SPEECH_MS <= caller.start_ms <= agent.end_ms - _CUT_SHORT_MS


def is_demand_again(earlier: Utterance, caller: Utterance) -> bool:
    """Whether the caller says once more what was said before."""
    said, known = Spoken(caller.text).letters, Spoken(earlier.text).letters
    if min(len(said), len(known)) < _SHORTEST_DEMAND or caller.start_ms - earlier.end_ms < _AGAIN_AFTER_MS:
        return False
    # A row of digits said again is a number read back, not a demand.
    return not any(letter.isdecimal() for letter in said) and fuzz.ratio(said, known) >= _LIKE_BEFORE
