"""What a caller is told before the flow begins: notices of the caller's area, holidays, greetings. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from assist_api.policies.kinds import PolicyKind, PolicyModel

MOST_CHARACTERS = 120
"""Of everything that one caller is told before the flow, about half a minute; what does not fit is left out."""
MOST_TEXTS = 50
Area = Annotated[str, StringConstraints(strip_whitespace=True, min_length=2, max_length=60)]


class PushText(BaseModel):
    """One text with whom it concerns."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Literal["greeting", "notice", "holiday"]
    text: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=MOST_CHARACTERS)]
    sector: Literal["", "power", "heating", "water", "gas", "tv"] = Field(
        default="", description="Of the flow that answers; empty for every one"
    )
    areas: tuple[Area, ...] = Field(default=(), max_length=50, description="Words of the addresses that it concerns")
    first_day: date | None = None
    last_day: date | None = None

    @model_validator(mode="after")
    def _concerns_somebody(self) -> PushText:
        if self.kind == "notice" and not self.areas:
            raise ValueError("a notice concerns the callers of some areas; name them")
        if self.first_day is not None and self.last_day is not None and self.last_day < self.first_day:
            raise ValueError("last_day is before first_day; swap them")
        return self


class PushTexts(PolicyModel):
    """Texts that are in force."""

    texts: tuple[PushText, ...] = Field(default=(), max_length=MOST_TEXTS)


PUSH = PolicyKind("ivr_push", PushTexts, PushTexts)


@dataclass(frozen=True, slots=True)
class Listener:
    """Who would be told.

    Attributes:
        sector: Of the flow that answers.
        addresses: Of the one customer with the caller's number; empty where that is unknown.
        is_holiday: Whether today is a day off.
        today: Day of the call.
    """

    sector: str
    addresses: Sequence[str]
    is_holiday: bool
    today: date


def pushed_to(listener: Listener, outages: Sequence[str], texts: Sequence[PushText]) -> tuple[str, ...]:
    """Return what a caller is told: outages of the caller's street first, greetings last, all within the cap."""
    order = {"notice": 0, "holiday": 1, "greeting": 2}
    chosen = sorted((text for text in texts if _concerns(text, listener)), key=lambda text: order[text.kind])
    return tuple(_within_cap([*outages, *(text.text for text in chosen)]))


def _concerns(text: PushText, listener: Listener) -> bool:
    is_in_time = (text.first_day is None or text.first_day <= listener.today) and (
        text.last_day is None or listener.today <= text.last_day
    )
    is_near = not text.areas or any(area in address for area in text.areas for address in listener.addresses)
    is_fit = text.kind != "holiday" or listener.is_holiday
    return is_in_time and is_near and is_fit and text.sector in {"", listener.sector}


def _within_cap(texts: Sequence[str]) -> Iterator[str]:
    left = MOST_CHARACTERS
    for text in texts:
        if len(text) <= left:
            left -= len(text)
            yield text
