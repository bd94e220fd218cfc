"""What the endpoints of units take and give."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

from pydantic import StringConstraints

from assist_api.http.schemas import InputModel, OutputModel
from assist_api.units.tree import UnitKind

UnitName = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=64)]
UnitSector = Literal["power", "heating", "water", "gas", "tv"]


class OrganisationUnitView(OutputModel):
    """A unit and how many accounts belong to it."""

    id: UUID
    parent_id: UUID | None
    kind: UnitKind
    name: str
    sector: UnitSector | None
    members: int


class OrganisationUnitList(OutputModel):
    """Every unit, by name."""

    items: list[OrganisationUnitView]


class UnitCreation(InputModel):
    """A new unit below another one; a company has none above it."""

    kind: UnitKind
    name: UnitName
    parent_id: UUID | None = None
    sector: UnitSector | None = None


class UnitChange(InputModel):
    """The name and the sector of a unit from now on."""

    name: UnitName
    sector: UnitSector | None


class Membership(InputModel):
    """The unit that an account belongs to from now on; null for none."""

    unit_id: UUID | None
