"""Fills a work order from the facts of a call, each field with its utterances. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence

from assist_api.facts.fields import FactField
from assist_api.facts.found import CallFact
from assist_api.transcripts.utterances import LegRole, Utterance
from assist_api.work_orders.areas import area_of
from assist_api.work_orders.schemas import FieldSource, FilledField

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
_NUMBERS = re.compile(r"[\d\W]")
"""A telephone number that is read out describes nothing."""


def filled_fields(facts: Sequence[CallFact]) -> list[FilledField]:
    """Return the fields that the facts of a call fill; one that the agent cleared stays empty."""
    return [
        FilledField(
            field=_FIELDS[fact.field],
            value=fact.value,
            segment_ids=list(dict.fromkeys(evidence.segment_id for evidence in fact.evidence)),
            source=FieldSource.SAID if fact.edited_by is None else FieldSource.AGENT,
            is_confirmed=fact.is_confirmed,
        )
        for fact in facts
        if fact.field in _FIELDS and fact.value
    ]


def describing(utterances: Sequence[Utterance]) -> list[Utterance]:
    """Return the caller's own sentences that say most, in their order; none of them twice."""
    own = [item for item in utterances if item.leg_role is LegRole.CUSTOMER and item.is_final]
    long = {item.text: item for item in reversed(own) if len(_NUMBERS.sub("", item.text)) >= _MIN_CHARACTERS}
    chosen = set(sorted(long, key=len, reverse=True)[:DESCRIBED_BY])
    return [item for item in own if item.text in chosen and long[item.text] is item]


def description(sentences: Sequence[Utterance]) -> FilledField:
    """Return the description that sentences of the caller give."""
    return FilledField(
        field="description",
        value="".join(item.text for item in sentences),
        segment_ids=[item.segment_id for item in sentences],
        source=FieldSource.SAID,
        is_confirmed=False,
    )


def missing_fields(required: Sequence[str], filled: Sequence[FilledField]) -> list[str]:
    """Return the required fields that nothing has filled yet, in the order of the form.

    An address that was said must name a street, an estate or a number: "in the kitchen" leads no crew anywhere.
    """
    known = {item.field for item in filled if item.value and not _is_vague(item)}
    return [name for name in required if name not in known]


def _is_vague(item: FilledField) -> bool:
    if item.field != "address" or item.source is not FieldSource.SAID:
        return False
    return not area_of(item.value) and not re.search(r"\d", item.value)
