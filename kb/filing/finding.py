"""Finds situations of the taxonomy by what a person types: Chinese or English names, pinyin, or first letters. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from kb.search.question.analysis.folding import fold
from kb.search.question.analysis.sounds import initials, similar_sounds, sounds
from kb.search.question.analysis.typed import initial_letters, pinyin_readings
from kb.taxonomy.tree import Situation, Taxonomy

MOST_FOUND = 12


@dataclass(frozen=True, slots=True)
class FoundSituation:
    """A situation that fits what was typed.

    Attributes:
        situation: As the taxonomy has it.
        path: Chinese names: sector, group, situation.
    """

    situation: Situation
    path: tuple[str, ...]


def find_situations(taxonomy: Taxonomy, typed: str, *, sector: str | None = None) -> list[FoundSituation]:
    """Return situations that can be chosen, best first; every one of the sector's when nothing is typed.

    Args:
        taxonomy: In force.
        typed: Parts of names, divided by blanks; each part must fit somewhere in the path.
        sector: Its situations come first; those of other sectors are found too once something is typed.
    """
    parts = fold(typed).text.split()
    found: list[tuple[tuple[int, int], FoundSituation]] = []
    for situation in taxonomy.situations.values():
        if situation.is_retired or (not parts and situation.sector not in (sector, None)):
            continue
        path = tuple(taxonomy.situation_path(situation.code))
        scores = [_fit(part, path, situation) for part in parts]
        if all(scores):
            is_elsewhere = sector is not None and situation.sector not in (sector, None)
            found.append(((int(is_elsewhere), -sum(scores)), FoundSituation(situation, path)))
    found.sort(key=lambda item: item[0])
    return [item for _key, item in found[: MOST_FOUND if parts else len(found)]]


def _fit(part: str, path: tuple[str, ...], situation: Situation) -> int:
    """Return how well a typed part fits: the situation's own name before its group's, characters before sounds."""
    for weight, name in zip((6, 4, 2), reversed(path), strict=False):
        folded = fold(name).text
        if part in folded:
            return weight
        if _sounds_like(part, folded):
            return weight - 1
    return 5 if part in fold(situation.name_en).text or part in situation.code else 0


def _sounds_like(part: str, name: str) -> bool:
    heard = similar_sounds(sounds(name))
    if not part.isascii():
        return similar_sounds(sounds(part)) in heard
    if any(similar_sounds(reading) in heard for reading in pinyin_readings(part)):
        return True
    letters = initial_letters(part)
    return letters is not None and letters in initials(sounds(name))
