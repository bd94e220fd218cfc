"""From a unit and the curator's settings to an entry; pure."""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Sequence
from datetime import date
from enum import StrEnum
from pathlib import PurePosixPath

from pydantic import Field

from kb.entries.schemas import EntryDraft, InputModel, Source
from kb.entries.validation import MAX_NAME_CHARACTERS, MAX_TITLE_CHARACTERS
from kb.ingest.document import ALL_SECTORS, Unit
from kb.kinds import Audience

_KEY_PREFIX = "doc"
_LONGEST_DETAIL = 500


class PublishMode(StrEnum):
    """Whether imported text is found at once or waits for somebody to look at it."""

    PUBLISH = "publish"
    REVIEW = "review"


class FileSettings(InputModel):
    """What the curator decides about the entries of a file."""

    sector: str | None = Field(default=None, description="power, heating, water, gas, tv; null for every sector")
    region: str | None = Field(default=None, description="Region code; null for everywhere")
    situation: str = Field(default="general.reference.procedure", description="Situation code of the taxonomy")
    business_type: str = "enquiry"
    audiences: list[Audience] = Field(default=[Audience.AGENT])
    valid_from: date | None = None
    valid_until: date | None = None
    owner: str = ""


class ImportSettings(FileSettings):
    """What the curator decides about an import; files may differ in everything but the last two."""

    mode: PublishMode = PublishMode.PUBLISH
    retires_gone: bool = Field(default=True, description="Retire entries of what a document no longer has")


def draft_of(unit: Unit, file_name: str, settings: FileSettings) -> EntryDraft:
    """Return the entry a unit becomes."""
    return EntryDraft(
        title=unit.title,
        variants=list(unit.variants),
        answer=unit.answer or unit.title,
        script=unit.script,
        sources=[Source(title=short_name(file_name), detail=source_detail(unit))],
        change_note="",
        **(settings.model_dump(include=set(FileSettings.model_fields)) | {"sector": unit_sector(unit, settings)}),
    )


def unit_sector(unit: Unit, settings: FileSettings) -> str | None:
    """Return the sector of a unit: what its document states comes before the curator's setting for the file."""
    if unit.sector == ALL_SECTORS:
        return None
    return unit.sector or settings.sector


def source_detail(unit: Unit) -> str:
    """Return where in its document a unit stands: headings, number, page."""
    page = f"第 {unit.page} 页" if unit.page is not None else ""
    return " · ".join(filter(None, (*unit.path, unit.number, page)))[:_LONGEST_DETAIL]


def short_name(file_name: str) -> str:
    """Return the name without its folder, short enough for a title."""
    path = PurePosixPath(file_name)
    if len(path.name) <= MAX_TITLE_CHARACTERS:
        return path.name
    return path.stem[: MAX_TITLE_CHARACTERS - len(path.suffix) - 1] + "…" + path.suffix


def import_title(names: Sequence[str]) -> str:
    """Return what an import is called: its first file, and how many more there are."""
    first, *others = sorted(names)
    return short_name(first) + (f" (+{len(others)})" if others else "")


def document_prefix(file_name: str) -> str:
    """Return what the keys of all entries of a document begin with.

    A document is known by its name and folder inside what was sent, so that next year's edition under the same name
    updates this year's entries.
    """
    name = unicodedata.normalize("NFKC", file_name).casefold()
    return f"{_KEY_PREFIX}:{hashlib.blake2b(name.encode('utf-8'), digest_size=10).hexdigest()}:"


def entry_key(file_name: str, unit: Unit) -> str:
    """Return the key of the entry of a unit."""
    return f"{document_prefix(file_name)}{unit.key}"[:MAX_NAME_CHARACTERS]
