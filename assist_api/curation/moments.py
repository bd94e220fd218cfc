"""Finds the moments of a call that speak for new knowledge: questions that nothing fitted. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from uuid import UUID

from assist_api.calls.events import (
    CallEvent,
    CategoryChosenEvent,
    CategoryRankedEvent,
    SuggestionShownEvent,
    SuggestionWithheldEvent,
    TranscriptFinalEvent,
)
from assist_api.transcripts.utterances import LegRole, Utterance
from kb.deidentify import deidentify

REPLY_WITHIN_MS = 60_000
"""The agent's answer begins at most this long after the question."""
LONGEST_TEXT = 500
_OPENING = re.compile(
    r"^(?:(?:喂|你好|您好|好的?|行|嗯|哦|啊|那个?|这个|就是|请问一?下?|我想问一下)"
    r"(?:[，,、。 ]|(?=那|我))+)+那?(?=\w{4})"
)
"""Words with which a caller takes the turn: 「好，那师傅…」 asks about 师傅."""
SHORTEST_QUESTION = 4
"""Characters; shorter utterances ask nothing that an entry could answer."""


@dataclass(frozen=True, slots=True)
class Moment:
    """A moment of a call, de-identified.

    Attributes:
        segment_id: The utterance.
        start_ms: Where it begins, from the start of its leg.
        sentence: What the customer said.
        reply: What the agent said next; empty when nothing.
    """

    segment_id: UUID
    start_ms: int
    sentence: str
    reply: str


def unanswered(events: Iterable[CallEvent]) -> list[Moment]:
    """Return the questions of a finished call that nothing fitted and no card answered later, in their order."""
    said: dict[UUID, Utterance] = {}
    asked_in_vain: dict[UUID, None] = {}
    for event in events:
        if isinstance(event, TranscriptFinalEvent):
            said[event.data.segment_id] = event.data
        elif isinstance(event, SuggestionWithheldEvent) and event.data.reason == "nothing_fits":
            asked_in_vain[event.data.trigger_segment_id] = None
        elif isinstance(event, SuggestionShownEvent):
            for card in event.data.cards:
                asked_in_vain.pop(card.answers_segment_id, None) if card.answers_segment_id else None
    utterances = sorted(said.values(), key=lambda one: one.start_ms)
    return [
        moment_of(said[segment_id], utterances)
        for segment_id in asked_in_vain
        if segment_id in said and len(said[segment_id].text.strip()) >= SHORTEST_QUESTION
    ]


def question_of(sentence: str) -> str:
    """Return a caller's question as a title: without words that only open a sentence, and without the full stop."""
    return _OPENING.sub("", sentence.strip()).strip("，。！？,.!? ") or sentence.strip()


def category_of(events: Iterable[CallEvent]) -> str | None:
    """Return the category of a call: the agent's choice, else what was ranked first at the end."""
    ranked = chosen = None
    for event in events:
        if isinstance(event, CategoryRankedEvent) and event.data.categories:
            ranked = event.data.categories[0].category_id
        elif isinstance(event, CategoryChosenEvent):
            chosen = event.data.category_id
    return chosen or ranked


def moment_of(utterance: Utterance, utterances: Sequence[Utterance]) -> Moment:
    """Return the moment of an utterance; `utterances` are those of the call by their start."""
    reply = "".join(_reply(utterance, utterances))
    return Moment(
        utterance.segment_id,
        utterance.start_ms,
        deidentify(utterance.text.strip())[:LONGEST_TEXT],
        deidentify(reply)[:LONGEST_TEXT],
    )


def _reply(question: Utterance, utterances: Sequence[Utterance]) -> Iterator[str]:
    """Yield what the agent says between the question and the customer's next words."""
    has_begun = False
    for utterance in utterances:
        if utterance.start_ms < question.end_ms or not utterance.is_final:
            continue
        if utterance.leg_role is LegRole.AGENT:
            if not has_begun and utterance.start_ms - question.end_ms > REPLY_WITHIN_MS:
                return
            has_begun = True
            yield utterance.text.strip()
        elif has_begun:
            return
