"""What the fields of a work order hold, and how a found fact proves itself; frozen, leaf types."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

Speaker = Literal["customer", "agent"]


class FactField(StrEnum):
    """A field that is filled from what was said."""

    NAME = "name"
    PHONE = "phone"
    ACCOUNT_NUMBER = "account_number"
    METER_NUMBER = "meter_number"
    ADDRESS = "address"
    METER_READING = "meter_reading"
    OCCURRED_AT = "occurred_at"
    CALLBACK_AT = "callback_at"
    AMOUNT = "amount"
    SYMPTOM = "symptom"
    APPLIANCE = "appliance"


@dataclass(frozen=True, slots=True)
class Turn:
    """What one side said in one utterance.

    Attributes:
        speaker: Who said it.
        text: What was said.
    """

    speaker: Speaker
    text: str

    @property
    def is_customer(self) -> bool:
        """Whether the caller said it."""
        return self.speaker == "customer"


@dataclass(frozen=True, slots=True)
class Evidence:
    """Where a fact was said.

    Attributes:
        turn: Index of the utterance.
        start: First character in it (Unicode code points).
        end: One past the last.
    """

    turn: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Fact:
    """A field with its value and what proves it.

    Attributes:
        field: The field.
        value: Normalised: digits only for numbers, yuan with two decimals for sums, else the words said.
        evidence: Every place that the value was put together from, in order.
        is_confirmed: Whether the other side repeated or accepted the value.
    """

    field: FactField
    value: str
    evidence: tuple[Evidence, ...]
    is_confirmed: bool = False
