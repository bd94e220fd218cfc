"""Says in plain words what a revision changed: fees, limits and dates first, then the text field by field. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Literal, Protocol

from pydantic import Field

from assist_api.http.wire import WireModel
from curation.differences import differences
from curation.facts import Fact, facts_of

FieldName = Literal["title", "script", "answer", "variants", "valid_from", "valid_until", "sector"]
FIELDS: tuple[FieldName, ...] = ("title", "script", "answer", "variants", "valid_from", "valid_until", "sector")
MOST_FACTS = 12


class Text(Protocol):
    """The part of a revision that is compared."""

    @property
    def script(self) -> str:
        """The sentences to read out."""
        ...

    @property
    def answer(self) -> str:
        """The details."""
        ...


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


def changed_fields(before: Text | None, now: Text) -> list[ChangedField]:
    """Return the fields in which two revisions differ; every filled one for a new entry."""
    found = []
    for field in FIELDS:
        old, new = ("" if before is None else _text(getattr(before, field))), _text(getattr(now, field))
        if old != new:
            parts = [ChangedPart(side=part.side, text=part.text) for part in differences(old, new)]
            found.append(ChangedField(field=field, parts=parts))
    return found


def changed_facts(before: Text | None, now: Text) -> list[ChangedFact]:
    """Return facts that one revision states and the other does not; the same kind in the same place is one change."""
    if before is None:
        return []
    old, new = _facts(before), _facts(now)
    gone = [fact for key, fact in old.items() if key not in new]
    come = [fact for key, fact in new.items() if key not in old]
    return list(_paired(gone, come))[:MOST_FACTS]


def _paired(gone: Sequence[Fact], come: Sequence[Fact]) -> Iterator[ChangedFact]:
    left = list(come)
    for fact in gone:
        partner = next((other for other in left if (other.kind, other.unit) == (fact.kind, fact.unit)), None)
        if partner is not None:
            left.remove(partner)
        yield ChangedFact(kind=fact.kind, before=fact.words, now="" if partner is None else partner.words)
    for fact in left:
        yield ChangedFact(kind=fact.kind, before="", now=fact.words)


def _facts(text: Text) -> dict[tuple[str, float | str, str], Fact]:
    """Return the facts of script and answer, each once."""
    found = [*facts_of(text.script), *facts_of(text.answer)]
    return {(fact.kind, fact.value, fact.unit): fact for fact in reversed(found)}


def _text(value: object) -> str:
    if isinstance(value, list):
        return "\n".join(str(item) for item in value)
    return "" if value is None else str(value)
