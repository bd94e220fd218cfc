"""Turns a text into its sounds: toneless Mandarin readings, one character a syllable.

A syllable is written as one private-use character, so that a sounded text has the length of the text it came
from, its offsets hold, and n-grams of sounds are cut, counted and found exactly as n-grams of characters are.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

_FIRST_SOUND = 0xE000
SOUND_RANGE = "\ue000-\ue3ff"
"""For regular expressions: every character that stands for a syllable."""

_SIMILAR_STARTS = (("zh", "z"), ("ch", "c"), ("sh", "s"), ("n", "l"))
_SIMILAR_ENDS = (("ang", "an"), ("eng", "en"), ("ing", "in"))


@dataclass(frozen=True)
class SoundTable:
    """The readings shipped in `pinyin.txt`.

    Attributes:
        syllables: Every syllable, in the order of their sound characters.
        readings: Character → sound, as a table for `str.translate`.
        word_readings: Two-character word → its two sounds where they differ from the commonest readings.
        similar: Sound → the sound that stands for all that are easily confused with it.
        initials: Sound → first letter of its syllable.
    """

    syllables: tuple[str, ...]
    readings: dict[int, str]
    word_readings: dict[str, str]
    similar: dict[int, str]
    initials: dict[int, str]

    def sound(self, syllable: str) -> str:
        """Return the character that stands for a syllable; `KeyError` when there is no such syllable."""
        return self._by_syllable[syllable]

    @property
    def _by_syllable(self) -> dict[str, str]:
        return _sound_by_syllable(self.syllables)


@cache
def _sound_by_syllable(syllables: tuple[str, ...]) -> dict[str, str]:
    return {syllable: chr(_FIRST_SOUND + index) for index, syllable in enumerate(syllables)}


@cache
def sound_table() -> SoundTable:
    """Return the shipped table, read once."""
    text = (files("kb.search.question.analysis") / "pinyin.txt").read_text(encoding="utf-8")
    body = [line for line in text.splitlines() if not line.startswith("#")]
    divider = body.index("---")
    rows = [line.split(" ") for line in body[:divider]]
    syllables = tuple(row[0] for row in rows)
    sound = _sound_by_syllable(syllables)
    readings = {ord(character): sound[syllable] for syllable, characters in rows for character in characters}
    words = {
        word: "".join(sound[syllable] for syllable in spoken)
        for word, *spoken in (line.split(" ") for line in body[divider + 1 :])
    }
    similar = {ord(sound[syllable]): sound[_similar_syllable(syllable, sound)] for syllable in syllables}
    initials = {ord(sound[syllable]): syllable[0] for syllable in syllables}
    return SoundTable(syllables, readings, words, similar, initials)


def _similar_syllable(syllable: str, known: dict[str, str]) -> str:
    start = next(((long, short) for long, short in _SIMILAR_STARTS if syllable.startswith(long)), ("", ""))
    folded = start[1] + syllable[len(start[0]) :]
    end = next(((long, short) for long, short in _SIMILAR_ENDS if folded.endswith(long)), ("", ""))
    folded = folded.removesuffix(end[0]) + end[1]
    return folded if folded in known else syllable


@cache
def _polyphones() -> re.Pattern[str]:
    words = sound_table().word_readings
    starts, ends = ("".join(sorted({word[at] for word in words})) for at in (0, 1))
    # The second character stays unread, since it may begin the next word; few pairs get as far as the look-up.
    return re.compile(f"[{starts}](?=[{ends}])")


def sounds(folded_text: str) -> str:
    """Return the text with every Han character replaced by its sound; same length, other characters stay."""
    table = sound_table()
    sounded = folded_text.translate(table.readings)
    for match in _polyphones().finditer(folded_text):
        at = match.start()
        if spoken := table.word_readings.get(folded_text[at : at + 2]):
            sounded = sounded[:at] + spoken + sounded[at + 2 :]
    return sounded


def similar_sounds(sounded: str) -> str:
    """Return sounds with easily confused ones made equal (zh/z, ch/c, sh/s, n/l, -ng/-n)."""
    return sounded.translate(sound_table().similar)


def initials(sounded: str) -> str:
    """Return sounds with every syllable replaced by its first letter."""
    return sounded.translate(sound_table().initials)


def spell(sounded: str) -> str:
    """Return sounds as readable pinyin, for logs and tests."""
    names = {ord(sound): f"{syllable} " for syllable, sound in _sound_by_syllable(sound_table().syllables).items()}
    return sounded.translate(names).strip()
