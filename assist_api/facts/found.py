"""Facts of a call as they stand on the wire."""

from __future__ import annotations

from uuid import UUID

from pydantic import Field

from assist_api.facts.fields import FactField
from assist_api.http.wire import Span, WireModel


class FactEvidence(WireModel):
    """Where a fact was said."""

    segment_id: UUID
    span: Span


class CallFact(WireModel):
    """A field of the work order and its value."""

    field: FactField
    value: str = Field(description="Empty when the agent cleared the field")
    evidence: list[FactEvidence] = Field(description="Where it was said, in order; empty for an agent's edit")
    is_confirmed: bool = Field(description="Whether the other side repeated or accepted it")
    edited_by: str | None = Field(description="The agent who set it by hand; null when it was found in the call")


class FactsFound(WireModel):
    """Every field that the call has filled so far; fields that the agent set by hand stay as they are."""

    facts: list[CallFact]


class FactEdited(WireModel):
    """The agent set a field by hand; from then on what is said no longer changes it."""

    field: FactField
    value: str
    edited_by: str


def edited_fact(edit: FactEdited) -> CallFact:
    """Return a field as an agent's edit leaves it."""
    return CallFact(field=edit.field, value=edit.value, evidence=[], is_confirmed=True, edited_by=edit.edited_by)


def with_found(known: list[CallFact], found: list[CallFact]) -> list[CallFact]:
    """Return the fields after a search through the call: an agent's edit wins for ever."""
    edited = [fact for fact in known if fact.edited_by is not None]
    by_hand = {fact.field for fact in edited}
    return in_order([*edited, *(fact for fact in found if fact.field not in by_hand)])


def with_edit(known: list[CallFact], edit: FactEdited) -> list[CallFact]:
    """Return the fields after an agent set one."""
    return in_order([*(fact for fact in known if fact.field is not edit.field), edited_fact(edit)])


def in_order(facts: list[CallFact]) -> list[CallFact]:
    """Return facts in the order of the form."""
    places = {field: place for place, field in enumerate(FactField)}
    return sorted(facts, key=lambda fact: places[fact.field])
