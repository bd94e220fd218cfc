"""What a finder of personal data answers; frozen, leaf types."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class PersonalKind(StrEnum):
    """What kind of personal data a place in a text is."""

    NAME = "name"
    SURNAME = "surname"
    PHONE = "phone"
    IDENTITY = "identity"
    ACCOUNT = "account"
    METER = "meter"
    BANK_CARD = "bank_card"
    PLATE = "plate"
    ADDRESS = "address"
    EMAIL = "email"
    MESSENGER = "messenger"


@dataclass(frozen=True, slots=True)
class PersonalSpan:
    """One place of personal data.

    Attributes:
        kind: What it is.
        start: First character (Unicode code points).
        end: One past the last.
    """

    kind: PersonalKind
    start: int
    end: int
