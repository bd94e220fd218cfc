"""What the endpoints of the address tree take and give."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from pydantic import Field, StringConstraints

from assist_api.addresses.names import PlaceLevel
from assist_api.http.schemas import InputModel, OutputModel


class AddressPlaceView(OutputModel):
    """A place of the tree."""

    id: UUID
    code: str
    level: PlaceLevel
    name: str
    aliases: list[str]
    area_class: str = Field(description="Empty where the parent's holds")
    equipment: str
    feeder: str
    children: int


class AddressPlaces(OutputModel):
    """Places right below one, by code."""

    items: list[AddressPlaceView]
    counts: dict[str, int] = Field(description="Places of the whole tree by level")


class AddressSearch(InputModel):
    """An address as somebody says it; in the body, because addresses of callers stand in no log."""

    text: Annotated[str, StringConstraints(strip_whitespace=True, min_length=2, max_length=200)]


class AddressMatch(OutputModel):
    """What an address means."""

    code: str | None = Field(description="Area code of the smallest place that it names; null when none fits")
    level: PlaceLevel | None
    area: str = Field(description="Street, or community where there is none, by which orders are gathered")
    path: list[str] = Field(description="Names from the district on")
    area_class: str = ""
    equipment: str = ""
    feeder: str = ""
    is_sure: bool = Field(description="Whether the names stand in the address as written, so not only by their sound")


class AddressImport(OutputModel):
    """What an import changed, or would change."""

    lines: int
    created: int
    changed: int
    is_preview: bool
    examples: list[str] = Field(description="The first places that are new or differ, with their codes")
