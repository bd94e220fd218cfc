"""Brings names of places and spoken addresses into one form, and gives the keys that they are found by. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from enum import StrEnum
from functools import lru_cache

from pypinyin import Style, lazy_pinyin

from kit.numerals import parse_number


class PlaceLevel(StrEnum):
    """How large a place is."""

    DISTRICT = "district"
    STREET = "street"
    COMMUNITY = "community"
    BUILDING = "building"


LEVELS = tuple(PlaceLevel)
LONGEST_NAME = 12
"""Characters of a name that is looked for in an address; longer names are found by their aliases."""
MOST_CHARACTERS = 60
"""An address that somebody speaks is shorter; the rest of a longer text is not looked at."""
SHORTEST_SOUND = 3
"""Syllables of a name that is recognised by its sound alone; two syllables have too many homophones."""
SOUND = "~"
"""Begins a key of sound."""
_NOISE = re.compile(r"[\s,，。.、;；:：!！?？()（）\-—~]")
_FILLERS = re.compile(r"那个|就是|嗯|呃|哎|啊|吧|呢")
_NUMBER = re.compile(r"[零〇幺一二两三四五六七八九十百千]+(?=号|栋|幢|座|楼|单元|弄|区|街|巷|路)")
_HOUSE = re.compile(r"(\d+)(?:号楼|栋|幢|座|#楼|#)")
_SHORT_ENDINGS = {
    PlaceLevel.DISTRICT: ("区", "县", "市", "旗"),
    PlaceLevel.STREET: ("街道", "镇", "乡"),
    PlaceLevel.COMMUNITY: ("小区", "社区", "村"),
}
_LOOSE_SOUNDS = (("zh", "z"), ("ch", "c"), ("sh", "s"))
"""Sounds that northern dialects and recognisers do not keep apart at the beginning of a syllable."""


def plain_address(text: str) -> str:
    """Return an address without spaces, marks and fillers, with its numbers in digits and its houses as `号楼`."""
    text = _FILLERS.sub("", _NOISE.sub("", unicodedata.normalize("NFKC", text)))
    return _HOUSE.sub(r"\1号楼", _NUMBER.sub(_digits, text))[:MOST_CHARACTERS]


def _digits(found: re.Match[str]) -> str:
    value = parse_number(found[0])
    return found[0] if value is None or value != int(value) else str(int(value))


def sounds_of(text: str) -> list[str]:
    """Return how each character of a plain address sounds; signs that are no Chinese character stay."""
    return [_sound(sign) for sign in text]


@lru_cache(maxsize=8192)
def _sound(sign: str) -> str:
    syllable = lazy_pinyin(sign, style=Style.NORMAL, errors="default")[0]
    for full, loose in _LOOSE_SOUNDS:
        if syllable.startswith(full):
            syllable = loose + syllable.removeprefix(full)
    if len(syllable) > 2 and syllable.endswith(("ing", "eng", "ang")):
        syllable = syllable[:-1]
    return syllable


def names_of(name: str, aliases: Iterable[str], level: PlaceLevel) -> list[str]:
    """Return every plain name of a place: as written, the aliases, and each without the word for its level."""
    found: dict[str, None] = {}
    for text in (name, *aliases):
        plain = plain_address(text)
        found[plain] = None
        for ending in _SHORT_ENDINGS.get(level, ()):
            if plain.endswith(ending) and len(plain) - len(ending) >= 2:
                found[plain.removesuffix(ending)] = None
    return [plain for plain in found if 2 <= len(plain) <= LONGEST_NAME]


def keys_of(name: str, aliases: Iterable[str], level: PlaceLevel) -> set[str]:
    """Return the keys of a place; a building has none, because every estate has a building of that name."""
    if level is PlaceLevel.BUILDING:
        return set()
    names = names_of(name, aliases, level)
    return set(names) | {sound_key(sounds_of(item)) for item in names if len(item) >= SHORTEST_SOUND}


def sound_key(sounds: Iterable[str]) -> str:
    """Return the key of a name that sounds like this."""
    return SOUND + " ".join(sounds)


def keys_in(plain: str) -> Iterator[tuple[str, int, int]]:
    """Yield every key that a plain address may hold, with where its characters begin and end."""
    sounds = sounds_of(plain)
    for start in range(len(plain)):
        for end in range(start + 2, min(start + LONGEST_NAME, len(plain)) + 1):
            yield plain[start:end], start, end
            if end - start >= SHORTEST_SOUND:
                yield sound_key(sounds[start:end]), start, end
