"""The packaged taxonomy: sectors, groups of situations, and the business types of a work order."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

import yaml

SECTORS = ("power", "heating", "water", "gas", "tv")
"""Sector codes in menu order; an entry or situation with no sector serves every one of them."""


@dataclass(frozen=True, slots=True)
class BusinessType:
    """A type of work order (95598: fault, application, …)."""

    code: str
    name_zh: str
    name_en: str


@dataclass(frozen=True, slots=True)
class Situation:
    """What happened to the customer; the first facet of the classification, e.g. `power.outage.single`."""

    code: str
    name_zh: str
    name_en: str
    group: str
    sector: str | None


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
    """

    code: str | None
    name_zh: str
    name_en: str
    groups: tuple[SituationGroup, ...]
    names: tuple[str, ...] = ()


class Taxonomy:
    """Lookup over the sectors, situations and business types; immutable after construction.

    Attributes:
        sectors: In menu order; the branch without a sector comes last.
        business_types: By code, in menu order.
        situations: By code, in menu order.
    """

    def __init__(self, sectors: tuple[SectorBranch, ...], business_types: tuple[BusinessType, ...]) -> None:
        self.sectors = sectors
        self.business_types: Mapping[str, BusinessType] = {item.code: item for item in business_types}
        self.situations: Mapping[str, Situation] = {
            item.code: item for branch in sectors for group in branch.groups for item in group.situations
        }
        self._groups = {group.code: (branch, group) for branch in sectors for group in branch.groups}

    def situation_path(self, situation_code: str) -> list[str]:
        """Return the Chinese names from the sector down to the situation; the bare code when it is unknown."""
        situation = self.situations.get(situation_code)
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


@cache
def load_taxonomy() -> Taxonomy:
    """Read the YAML files shipped inside the package; parsed once per process."""
    folder = resources.files("kb").joinpath("taxonomy")
    sectors = tuple(
        _parse_branch(yaml.safe_load(folder.joinpath(f"{name}.yaml").read_text("utf-8")))
        for name in (*SECTORS, "general")
    )
    types = yaml.safe_load(folder.joinpath("business_types.yaml").read_text("utf-8"))
    return Taxonomy(sectors, tuple(BusinessType(item["code"], item["zh"], item["en"]) for item in types))


def _parse_branch(raw: Mapping[str, Any]) -> SectorBranch:
    groups = tuple(_parse_group(group, raw["sector"]) for group in raw["groups"])
    return SectorBranch(raw["sector"], raw["zh"], raw["en"], groups, tuple(raw.get("names", ())))


def _parse_group(raw: Mapping[str, Any], sector: str | None) -> SituationGroup:
    situations = tuple(
        Situation(item["code"], item["zh"], item["en"], raw["code"], sector) for item in raw["situations"]
    )
    return SituationGroup(raw["code"], raw["zh"], raw["en"], situations)
