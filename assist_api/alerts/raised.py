"""Alerts of a call as they stand on the wire."""

from __future__ import annotations

from uuid import UUID

from pydantic import Field

from assist_api.alerts.rules import BilingualText, DangerKind
from assist_api.http.wire import Span, WireModel


class TwoLanguages(WireModel):
    """A text in the two languages of the pages."""

    zh: str
    en: str

    @classmethod
    def of(cls, text: BilingualText) -> TwoLanguages:
        """Return a text of the rule book as it goes over the wire."""
        return cls(zh=text.zh, en=text.en)


class AlertRaised(WireModel):
    """The caller said that people are in danger; told again with the same id when the final shows the words better."""

    alert_id: UUID
    kind: DangerKind
    name: TwoLanguages
    script: TwoLanguages = Field(description="What the agent reads to the caller now")
    segment_id: UUID = Field(description="The utterance that says it")
    span: Span = Field(description="The words that say it, in the utterance as it was heard then")
    words: str = Field(description="The words themselves; the final may be worded otherwise")


class AlertConfirmed(WireModel):
    """The agent has told the caller what the alert asks for."""

    alert_id: UUID
    confirmed_by: str


class CallAlert(AlertRaised):
    """An alert as the call's snapshot holds it."""

    confirmed_by: str | None = Field(description="Who said the script to the caller; null while nobody has")
