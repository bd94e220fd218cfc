"""Masks personal data in a call for accounts that may not see identities. Pure.

Every masked character becomes `MASK`, one for one, so that evidence, highlights and cards keep their places in the
text. What one utterance, fact or title gives away is masked in all of them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar
from uuid import UUID

from assist_api.alerts.raised import AlertRaised
from assist_api.calls.events import (
    AlertRaisedEvent,
    CallAnsweredEvent,
    CallEndedEvent,
    CallEvent,
    CallInfo,
    CallOfferedEvent,
    CallSnapshot,
    FactEditedEvent,
    FactsFoundEvent,
    FeedbackRecorded,
    FeedbackRecordedEvent,
    HintRaisedEvent,
    SummaryAcceptedEvent,
    TranscriptFinalEvent,
    TranscriptPartialEvent,
)
from assist_api.facts.fields import FactField
from assist_api.facts.found import CallFact, FactEdited
from assist_api.hints.shown import HintRaised
from assist_api.summaries.shown import SummaryAccepted, SummarySentence
from assist_api.transcripts.utterances import Utterance
from kb.deidentify import PersonalKind, find_personal

MASK = "●"
PERSONAL_FIELDS: Mapping[FactField, PersonalKind] = {
    FactField.NAME: PersonalKind.NAME,
    FactField.PHONE: PersonalKind.PHONE,
    FactField.ACCOUNT_NUMBER: PersonalKind.ACCOUNT,
    FactField.METER_NUMBER: PersonalKind.METER,
    FactField.ADDRESS: PersonalKind.ADDRESS,
}
"""Fields whose value points at a person, and as what."""
_SHORTEST_SECRET = 2
"""A single character, such as a surname, would mask half the call."""
_DIGITS = frozenset("0123456789零〇一二三四五六七八九幺两")
_FEWEST_DIGITS = 3
_FEWEST_DIGIT_SHARE = 0.6
"""An utterance of which so much is digits is a part of a number that was said in several breaths."""
F = TypeVar("F", CallFact, FactEdited)
H = TypeVar("H", bound=HintRaised)


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """A range of an utterance's characters, half-open."""

    start: int
    end: int


