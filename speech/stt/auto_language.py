"""Pure: Chinese or English, from what the model thinks of a segment and what its leg has spoken so far.

The model guesses from the sound of the segment alone, and a short or noisy one sounds like anything: the whole text of
a wrongly guessed segment is lost. People rarely change their language within a call.
"""

from __future__ import annotations

from speech.settings import Language
from speech.stt.base import RecognitionRequest

AT_LEAST = 0.7
"""Share of the two languages' probability from which a leg's first segments are English: calls are mostly Chinese."""
TO_SWITCH = 0.9
"""Share from which a segment is English after Chinese, or at the very beginning of a leg when it is short."""
TO_STAY = 0.3
"""Share from which a segment is English after English: less, since the first guess may have been wrong."""
SHORTEST_SWITCH_MS = 1500
"""A shorter segment is never English after Chinese."""


class SpokenLanguage:
    """What a leg has spoken so far, by the length of its segments."""

    def __init__(self) -> None:
        self._milliseconds = dict.fromkeys((Language.CHINESE, Language.ENGLISH), 0)

    def hear(self, language: Language, duration_ms: int) -> None:
        """Take in a segment that had words."""
        self._milliseconds[language] = self._milliseconds.get(language, 0) + duration_ms

    @property
    def so_far(self) -> Language | None:
        """The language of most of it; None at the beginning."""
        best = max(self._milliseconds, key=self._milliseconds.__getitem__)
        return best if self._milliseconds[best] > 0 else None


def choose_language(request: RecognitionRequest, *, chinese: float, english: float) -> Language:
    """Decide on the language of a segment.

    Args:
        request: The segment and what its leg has spoken so far.
        chinese: The model's probability of Chinese.
        english: Of English.
    """
    total = chinese + english
    share = english / total if total > 0 else 0.0
    is_short = request.duration_ms < SHORTEST_SWITCH_MS
    match request.spoken:
        case Language.CHINESE:
            is_english = not is_short and share >= TO_SWITCH
        case Language.ENGLISH:
            is_english = share >= TO_STAY
        case _:
            is_english = share >= (TO_SWITCH if is_short else AT_LEAST)
    return Language.ENGLISH if is_english else Language.CHINESE
