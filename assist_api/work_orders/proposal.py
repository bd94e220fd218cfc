"""Fills a work order from the facts of a call, each field with its utterances. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from assist_api.facts.fields import FactField
from assist_api.facts.found import CallFact
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


def filled_fields(facts: Sequence[CallFact]) -> list[FilledField]:
    """Return the fields that the facts of a call fill; one that the agent cleared stays empty."""
    return [
        FilledField(
            field=_FIELDS[fact.field],
            value=fact.value,
            segment_ids=list(dict.fromkeys(evidence.segment_id for evidence in fact.evidence)),
            is_confirmed=fact.is_confirmed,
        )
        for fact in facts
        if fact.field in _FIELDS and fact.value
    ]


def description(utterances: Sequence[Utterance]) -> str:
    """Return the caller's own sentences that say most, in their order."""
    own = [item.text for item in utterances if item.leg_role is LegRole.CUSTOMER and item.is_final]
    long = [text for text in own if len(text) >= _MIN_CHARACTERS]
    chosen = set(sorted(long, key=len, reverse=True)[:DESCRIBED_BY])
    return "".join(text for text in dict.fromkeys(long) if text in chosen)