class CallMask:
    """What is masked in one call."""

    def __init__(
        self, utterances: Sequence[Utterance], facts: Sequence[CallFact], kinds: Collection[PersonalKind]
    ) -> None:
        """Find everything personal of these kinds in what was said.

        Args:
            utterances: Finals of the call.
            facts: Its fields; each that is personal masks its evidence and its value.
            kinds: What the policy masks; a surname goes with the names.
        """
        self._kinds = frozenset(kinds)
        if PersonalKind.NAME in self._kinds:
            self._kinds |= {PersonalKind.SURNAME}
        self._evidence: dict[UUID, list[Place]] = {}
        personal = [fact for fact in facts if self._is_personal(fact.field)]
        for fact in personal:
            for item in fact.evidence:
                self._evidence.setdefault(item.segment_id, []).append(Place(item.span.start, item.span.end))
        secrets = {fact.value for fact in personal} | set(self._said(utterances))
        self._secrets = sorted((secret for secret in secrets if len(secret) >= _SHORTEST_SECRET), key=len, reverse=True)

    def places(self, utterance: Utterance) -> list[Place]:
        """Return what is masked in an utterance, in order and without overlap."""
        return _merged([*self._in_text(utterance.text), *self._evidence.get(utterance.segment_id, ())])

    def text(self, text: str) -> str:
        """Return a text of the call with everything personal masked."""
        return masked(text, _merged(self._in_text(text)))

    def utterance(self, utterance: Utterance) -> Utterance:
        """Return an utterance with everything personal masked."""
        places = self.places(utterance)
        changes = [
            change
            for change in utterance.changes
            if all(change.end <= place.start or place.end <= change.start for place in places)
        ]
        return utterance.model_copy(update={"text": masked(utterance.text, places), "changes": changes})

    def info(self, call: CallInfo) -> CallInfo:
        """Return the head of a call without the caller's number."""
        return masked_info(call).model_copy(update={"title": self.text(call.title)})

    def fact(self, fact: F) -> F:
        """Return a field; the value of a personal one is masked whole."""
        value = MASK * len(fact.value) if self._is_personal(fact.field) else self.text(fact.value)
        return fact.model_copy(update={"value": value})

    def snapshot(self, call: CallSnapshot) -> CallSnapshot:
        """Return a call as somebody sees it who may not see identities; running partials are left out."""
        return call.model_copy(
            update={
                "call": self.info(call.call),
                "utterances": [self.utterance(item) for item in call.utterances if item.is_final],
                "facts": [self.fact(fact) for fact in call.facts],
                "feedback": [self._feedback(item) for item in call.feedback],
                "alerts": [self._alert(item) for item in call.alerts],
                "hints": [self._hint(item) for item in call.hints],
                "summary": None if call.summary is None else self._summary(call.summary),
            }
        )

    def event(self, event: CallEvent) -> CallEvent | None:
        """Return an event masked; None for one that such an account does not get."""
        match event:
            case TranscriptPartialEvent():
                return None
            case TranscriptFinalEvent():
                return event.model_copy(update={"data": self.utterance(event.data)})
            case FactsFoundEvent():
                facts = [self.fact(fact) for fact in event.data.facts]
                return event.model_copy(update={"data": event.data.model_copy(update={"facts": facts})})
            case FactEditedEvent():
                return event.model_copy(update={"data": self.fact(event.data)})
            case SummaryAcceptedEvent():
                return event.model_copy(update={"data": self._summary(event.data)})
            case AlertRaisedEvent():
                return event.model_copy(update={"data": self._alert(event.data)})
            case HintRaisedEvent():
                return event.model_copy(update={"data": self._hint(event.data)})
            case FeedbackRecordedEvent():
                return event.model_copy(update={"data": self._feedback(event.data)})
            case CallOfferedEvent() | CallAnsweredEvent():
                data = event.data.model_copy(update={"title": self.text(event.data.title)})
                return event.model_copy(update={"data": data})
            case CallEndedEvent():
                ended = event.data.model_copy(update={"message": self.text(event.data.message)})
                return event.model_copy(update={"data": ended})
            case _:
                return event

    def _is_personal(self, field: FactField) -> bool:
        return PERSONAL_FIELDS.get(field) in self._kinds

    def _said(self, utterances: Iterable[Utterance]) -> Iterator[str]:
        for utterance in utterances:
            for span in find_personal(utterance.text, has_whole_addresses=True):
                if span.kind in self._kinds and span.kind is not PersonalKind.SURNAME:
                    yield utterance.text[span.start : span.end].strip()

    def _in_text(self, text: str) -> Iterator[Place]:
        for span in find_personal(text, has_whole_addresses=True):
            if span.kind in self._kinds:
                yield Place(span.start, span.end)
        for secret in self._secrets:
            start = text.find(secret)
            while start >= 0:
                yield Place(start, start + len(secret))
                start = text.find(secret, start + len(secret))
        if _is_part_of_number(text) and self._kinds & {PersonalKind.PHONE, PersonalKind.ACCOUNT, PersonalKind.IDENTITY}:
            yield Place(0, len(text))

    def _summary(self, summary: SummaryAccepted) -> SummaryAccepted:
        return summary.model_copy(update={"lines": [self._line(line) for line in summary.lines]})

    def _line(self, line: SummarySentence) -> SummarySentence:
        is_personal = line.field is not None and self._is_personal(line.field)
        return line.model_copy(update={"text": MASK * len(line.text) if is_personal else self.text(line.text)})

    def _alert(self, alert: AlertRaised) -> AlertRaised:
        return alert.model_copy(update={"words": self.text(alert.words)})

    def _hint(self, hint: H) -> H:
        return hint.model_copy(update={"words": self.text(hint.words)})

    def _feedback(self, feedback: FeedbackRecorded) -> FeedbackRecorded:
        return feedback.model_copy(update={"note": self.text(feedback.note)})


def mask_of(call: CallSnapshot, kinds: Collection[PersonalKind]) -> CallMask:
    """Return what is masked in a call as it stands."""
    return CallMask([item for item in call.utterances if item.is_final], call.facts, kinds)


def masked(text: str, places: Iterable[Place]) -> str:
    """Return the text with `MASK` for every character of the places."""
    characters = list(text)
    for place in places:
        for at in range(place.start, min(place.end, len(characters))):
            characters[at] = MASK
    return "".join(characters)


def masked_info(call: CallInfo) -> CallInfo:
    """Return the head of a call as a list shows it: neither number nor anything personal in the title."""
    title = masked(call.title, (Place(span.start, span.end) for span in find_personal(call.title)))
    return call.model_copy(update={"title": title, "customer_number_masked": MASK * len(call.customer_number_masked)})


def _merged(places: Iterable[Place]) -> list[Place]:
    merged: list[Place] = []
    for place in sorted(places):
        if merged and place.start <= merged[-1].end:
            merged[-1] = Place(merged[-1].start, max(merged[-1].end, place.end))
        else:
            merged.append(place)
    return merged


def _is_part_of_number(text: str) -> bool:
    letters = [character for character in text if character.isalnum()]
    digits = sum(character in _DIGITS for character in letters)
    return digits >= _FEWEST_DIGITS and digits >= _FEWEST_DIGIT_SHARE * len(letters)
