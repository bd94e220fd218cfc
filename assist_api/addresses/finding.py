"""Chooses the place that an address means among the places whose names it holds. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from assist_api.addresses.names import LEVELS, SOUND, PlaceLevel, keys_in, names_of, plain_address

_WRITTEN_WEIGHT, _SOUND_WEIGHT = 4, 3
"""A name as it is written counts more than one that only sounds alike; both count by their length."""
_ROAD = re.compile("(?:路|街|大街|大道|巷|胡同)(?![口边旁])")
"""What follows the name of a road: 幸福路 is not in 幸福小区."""


@dataclass(frozen=True, slots=True)
class Place:
    """A place as the search needs it.

    Attributes:
        id: Of the place.
        code: Area code.
        parent_id: None for a district.
        level: How large it is.
        name: As the file writes it.
        aliases: Further names.
        area_class: Own or empty.
        equipment: Own or empty.
        feeder: Own or empty.
    """

    id: UUID
    code: str
    parent_id: UUID | None
    level: PlaceLevel
    name: str
    aliases: tuple[str, ...] = ()
    area_class: str = ""
    equipment: str = ""
    feeder: str = ""


@dataclass(frozen=True, slots=True)
class FoundPlace:
    """What an address means.

    Attributes:
        chain: The place and those above it, the district first.
        is_sure: Whether every name was in the address as it is written, so not only by its sound.
    """

    chain: tuple[Place, ...]
    is_sure: bool

    @property
    def place(self) -> Place:
        """The smallest place that was named."""
        return self.chain[-1]

    @property
    def area(self) -> str:
        """The name by which orders are gathered: of the street, else of the community; empty for a district."""
        by_level = {place.level: place.name for place in self.chain}
        return by_level.get(PlaceLevel.STREET) or by_level.get(PlaceLevel.COMMUNITY, "")

    @property
    def path(self) -> str:
        """Every name from the district on."""
        return " ".join(place.name for place in self.chain)

    def nearest(self, attribute: str) -> str:
        """Return an attribute of the smallest place that has it; empty where none has."""
        values = (str(getattr(place, attribute)) for place in reversed(self.chain))
        return next((value for value in values if value), "")


@dataclass(frozen=True, slots=True)
class _Hit:
    place: Place
    start: int
    end: int
    is_written: bool

    @property
    def weight(self) -> int:
        return (self.end - self.start) * (_WRITTEN_WEIGHT if self.is_written else _SOUND_WEIGHT)


def choose_place(address: str, named: Mapping[str, Sequence[Place]], places: Mapping[UUID, Place]) -> FoundPlace | None:
    """Return the place that an address means, without its building; None where none or several fit equally well.

    Two communities of one street that fit equally well mean the street.

    Args:
        address: As it was said or written.
        named: Places by each key that `keys_in` gave for the address.
        places: Those places and everything above them, by id.
    """
    hits = _hits(plain_address(address), named)
    if not hits:
        return None
    scored = [(_score(place, hits, places), place) for place in {hit.place for hit in hits.values()}]
    best = max(score for score, _place in scored)
    chosen = _agreed([chain_of(place, places) for score, place in scored if score == best])
    if not chosen:
        return None
    written = [hits[place.id].is_written for place in chosen if place.id in hits]
    return FoundPlace(chosen, is_sure=bool(written) and all(written))


def _hits(plain: str, named: Mapping[str, Sequence[Place]]) -> dict[UUID, _Hit]:
    """Return the heaviest hit of each place, without hits that lie inside a longer written name.

    A community or district is not named by the beginning of a road's name.
    """
    found = [
        _Hit(place, start, end, not key.startswith(SOUND))
        for key, start, end in keys_in(plain)
        for place in named.get(key, ())
        if place.level is PlaceLevel.STREET or _ROAD.match(plain, end) is None
    ]
    written = [(hit.start, hit.end) for hit in found if hit.is_written]
    best: dict[UUID, _Hit] = {}
    for hit in found:
        is_inside = any(
            start <= hit.start and hit.end <= end and end - start > hit.end - hit.start for start, end in written
        )
        known = best.get(hit.place.id)
        if not is_inside and (known is None or known.weight < hit.weight):
            best[hit.place.id] = hit
    return best


def _score(place: Place, hits: Mapping[UUID, _Hit], places: Mapping[UUID, Place]) -> tuple[int, int]:
    """Return how much of an address a place explains with everything above it, then how small it is."""
    taken: list[_Hit] = []
    for item in reversed(chain_of(place, places)):
        hit = hits.get(item.id)
        # 幸福小区 of 幸福街道: the same characters prove one of both, not both.
        if hit is not None and not any(hit.start < other.end and other.start < hit.end for other in taken):
            taken.append(hit)
    return sum(hit.weight for hit in taken), LEVELS.index(place.level)


def chain_of(place: Place, places: Mapping[UUID, Place]) -> tuple[Place, ...]:
    """Return a place and those above it, the district first."""
    chain = [place]
    while (parent_id := chain[0].parent_id) is not None and parent_id in places:
        chain.insert(0, places[parent_id])
    return tuple(chain)


def _agreed(chains: Sequence[tuple[Place, ...]]) -> tuple[Place, ...]:
    """Return what several chains have in common from the district on; nothing when that is a district only."""
    if len(chains) == 1:
        return chains[0]
    common: list[Place] = []
    for items in zip(*chains, strict=False):
        if len({item.id for item in items}) > 1:
            break
        common.append(items[0])
    return tuple(common) if common and common[-1].level is not PlaceLevel.DISTRICT else ()


def with_building(found: FoundPlace, address: str, buildings: Iterable[Place]) -> FoundPlace:
    """Return the found place with the building that the address names besides, if it names one."""
    plain = plain_address(address)
    named = [
        (len(name), place)
        for place in buildings
        for name in names_of(place.name, place.aliases, place.level)
        if _holds(plain, name)
    ]
    if not named:
        return found
    longest = max(length for length, _place in named)
    chosen = [place for length, place in named if length == longest]
    return FoundPlace((*found.chain, chosen[0]), found.is_sure) if len(chosen) == 1 else found


def _holds(plain: str, name: str) -> bool:
    """Tell whether an address holds the name of a building; `3号楼` is not in `13号楼`."""
    start = plain.find(name)
    while start >= 0:
        if not (name[0].isdigit() and start > 0 and plain[start - 1].isdigit()):
            return True
        start = plain.find(name, start + 1)
    return False
