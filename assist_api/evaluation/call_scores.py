"""Pure: what the events of one labelled call are worth."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import pairwise
from uuid import UUID

from assist_api.calls.events import (
    CallAnsweredEvent,
    CallEndedEvent,
    CallEvent,
    CategoryRankedEvent,
    SuggestionShownEvent,
    SuggestionWithheldEvent,
    TranscriptFinalEvent,
)
from assist_api.evaluation.figures import Spread, spread
from assist_api.evaluation.layouts import CallScript
from assist_api.suggestions.cards import Card
from assist_api.transcripts.utterances import LegRole, Utterance
from speech.evaluate import error_count, normalise


@dataclass(frozen=True, slots=True)
class ObservedEvent:
    """An event and when the observer had it: milliseconds of one monotonic clock."""

    event: CallEvent
    received_ms: float


@dataclass(frozen=True, slots=True)
class LegScore:
    """Transcript of one leg against what is said on it, both without punctuation.

    Attributes:
        said: By the script.
        heard: By us.
        errors: Substitutions, deletions and insertions.
    """

    said: str
    heard: str
    errors: int

    @property
    def characters(self) -> int:
        """Characters in what is said."""
        return len(self.said)

    @property
    def error_rate(self) -> float:
        """Character error rate, 0..."""
        return self.errors / self.characters if self.characters else 0.0


@dataclass(frozen=True, slots=True)
class CallScore:
    """One call.

    Attributes:
        demo_id: The call.
        end_reason: `completed`, or why not; empty when it never ended.
        entry_first_ms: Audio time of the utterance that first brought the expected entry into the top three.
        entry_rank_first: Its rank then, from 1.
        entry_rank_best: Its best rank within the call; None when it was never shown.
        entry_rank_last: Its rank in the last list of the call; None when it is not in it.
        category_first: The category that is first at the end; None when none was ranked.
        is_category_right: Whether that is the expected one.
        has_abstained: Whether the ranking was below its threshold at the end.
        card_changes: How often the list of shown entries changed.
        other_cards: Titles of entries shown beside the expected one; related ones may well help.
        wrong_cards: Those of another sector, which cannot help.
        customer: Transcript of the customer's leg.
        agent: Transcript of the agent's leg.
        final_to_card_ms: From each final to the suggestions (or none) that it led to.
        speech_to_final_ms: From the end of speech to its final; None unless the call was played at its pace.
    """

    demo_id: str
    end_reason: str
    entry_first_ms: int | None
    entry_rank_first: int | None
    entry_rank_best: int | None
    entry_rank_last: int | None
    category_first: str | None
    is_category_right: bool
    has_abstained: bool
    card_changes: int
    other_cards: tuple[str, ...]
    wrong_cards: tuple[str, ...]
    customer: LegScore
    agent: LegScore
    final_to_card_ms: Spread | None
    speech_to_final_ms: Spread | None

    @property
    def is_entry_found(self) -> bool:
        """Whether the expected entry stood in the top three within the call."""
        return self.entry_rank_best is not None


def score_call(script: CallScript, expected: Collection[UUID], observed: Sequence[ObservedEvent]) -> CallScore:
    """Compare a call's events, in order, with what its script expects.

    Args:
        script: The call.
        expected: The entries that answer it.
        observed: Its events.
    """
    events = [item.event for item in observed]
    finals = [event.data for event in events if isinstance(event, TranscriptFinalEvent)]
    lists = [event.data for event in events if isinstance(event, SuggestionShownEvent)]
    ranks = [_rank(expected, shown.cards) for shown in lists]
    found = [(shown, rank) for shown, rank in zip(lists, ranks, strict=True) if rank is not None]
    category = next((event.data for event in reversed(events) if isinstance(event, CategoryRankedEvent)), None)
    best_category = category.categories[0].category_id if category and category.categories else None
    others = {card.entry_id: card for shown in lists for card in shown.cards if card.entry_id not in expected}
    return CallScore(
        demo_id=script.demo_id,
        end_reason=next((event.data.reason.value for event in events if isinstance(event, CallEndedEvent)), ""),
        entry_first_ms=_end_ms(found[0][0].trigger_segment_id, finals) if found else None,
        entry_rank_first=found[0][1] if found else None,
        entry_rank_best=min((rank for _shown, rank in found), default=None),
        entry_rank_last=ranks[-1] if ranks else None,
        category_first=best_category,
        is_category_right=best_category in script.categories,
        has_abstained=category.has_abstained if category else True,
        card_changes=_changes([frozenset(card.entry_id for card in shown.cards) for shown in lists]),
        other_cards=tuple(card.title for card in others.values()),
        wrong_cards=tuple(card.title for card in others.values() if card.sector not in (None, script.sector)),
        customer=_leg_score(script, LegRole.CUSTOMER, finals),
        agent=_leg_score(script, LegRole.AGENT, finals),
        final_to_card_ms=spread(final_to_card_ms(observed)),
        speech_to_final_ms=spread(speech_to_final_ms(observed)),
    )


def final_to_card_ms(observed: Sequence[ObservedEvent]) -> list[float]:
    """Return how long after its final each search was answered, "nothing fits" included; 0 if it was before that."""
    finals = {
        item.event.data.segment_id: item.received_ms
        for item in observed
        if isinstance(item.event, TranscriptFinalEvent)
    }
    answers = [(_answered_segment(item.event), item.received_ms) for item in observed]
    return [max(0.0, at - finals[segment]) for segment, at in answers if segment in finals]


def speech_to_final_ms(observed: Sequence[ObservedEvent]) -> list[float]:
    """Return how long after the end of its speech each final came; empty unless the call was played at its pace.

    The first sample is taken to be played when the call is answered; it is in truth some milliseconds later, so that
    the figure errs towards slow.
    """
    origin_ms = answered_ms(observed)
    if origin_ms is None:
        return []
    return [
        item.received_ms - origin_ms - item.event.data.end_ms
        for item in observed
        if isinstance(item.event, TranscriptFinalEvent)
    ]


def speech_to_card_ms(observed: Sequence[ObservedEvent]) -> list[float]:
    """Return how long after the end of the speech that asked for it each search was answered; else as above.

    An answer to what was said before an earlier pause of the utterance is none to the whole of it, and does not count.
    """
    return [delays[0] for delays in _answers_after_speech(observed)]


def speech_to_rest_ms(observed: Sequence[ObservedEvent]) -> list[float]:
    """Return how long after the end of the speech the list came to rest: the category may still rearrange it."""
    return [delays[-1] for delays in _answers_after_speech(observed)]


def _answers_after_speech(observed: Sequence[ObservedEvent]) -> list[list[float]]:
    origin_ms = answered_ms(observed)
    if origin_ms is None:
        return []
    ends = {
        item.event.data.segment_id: origin_ms + item.event.data.end_ms
        for item in observed
        if isinstance(item.event, TranscriptFinalEvent)
    }
    delays: dict[UUID, list[float]] = {}
    for item in observed:
        segment = _answered_segment(item.event)
        if segment in ends and item.received_ms > ends[segment]:
            delays.setdefault(segment, []).append(item.received_ms - ends[segment])
    return list(delays.values())


def answered_ms(observed: Sequence[ObservedEvent]) -> float | None:
    """Return when the first sample was played, None for a call played as fast as it goes."""
    for item in observed:
        if isinstance(item.event, CallAnsweredEvent):
            return item.received_ms if item.event.data.speed == "1" else None
    return None


def _answered_segment(event: CallEvent) -> UUID | None:
    match event:
        case SuggestionShownEvent():
            return event.data.trigger_segment_id
        case SuggestionWithheldEvent() if event.data.reason != "not_a_question":
            return event.data.trigger_segment_id
    return None


def _rank(expected: Collection[UUID], cards: Sequence[Card]) -> int | None:
    return next((rank for rank, card in enumerate(cards, start=1) if card.entry_id in expected), None)


def _end_ms(segment_id: UUID | None, finals: Sequence[Utterance]) -> int | None:
    return next((final.end_ms for final in finals if final.segment_id == segment_id), None)


def _changes(lists: Sequence[frozenset[UUID]]) -> int:
    return sum(before != after for before, after in pairwise([frozenset[UUID](), *lists]))


def _leg_score(script: CallScript, role: LegRole, finals: Sequence[Utterance]) -> LegScore:
    said = normalise("".join(line.text for line in script.lines if line.role is role))
    utterances = sorted((final for final in finals if final.leg_role is role), key=lambda final: final.start_ms)
    heard = normalise("".join(utterance.text for utterance in utterances))
    return LegScore(said, heard, error_count(said, heard))
