"""Tries a hint book on a conversation that a curator typed. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from uuid import UUID, uuid5

from assist_api.alerts.raised import TwoLanguages
from assist_api.hints.book import HintBook
from assist_api.hints.diagnosis import both
from assist_api.hints.listener import BookListener
from assist_api.hints.phrases import PhraseSet, Place, Spoken
from assist_api.hints.schemas import FoundHint, FoundKind, HintTestLine, TestedLine
from assist_api.http.wire import Span
from assist_api.transcripts.utterances import LegRole, Utterance

_SEGMENTS = UUID("9a3c1f0e-5d8b-4a52-9a8f-2f6f5f1b7c11")
_SENTENCE_MS = 4_000
"""Typed sentences have no times; each counts as this long."""


def heard_by(book: HintBook, lines: Sequence[HintTestLine]) -> list[TestedLine]:
    """Return what a book hears in each sentence, whatever the noise budget."""
    listener = BookListener(book)
    said = [_utterance(place, line) for place, line in enumerate(lines)]
    ticked: set[str] = set()
    tested = []
    for place, utterance in enumerate(said):
        found = list(_found(listener, utterance, said[:place], ticked))
        proposed = listener.diagnosis.propose(said[: place + 1])
        ask = None if proposed is None else proposed.ask
        tested.append(TestedLine(role=lines[place].role, text=utterance.text, found=found, ask=ask))
    return tested


def _found(
    listener: BookListener, utterance: Utterance, before: Sequence[Utterance], ticked: set[str]
) -> Iterator[FoundHint]:
    text, spoken = utterance.text, Spoken(utterance.text)
    if utterance.leg_role is LegRole.AGENT:
        for said in listener.steps(text, [known.text for known in before if known.leg_role is LegRole.CUSTOMER]):
            ticked.add(said.step.id)
            yield _hint("step", said.step.id, both(said.step.name), said.place)
        for broken in listener.forbidden(text):
            yield _hint("forbidden", broken.rule.id, both(broken.rule.name), broken.place, both(broken.rule.advice))
    else:
        for word in listener.book.anger:
            if (place := PhraseSet(word.heard, word.unless).find(spoken)) is not None:
                yield _hint("anger", word.id, both(word.name), place, points=word.points)
        for situation in listener.book.situations:
            if (place := PhraseSet(situation.heard, situation.unless).find(spoken)) is not None:
                yield _hint("situation", situation.id, both(situation.name), place)
    for broken in listener.prompts(utterance.leg_role, text, ticked):
        yield _hint("prompt", broken.rule.id, both(broken.rule.name), broken.place, both(broken.rule.advice))


def _hint(
    kind: FoundKind, key: str, name: TwoLanguages, place: Place, advice: TwoLanguages | None = None, points: int = 0
) -> FoundHint:
    span = Span(start=place.start, end=place.end)
    return FoundHint(kind=kind, key=key, name=name, advice=advice, span=span, points=points)


def _utterance(place: int, line: HintTestLine) -> Utterance:
    return Utterance(
        segment_id=uuid5(_SEGMENTS, str(place)),
        leg_role=LegRole(line.role),
        start_ms=place * _SENTENCE_MS,
        end_ms=(place + 1) * _SENTENCE_MS,
        text=line.text,
        is_final=True,
        partial_index=-1,
        confidence=1.0,
        language="zh",
    )
