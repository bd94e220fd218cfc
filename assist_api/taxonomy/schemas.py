"""What the taxonomy endpoints take and give."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pydantic import Field

from assist_api.http.schemas import InputModel, OutputModel
from kb.taxonomy.edits import TaxonomyChange

MAX_NUMBER = 2**31 - 1
"""Of versions: what a database integer holds."""


class EditableIdea(OutputModel):
    """A solution idea that is offered."""

    name_zh: str
    means: list[str]


class EditableSituation(OutputModel):
    """A situation with how much is filed under it."""

    code: str
    name_zh: str
    name_en: str
    is_retired: bool
    ideas: list[EditableIdea]
    entry_count: int
    case_count: int


class EditableGroup(OutputModel):
    """A group of situations."""

    code: str
    name_zh: str
    name_en: str
    situations: list[EditableSituation]


class TaxonomyPackView(OutputModel):
    """One pack as it stands."""

    pack: str = Field(description="A sector's code, or `general`")
    number: int = Field(description="Version; 0 is the shipped one")
    name_zh: str
    name_en: str
    groups: list[EditableGroup]
    merged: dict[str, str] = Field(description="Codes that are gone, with the code that took over")


class TaxonomyVersion(OutputModel):
    """What one version of a pack changed."""

    number: int
    change: dict[str, Any] = Field(description="`kind` and its fields; `followed` counts what moved with it")
    author: str
    note: str
    created_at: datetime


class TaxonomyHistory(OutputModel):
    """The versions of a pack, the newest first."""

    items: list[TaxonomyVersion]


class TaxonomyEdit(InputModel):
    """One change, and the version it was made on."""

    base_number: int = Field(ge=0, le=MAX_NUMBER, description="409 `taxonomy_stale` when the pack has moved on")
    change: TaxonomyChange
    note: str = Field(default="", max_length=500)


class TaxonomyImport(InputModel):
    """A pack file to put in the place of the pack."""

    base_number: int = Field(ge=0, le=MAX_NUMBER)
    text: str = Field(max_length=500_000, description="YAML, as the export gives it")
    note: str = Field(default="", max_length=500)


class TaxonomyRestore(InputModel):
    """The version to go back to."""

    base_number: int = Field(ge=0, le=MAX_NUMBER)
    number: int = Field(ge=0, le=MAX_NUMBER, description="0 is the shipped pack")
