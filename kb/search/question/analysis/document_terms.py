"""The terms a document is indexed by: the same lists for every store."""

from __future__ import annotations

import re

from kb.kinds import DocumentKind
from kb.search.documents import SearchDocument
from kb.search.question.analysis.folding import fold
from kb.search.question.analysis.sounds import SOUND_RANGE, initials, sounds
from kb.search.question.analysis.terms import Channel, gram_texts, word_texts

TITLE_COUNTS = 2
"""How often a title's terms are counted: the measured baselines weigh titles double."""

_NO_SOUND = re.compile(f"[^{SOUND_RANGE}]")
_INITIALS_LENGTHS = (2, 3, 4)


def document_terms(document: SearchDocument) -> dict[Channel, list[str]]:
    """Return the terms of every channel, repeated as often as they count."""
    is_case = document.kind is DocumentKind.CASE
    asked = [document.title, *document.variants, *([document.script] if is_case else [])]
    told = [document.answer, *([] if is_case else [document.script])]
    found: dict[Channel, list[str]] = {channel: [] for channel in Channel}
    for number, text in enumerate([*asked, *told]):
        counts = TITLE_COUNTS if number == 0 else 1
        folded = fold(text).text
        sounded = sounds(folded)
        found[Channel.WORDS] += word_texts(folded) * counts
        found[Channel.CHARACTERS] += gram_texts(folded) * counts
        found[Channel.SOUNDS] += gram_texts(sounded) * counts
        if number < len(asked):
            found[Channel.INITIALS] += initial_grams(sounded)
    return found


def initial_grams(sounded: str) -> list[str]:
    """Return the 2- to 4-letter pieces of the initials of every run of syllables."""
    letters = initials(_NO_SOUND.sub(" ", sounded))
    return [
        run[start : start + length]
        for run in letters.split()
        for length in _INITIALS_LENGTHS
        for start in range(len(run) - length + 1)
    ]
