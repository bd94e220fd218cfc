"""The taxonomy: sectors, groups of situations, and the business types of a work order.

The shipped packs (`kb/taxonomy/*.yaml`) are the defaults; what curators made of them is in the database. One taxonomy
is in force in a process: `load_taxonomy()` gives it, `put_in_force()` exchanges it (ADR 0011).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

import yaml

SECTORS = ("power", "heating", "water", "gas", "tv")
"""Sector codes in menu order; an entry or situation with no sector serves every one of them."""

GENERAL = "general"
PACK_NAMES = (*SECTORS, GENERAL)
"""Names of the packs: one a sector, and one for the situations of every sector."""


@dataclass(frozen=True, slots=True)
class BusinessType:
    """A type of work order (95598: fault, application, …)."""

    code: str
    name_zh: str
    name_en: str


@dataclass(frozen=True, slots=True)
class Idea:
    """A solution idea that a pack offers for a situation, with its solution means; entries may use others."""

    name_zh: str
    means: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Situation:
    """What happened to the customer; the first facet of the classification, e.g. `power.outage.single`.

    Attributes:
        code: Stable; names may change.
        name_zh: In Chinese.
        name_en: In English.
        group: Code of the group it stands in; not always the beginning of its own code, situations can be moved.
        sector: None for every sector.
        is_retired: What is filed under it stays there, nothing new is.
        ideas: What entries of this situation are offered.
    """

    code: str
    name_zh: str
    name_en: str
    group: str
    sector: str | None
    is_retired: bool = False
    ideas: tuple[Idea, ...] = ()


@dataclass(frozen=True, slots=True)
class SituationGroup:
    """Situations of one sector that a menu shows together."""

    code: str
    name_zh: str
    name_en: str
    situations: tuple[Situation, ...]


@dataclass(frozen=True, slots=True)
class SectorBranch:
    """One sector's part of the taxonomy; `code` is None for situations of every sector.

    Attributes:
        code: Of the sector.
        name_zh: In Chinese.
        name_en: In English.
        groups: Its situations.
        names: Words by which people name the sector: its service, its meter, its bill, its devices.
        merged: Codes that are gone, with the code that took over what was filed under them.
    """

    code: str | None
    name_zh: str
    name_en: str
    groups: tuple[SituationGroup, ...]
    names: tuple[str, ...] = ()
    merged: tuple[tuple[str, str], ...] = ()

    @property
    def situations(self) -> Iterator[Situation]:
        """Every situation, in menu order."""
        return (situation for group in self.groups for situation in group.situations)


class Taxonomy:
    """Lookup over the sectors, situations and business types; immutable after construction.

    Attributes:
        sectors: In menu order; the branch without a sector comes last.
        business_types: By code, in menu order.
        situations: By code, in menu order; retired ones too.
        merged: Codes that are gone, each with the one to use instead.
    """

    def __init__(self, sectors: tuple[SectorBranch, ...], business_types: tuple[BusinessType, ...]) -> None:
        self.sectors = sectors
        self.business_types: Mapping[str, BusinessType] = {item.code: item for item in business_types}
        self.situations: Mapping[str, Situation] = {
            item.code: item for branch in sectors for group in branch.groups for item in group.situations
        }
        self.merged: Mapping[str, str] = {old: new for branch in sectors for old, new in branch.merged}
        self._groups = {group.code: (branch, group) for branch in sectors for group in branch.groups}

    def resolve(self, situation_code: str) -> str:
        """Return the code that took over from a merged one; any other code as it is."""
        seen = {situation_code}
        while (following := self.merged.get(situation_code)) is not None and following not in seen:
            seen.add(following)
            situation_code = following
        return situation_code

    def situation_path(self, situation_code: str) -> list[str]:
        """Return the Chinese names from the sector down to the situation; the bare code when it is unknown."""
        situation = self.situations.get(self.resolve(situation_code))
        if situation is None:
            return [situation_code]
        branch, group = self._groups[situation.group]
        return [branch.name_zh, group.name_zh, situation.name_zh]

    def category_path(self, category_id: str) -> list[str]:
        """Return the Chinese names of a work-order category: business type, then the situation from sector down."""
        type_code, situation_code = split_category_id(category_id)
        business_type = self.business_types.get(type_code)
        return [business_type.name_zh if business_type else type_code, *self.situation_path(situation_code)]


def category_id(business_type: str, situation: str) -> str:
    """Join a business type and a situation to the id of a work-order category."""
    return f"{business_type}/{situation}"


def split_category_id(value: str) -> tuple[str, str]:
    """Split `<business_type>/<situation code>`."""
    business_type, _, situation = value.partition("/")
    return business_type, situation


class _InForce:
    """The one taxonomy of this process; exchanged whole, so readers never see half a change."""

    taxonomy: Taxonomy | None = None


def load_taxonomy() -> Taxonomy:
    """Return the taxonomy in force: the shipped one until another is put in force. Ask again rather than keep it."""
    return _InForce.taxonomy or shipped_taxonomy()


def put_in_force(taxonomy: Taxonomy | None) -> None:
    """Make a taxonomy the one that `load_taxonomy` gives from now on; None for the shipped one."""
    _InForce.taxonomy = taxonomy


@cache
def shipped_taxonomy() -> Taxonomy:
    """Read the YAML files shipped inside the package; parsed once per process."""
    types = yaml.safe_load(_shipped_text("business_types"))
    branches = tuple(shipped_branch(name) for name in PACK_NAMES)
    return Taxonomy(branches, tuple(BusinessType(item["code"], item["zh"], item["en"]) for item in types))


@cache
def shipped_branch(name: str) -> SectorBranch:
    """Return the shipped pack of a sector, or `general`."""
    return branch_from(yaml.safe_load(_shipped_text(name)))


def _shipped_text(name: str) -> str:
    return resources.files("kb.taxonomy").joinpath("packs").joinpath(f"{name}.yaml").read_text("utf-8")


def branch_from(raw: Mapping[str, Any]) -> SectorBranch:
    """Build a branch from a pack's data, which has been checked."""
    groups = tuple(_group_from(group, raw["sector"]) for group in raw["groups"])
    merged = tuple(raw.get("merged", {}).items())
    return SectorBranch(raw["sector"], raw["zh"], raw["en"], groups, tuple(raw.get("names", ())), merged)


def _group_from(raw: Mapping[str, Any], sector: str | None) -> SituationGroup:
    situations = tuple(
        Situation(
            item["code"],
            item["zh"],
            item["en"],
            raw["code"],
            sector,
            item.get("retired", False),
            tuple(Idea(idea["zh"], tuple(idea.get("means", ()))) for idea in item.get("ideas", ())),
        )
        for item in raw["situations"]
    )
    return SituationGroup(raw["code"], raw["zh"], raw["en"], situations)
