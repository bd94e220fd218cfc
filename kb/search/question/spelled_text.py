"""Finds the Chinese text that typed pinyin spells, by texts of the knowledge base. Pure.

`dianzifapiao` is 电子发票 once an entry says 电子发票, as an input method that knows the trade's words would have it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import product

from kb.search.question.analysis.folding import fold
from kb.search.question.analysis.sounds import initials, sound_table, sounds
from kb.search.question.analysis.typed import initial_letters, pinyin_readings

_LETTERS = re.compile(r"[a-z]+(?:[ '\-]*[a-z]+)*")
_HAN = re.compile("[\u3400-\u9fff]+")
_FEWEST_LETTERS = 5
_LONGEST_PIECE = 8
_SINGLE_COSTS = 2.5
"""What a syllable that stands alone costs beside a piece of several: alone it may be many characters."""
_MOST_SINGLES = 1


def spelled_text(typed: str, texts: Sequence[str]) -> str | None:
    """Return what typed pinyin spells in the words of some texts; None where they do not have all of it.

    Args:
        typed: Letters, with or without blanks; one typing error is forgiven.
        texts: Titles, ways to ask and answers of what was found by sound, best first.
    """
    letters = fold(typed).text.strip()
    if not _LETTERS.fullmatch(letters) or len(letters) < _FEWEST_LETTERS:
        return None
    readings = pinyin_readings(re.sub(r"[^a-z]", "", letters))
    pieces = _pieces(texts, frozenset("".join(readings)))
    spelled = [written for reading in readings if (written := _written(reading, pieces)) is not None]
    return min(spelled, default=(0.0, None))[1]


def is_spelled_in(typed: str, texts: Iterable[str]) -> bool:
    """Tell whether one of the texts has what letters stand for, pinyin or initials, from the first to the last."""
    letters = re.sub(r"[\s'\-]", "", fold(typed).text)
    readings, firsts = pinyin_readings(letters), initial_letters(letters)
    for text in texts:
        sounded = sounds(fold(text).text)
        if any(reading in sounded for reading in readings) or (firsts is not None and firsts in initials(sounded)):
            return True
    return False


def _pieces(texts: Iterable[str], wanted: frozenset[str]) -> Mapping[str, str]:
    """Return for the sounds of each piece of the texts how it is written; the commonest way, the earlier of equals."""
    counts: dict[str, Counter[str]] = {}
    for text in texts:
        for run in _runs(text, wanted):
            for start, length in product(range(len(run)), range(1, _LONGEST_PIECE + 1)):
                piece = run[start : start + length]
                if len(piece) == length:
                    sounded = "".join(sound for _, sound in piece)
                    counts.setdefault(sounded, Counter())["".join(character for character, _ in piece)] += 1
    return {sounded: written.most_common(1)[0][0] for sounded, written in counts.items()}


def _runs(text: str, wanted: frozenset[str]) -> Iterator[Sequence[tuple[str, str]]]:
    """Yield the stretches of a text whose every character sounds like a syllable that is wanted."""
    folded = fold(text).text
    sounded = sounds(folded)
    known = sound_table().initials
    for match in _HAN.finditer(folded):
        run: list[tuple[str, str]] = []
        for at in range(match.start(), match.end()):
            if sounded[at] in wanted and ord(sounded[at]) in known:
                run.append((folded[at], sounded[at]))
                continue
            if run:
                yield run
            run = []
        if run:
            yield run


def _written(reading: str, pieces: Mapping[str, str]) -> tuple[float, str] | None:
    """Return the cheapest way to write a reading out of pieces, with its cost; None where there is no way."""
    best: list[tuple[float, int, str] | None] = [(0.0, 0, ""), *([None] * len(reading))]
    for end in range(1, len(reading) + 1):
        for start in range(max(0, end - _LONGEST_PIECE), end):
            before, piece = best[start], pieces.get(reading[start:end])
            if before is None or piece is None:
                continue
            is_single = end - start == 1
            way = (before[0] + (_SINGLE_COSTS if is_single else 1.0), before[1] + is_single, before[2] + piece)
            known = best[end]
            if way[1] <= _MOST_SINGLES and (known is None or way < known):
                best[end] = way
    last = best[-1]
    return None if last is None or last[1] == len(reading) else (last[0], last[2])
