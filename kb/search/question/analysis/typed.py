"""Reads pinyin and initials that people type instead of characters: `tingdian`, `tindian`, `tdbx`."""

from __future__ import annotations

from functools import cache, lru_cache

from kb.search.question.analysis.sounds import sound_table

_MAX_LETTERS = 40


@lru_cache(maxsize=512)
def pinyin_readings(letters: str) -> tuple[str, ...]:
    """Return the sound strings that a run of letters may spell, the likeliest first.

    Both `xian` → 西安 and 先 are kept. With no exact spelling one typing error (a letter missing, too much, wrong
    or swapped) is forgiven in strings long enough to tell; an unfinished last syllable is completed.
    """
    if not 2 <= len(letters) <= _MAX_LETTERS or not letters.isalpha():
        return ()
    return _spellings(letters) or (*_with_one_typo(letters), *_complete_last(letters)[:24])


def initial_letters(letters: str) -> str | None:
    """Return the run as initials when it can be the first letters of two or more syllables."""
    firsts = {syllable[0] for syllable in sound_table().syllables}
    is_possible = 2 <= len(letters) <= 12 and letters.isalpha() and set(letters) <= firsts
    return letters if is_possible else None


@cache
def _syllables() -> frozenset[str]:
    # Single letters and interjections would let every string of letters pass as pinyin.
    return frozenset(s for s in sound_table().syllables if len(s) > 1 and s not in {"hm", "ng"}) | {"a", "e", "o"}


def _spellings(letters: str) -> tuple[str, ...]:
    """Split into syllables; fewest syllables first, at most three ways."""
    ways: list[list[tuple[str, ...]]] = [[] for _ in range(len(letters) + 1)]
    ways[0].append(())
    for end in range(1, len(letters) + 1):
        found = [
            (*way, letters[start:end])
            for start in range(max(0, end - 6), end)
            if letters[start:end] in _syllables()
            for way in ways[start]
        ]
        ways[end] = sorted(found, key=len)[:3]
    usable = [way for way in ways[-1] if any(len(syllable) > 1 for syllable in way)]
    return tuple("".join(sound_table().sound(syllable) for syllable in way) for way in usable)


def _complete_last(letters: str) -> tuple[str, ...]:
    for cut in range(len(letters) - 1, 1, -1):
        rest = letters[cut:]
        heads = _spellings(letters[:cut])
        if heads and len(rest) <= 4:
            ends = [s for s in sound_table().syllables if s.startswith(rest)]
            if ends:
                return tuple(heads[0] + sound_table().sound(end) for end in ends)
    return ()


def _with_one_typo(letters: str) -> tuple[str, ...]:
    if len(letters) < 5:
        return ()
    found = {spelling: None for variant in _one_edit_away(letters) for spelling in _spellings(variant)[:1]}
    shortest = min((len(spelling) for spelling in found), default=0)
    return tuple(spelling for spelling in found if len(spelling) == shortest)[:12]


def _one_edit_away(letters: str) -> list[str]:
    alphabet = "abcdefghijklmnopqrstuvwxyz"
    splits = [(letters[:at], letters[at:]) for at in range(len(letters) + 1)]
    swapped = [a + b[1] + b[0] + b[2:] for a, b in splits if len(b) > 1]
    shorter = [a + b[1:] for a, b in splits if b]
    longer = [a + letter + b for a, b in splits for letter in alphabet]
    changed = [a + letter + b[1:] for a, b in splits if b for letter in alphabet]
    return [*swapped, *longer, *shorter, *changed]
