"""Fills a work order from what was said in a call, each field with its utterances. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from assist_api.facts.extraction import find_facts
from assist_api.facts.fields import FactField, Turn
from assist_api.transcripts.utterances import LegRole, Utterance
from assist_api.work_orders.schemas import FilledField

_FIELDS = {
    FactField.NAME: "contact_name",
    FactField.PHONE: "contact_phone",
    FactField.ADDRESS: "address",
    FactField.ACCOUNT_NUMBER: "account_number",
    FactField.METER_NUMBER: "meter_number",
    FactField.METER_READING: "meter_reading",
    FactField.AMOUNT: "amount",
    FactField.OCCURRED_AT: "occurred_at",
    FactField.CALLBACK_AT: "callback_at",
}
"""Facts and the fields of the order that they fill."""
DESCRIBED_BY = 3
"""Sentences of the caller that describe the matter, the longest ones in the order of the call."""
_MIN_CHARACTERS = 6


def filled_fields(utterances: Sequence[Utterance]) -> list[FilledField]:
    """Return the fields that a call fills."""
    said = [utterance for utterance in utterances if utterance.text and utterance.is_final]
    turns = [Turn("customer" if item.leg_role is LegRole.CUSTOMER else "agent", item.text) for item in said]
    return [
        FilledField(
            field=_FIELDS[field],
            value=fact.value,
            segment_ids=_segments(said, [evidence.turn for evidence in fact.evidence]),
            is_confirmed=fact.is_confirmed,
        )
        for field, fact in find_facts(turns).items()
        if field in _FIELDS
    ]


def description(utterances: Sequence[Utterance]) -> str:
    """Return the caller's own sentences that say most, in their order."""
    own = [item.text for item in utterances if item.leg_role is LegRole.CUSTOMER and item.is_final]
    long = [text for text in own if len(text) >= _MIN_CHARACTERS]
    chosen = set(sorted(long, key=len, reverse=True)[:DESCRIBED_BY])
    return "".join(text for text in dict.fromkeys(long) if text in chosen)


def _segments(said: Sequence[Utterance], turns: Sequence[int]) -> list[UUID]:
    return list(dict.fromkeys(said[turn].segment_id for turn in turns))
