"""Base of every message and answer, and the character range they share."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class WireModel(BaseModel):
    """Base of everything that goes over the wire."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Span(WireModel):
    """Half-open character range (Unicode code points)."""

    start: int
    end: int
