"""The summary of a call as it stands on the wire, made from its utterances and its facts. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from pydantic import Field

from assist_api.facts.fields import Evidence, Fact, FactField
from assist_api.facts.found import CallFact
from assist_api.facts.observer import turns_of
from assist_api.http.wire import WireModel
from assist_api.summaries.extractive import Section, summarise
from assist_api.transcripts.utterances import Utterance


class SummarySentence(WireModel):
    """One line of a summary: words that were said, or the value of a field."""

    section: Section
    text: str
    field: FactField | None = Field(description="The field whose value it is; null for a quotation")
    segment_ids: list[UUID] = Field(description="Utterances that prove it; empty for a value that the agent set")


class SummaryAccepted(WireModel):
    """The agent accepted a summary; it stays as it was then."""

    lines: list[SummarySentence]
    accepted_by: str


class CallSummary(WireModel):
    """The summary of a call as far as it went, and the one that was accepted."""

    lines: list[SummarySentence]
    accepted: SummaryAccepted | None


def summary_lines(utterances: Sequence[Utterance], facts: Sequence[CallFact]) -> list[SummarySentence]:
    """Return the summary of what was said so far.

    Args:
        utterances: Of the call, by time; partials are left out.
        facts: Fields as they stand, the agent's edits included; a field that the agent cleared gives no line.
    """
    finals = [utterance for utterance in utterances if utterance.is_final]
    places = {utterance.segment_id: place for place, utterance in enumerate(finals)}
    known = {fact.field: _fact(fact, places) for fact in facts if fact.value}
    return [
        SummarySentence(
            section=line.section,
            text=line.text,
            field=line.field,
            segment_ids=[finals[turn].segment_id for turn in line.turns],
        )
        for line in summarise(turns_of(finals), known)
    ]


def _fact(fact: CallFact, places: dict[UUID, int]) -> Fact:
    evidence = tuple(
        Evidence(places[place.segment_id], place.span.start, place.span.end)
        for place in fact.evidence
        if place.segment_id in places
    )
    return Fact(fact.field, fact.value, evidence, fact.is_confirmed)
