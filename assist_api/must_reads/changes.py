"""Says in plain words what a revision changed: fees, limits and dates first, then the text field by field. Pure."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from assist_api.http.wire import WireModel
from curation.differences import differences
from curation.revision_checks import CheckedText, changed_figures

FieldName = Literal["title", "script", "answer", "variants", "valid_from", "valid_until", "sector"]
FIELDS: tuple[FieldName, ...] = ("title", "script", "answer", "variants", "valid_from", "valid_until", "sector")
MOST_FACTS = 12


class ChangedPart(WireModel):
    """A run of text that both revisions have, or only the old or the new one."""

    side: Literal["both", "left", "right"] = Field(description="left: only before, right: only now")
    text: str


class ChangedField(WireModel):
    """A field that differs, with the words that came and went."""

    field: FieldName
    parts: list[ChangedPart]


class ChangedFact(WireModel):
    """A fee, limit, date or number that differs."""

    kind: str = Field(description="Of `curation.facts.FactKind`")
    before: str = Field(description="As the old text said it; empty when it is new")
    now: str = Field(description="As the new text says it; empty when it is gone")


def changed_fields(before: CheckedText | None, now: CheckedText) -> list[ChangedField]:
    """Return the fields in which two revisions differ; every filled one for a new entry."""
    found = []
    for field in FIELDS:
        old, new = ("" if before is None else _text(getattr(before, field))), _text(getattr(now, field))
        if old != new:
            parts = [ChangedPart(side=part.side, text=part.text) for part in differences(old, new)]
            found.append(ChangedField(field=field, parts=parts))
    return found


def changed_facts(before: CheckedText | None, now: CheckedText) -> list[ChangedFact]:
    """Return facts that one revision states and the other does not; the same kind in the same place is one change."""
    if before is None:
        return []
    return [ChangedFact(kind=kind, before=old, now=new) for kind, old, new in changed_figures(before, now)][:MOST_FACTS]


def _text(value: object) -> str:
    if isinstance(value, list):
        return "\n".join(str(item) for item in value)
    return "" if value is None else str(value)
