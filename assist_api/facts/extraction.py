"""Fills the fields of a work order from a dialogue, every value with the words that prove it. Pure.

Nothing is guessed: a field that nobody said stays out of the answer.
"""

from __future__ import annotations

from collections.abc import Sequence

from assist_api.facts.amounts import find_amount, find_reading
from assist_api.facts.fields import Fact, FactField, Turn
from assist_api.facts.identifiers import find_identifiers
from assist_api.facts.moments import find_occurrence, find_promise
from assist_api.facts.people import find_name
from assist_api.facts.places import find_address

FINDERS = (
    find_identifiers, find_name, find_address, find_reading, find_occurrence, find_promise, find_amount,
)  # fmt: skip
"""One function for each field or family of fields; each takes the dialogue and yields facts."""


def find_facts(turns: Sequence[Turn]) -> dict[FactField, Fact]:
    """Return the fields that a dialogue fills, at most one fact each."""
    return {fact.field: fact for finder in FINDERS for fact in finder(turns)}
