"""A finished call as practice: the caller's turns, each with what was right then. Pure; the call comes masked."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from assist_api.calls.events import CallEvent, CallSnapshot, SuggestionShownEvent, TranscriptFinalEvent, Verdict
from assist_api.facts.cues import asked_fields
from assist_api.facts.fields import FactField, Turn
from assist_api.suggestions.cards import Card
from assist_api.transcripts.utterances import LegRole, Utterance

MOST_CARDS = 6
"""Cards to choose from in an exercise."""


@dataclass(frozen=True, slots=True)
class CallerTurn:
    """What the caller said in one go, and what the agent had and did then.

    Attributes:
        number: From 0.
        start_ms: First word, audio time.
        end_ms: Last word.
        text: Masked.
        gold_cards: Entries that were right: the one that was used, else the one that led the list.
        gold_fields: Fields of the work order that the turn gives.
        asked_next: Fields that the agent asked for in the answer.
        reply: What the agent said then; masked, empty at the end of a call.
    """

    number: int
    start_ms: int
    end_ms: int
    text: str
    gold_cards: tuple[UUID, ...]
    gold_fields: frozenset[FactField]
    asked_next: frozenset[FactField]
    reply: str


@dataclass(frozen=True, slots=True)
class PracticeCall:
    """A call as an exercise sees it.

    Attributes:
        turns: Of the caller, in order.
        cards: All that were shown in the call, at most `MOST_CARDS`, by title so that the order gives nothing away.
        categories: Id and Chinese path of those that were ranked or chosen.
        gold_category: What the agent chose, else what was ranked first; None when neither is known.
    """

    turns: tuple[CallerTurn, ...]
    cards: tuple[Card, ...]
    categories: tuple[tuple[str, tuple[str, ...]], ...]
    gold_category: str | None

    def card(self, entry_id: UUID | None) -> Card | None:
        """Return a card by its entry."""
        return next((card for card in self.cards if card.entry_id == entry_id), None)


def practice_call(call: CallSnapshot, events: Iterable[CallEvent]) -> PracticeCall:
    """Cut a call into the turns of its caller.

    Args:
        call: Masked and finished.
        events: All of its events in order, masked.
    """
    shown = _lists(events)
    used = {item.suggestion_id for item in call.feedback if item.verdict is Verdict.USED}
    said = [item for item in call.utterances if item.is_final and item.text]
    turns = []
    for number, (mine, answers) in enumerate(_exchanges(said)):
        segments = {item.segment_id for item in mine}
        reply = " ".join(item.text for item in answers)
        turns.append(
            CallerTurn(
                number=number,
                start_ms=mine[0].start_ms,
                end_ms=mine[-1].end_ms,
                text="".join(item.text for item in mine),
                gold_cards=_gold(_shown_after(shown, segments), used),
                gold_fields=frozenset(
                    fact.field for fact in call.facts if any(place.segment_id in segments for place in fact.evidence)
                ),
                asked_next=frozenset(asked_fields(Turn("agent", reply))),
                reply=reply,
            )
        )
    gold = {entry for turn in turns for entry in turn.gold_cards}
    ranked = call.category.categories if call.category is not None else []
    categories = {item.category_id: tuple(item.path) for item in ranked}
    if call.chosen_category is not None:
        categories.setdefault(call.chosen_category.category_id, tuple(call.chosen_category.path))
    best = None if call.category is None or call.category.has_abstained or not ranked else ranked[0].category_id
    return PracticeCall(
        turns=tuple(turns),
        cards=_choice([card for _, cards in shown for card in cards], gold),
        categories=tuple(sorted(categories.items())),
        gold_category=best if call.chosen_category is None else call.chosen_category.category_id,
    )


Shown = tuple[frozenset[UUID], tuple[Card, ...]]
"""The caller's utterances up to a list of cards, and the list."""


def _lists(events: Iterable[CallEvent]) -> list[Shown]:
    heard: set[UUID] = set()
    lists: list[Shown] = []
    for event in events:
        if isinstance(event, TranscriptFinalEvent) and event.data.leg_role is LegRole.CUSTOMER:
            heard.add(event.data.segment_id)
        elif isinstance(event, SuggestionShownEvent):
            trigger = event.data.trigger_segment_id
            lists.append((frozenset({*heard, *([] if trigger is None else [trigger])}), tuple(event.data.cards)))
    return lists


def _shown_after(lists: Sequence[Shown], segments: set[UUID]) -> tuple[Card, ...]:
    """Return the cards of the first list that answers one of these utterances; empty when none does."""
    of_turn = [
        tuple(card for card in cards if card.answers_segment_id is None or card.answers_segment_id in segments)
        for heard, cards in lists
        if segments & heard
    ]
    return next((cards for cards in of_turn if cards), ())


def _gold(cards: Sequence[Card], used: set[UUID]) -> tuple[UUID, ...]:
    chosen = [card.entry_id for card in cards if card.suggestion_id in used]
    return tuple(chosen or [card.entry_id for card in cards[:1]])


def _choice(cards: Sequence[Card], gold: set[UUID]) -> tuple[Card, ...]:
    distinct = {card.entry_id: card for card in cards}
    ordered = sorted(distinct.values(), key=lambda card: card.entry_id not in gold)[:MOST_CARDS]
    return tuple(sorted(ordered, key=lambda card: card.title))


def _exchanges(said: Sequence[Utterance]) -> list[tuple[list[Utterance], list[Utterance]]]:
    """Return pairs of what the caller said in one go and what the agent answered."""
    pairs: list[tuple[list[Utterance], list[Utterance]]] = []
    for item in sorted(said, key=lambda item: item.start_ms):
        is_caller = item.leg_role is LegRole.CUSTOMER
        if is_caller and (not pairs or pairs[-1][1]):
            pairs.append(([], []))
        if pairs:
            pairs[-1][0 if is_caller else 1].append(item)
    return pairs
