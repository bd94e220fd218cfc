"""Utterances of a call: who said what, and when."""

from __future__ import annotations

from enum import StrEnum
from uuid import UUID

from pydantic import Field

from assist_api.http.wire import WireModel


class LegRole(StrEnum):
    """Who speaks on a leg."""

    CUSTOMER = "customer"
    AGENT = "agent"


class Utterance(WireModel):
    """The text of one segment, as far as it is known."""

    segment_id: UUID
    leg_role: LegRole
    start_ms: int
    end_ms: int
    text: str
    is_final: bool
    partial_index: int = Field(description="Count of the partial, from 0; -1 for a final")
    confidence: float = Field(description="Mean token probability, 0..1; 0 for a partial")
    language: str
