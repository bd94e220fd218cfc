"""Utterances of a call: who said what, and when."""

from __future__ import annotations

from dataclasses import asdict
from enum import StrEnum
from uuid import UUID

from pydantic import Field

from assist_api.http.wire import WireModel
from speech.events import TranscriptFinal
from speech.text.changes import written_text


class LegRole(StrEnum):
    """Who speaks on a leg."""

    CUSTOMER = "customer"
    AGENT = "agent"


class TextChange(WireModel):
    """A place of a text that a reader is shown otherwise than the recogniser wrote it."""

    start: int = Field(description="First character of the place in `text`")
    end: int
    heard: str = Field(description="What the recogniser wrote")
    written: str = Field(description="What is shown: a mended word, or figures for a spoken number")


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
    changes: list[TextChange] = Field(
        default=[], description="Of a final: mended words and spoken numbers, in order; marks point into `text`"
    )

    @property
    def written(self) -> str:
        """The text as a reader sees it, with figures for spoken numbers; marks do not point into it."""
        return written_text(self.text, ((change.start, change.end, change.written) for change in self.changes))


def final_utterance(final: TranscriptFinal, leg_role: LegRole) -> Utterance:
    """Return the utterance of a segment whose text is final."""
    return Utterance(
        segment_id=final.segment_id,
        leg_role=leg_role,
        start_ms=final.start_ms,
        end_ms=final.end_ms,
        text=final.text,
        is_final=True,
        partial_index=-1,
        confidence=final.confidence,
        language=final.language,
        changes=[TextChange.model_validate(asdict(change)) for change in final.changes],
    )
