"""A list of names (streets, communities, stations, equipment) as groups of words that are never cut. Pure.

The file has one name a line and the columns `name`, and optionally `kind` and `sector`. The names of one kind and
sector become groups with numbered keys, so that the next list of the same kind takes the place of this one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from kb.packs.file_format import Refusal
from kb.search.question.analysis.lexicon import WordUse
from kb.taxonomy.tree import SECTORS
from kb.words.validation import MAX_WORDS, folded, word_problems

KEY_START = "gazetteer"
COLUMNS: Mapping[str, tuple[str, ...]] = {"name": ("名称", "名字"), "kind": ("类别", "类型"), "sector": ("行业",)}
KINDS: Mapping[str, tuple[str, ...]] = {
    "street": ("街道", "道路", "路名"),
    "community": ("小区", "村庄", "社区"),
    "station": ("站点", "变电站", "泵站", "换热站"),
    "equipment": ("设备", "设备名称"),
    "place": ("地名", ""),
}
_SECTORS = {"供电": "power", "供热": "heating", "供水": "water", "燃气": "gas", "广电": "tv"}
_NOTES = {
    "street": "街道名录",
    "community": "小区名录",
    "station": "站点名录",
    "equipment": "设备名录",
    "place": "地名名录",
}


@dataclass(frozen=True, slots=True)
class NamedPlace:
    """One name of a list, with its line in the file."""

    line: int
    name: str
    kind: str
    sector: str | None


def column_of(title: str) -> str | None:
    """Return the column that a title names, in English or Chinese."""
    return next((name for name, titles in COLUMNS.items() if title == name or title in titles), None)


def is_gazetteer(header: Sequence[str]) -> bool:
    """Whether a file with these titles is a list of names."""
    return "name" in map(column_of, header)


def read_places(
    header: Sequence[str], rows: Iterable[tuple[int, Sequence[str]]]
) -> tuple[list[NamedPlace], list[Refusal]]:
    """Return the names of a list, each once, and every problem with its line and column."""
    columns = [column_of(title) for title in header]
    places: list[NamedPlace] = []
    refused: list[Refusal] = [
        Refusal(1, "", title, "column_unknown", f"The column {title} is not known; use {', '.join(COLUMNS)}.")
        for title, column in zip(header, columns, strict=True)
        if column is None
    ]
    seen: set[tuple[str | None, str]] = set()
    for line, row in rows:
        cells = {name: cell.strip() for name, cell in zip(columns, row, strict=False) if name is not None}
        name, kind, sector = cells.get("name", ""), _kind(cells.get("kind", "")), _sector(cells.get("sector", ""))
        problems = [(problem.code, "name", problem.message) for problem in word_problems(name, "name")]
        if kind is None:
            known = ", ".join(f"{key} ({titles[0]})" for key, titles in KINDS.items())
            problems.append(("kind_unknown", "kind", f"The kind {cells['kind']!r} is not known; use one of {known}."))
        if sector == "":
            message = f"Sector {cells['sector']!r} is not known; use one of {', '.join(SECTORS)}, or none for all."
            problems.append(("sector_unknown", "sector", message))
        refused += [Refusal(line, "", field, code, message) for code, field, message in problems]
        if not problems and kind is not None and (sector, folded(name)) not in seen:
            seen.add((sector, folded(name)))
            places.append(NamedPlace(line, name, kind, sector))
    return places, refused


def grouped(places: Sequence[NamedPlace]) -> Iterator[tuple[int, dict[str, object]]]:
    """Yield line and fields of the groups that hold the names: of one kind and sector, in the order of the file."""
    for kind, sector in dict.fromkeys((place.kind, place.sector) for place in places):
        own = iter([place for place in places if (place.kind, place.sector) == (kind, sector)])
        number = 0
        while part := list(islice(own, MAX_WORDS)):
            number += 1
            yield (
                part[0].line,
                {
                    "use": WordUse.WHOLE.value,
                    "sector": sector,
                    "words": [place.name for place in part],
                    "note": _NOTES[kind],
                    "key": f"{key_start(kind, sector)}{number:04}",
                },
            )


def key_start(kind: str, sector: str | None) -> str:
    """Return how the keys of the groups of a kind and sector begin."""
    return f"{KEY_START}.{kind}.{sector or 'all'}."


def _kind(text: str) -> str | None:
    return next((kind for kind, titles in KINDS.items() if text == kind or text in titles), None)


def _sector(text: str) -> str | None:
    """Return the sector, None for every one; empty where the text is none."""
    if not text:
        return None
    return text if text in SECTORS else _SECTORS.get(text, "")
