"""Pure: whether the desk follows a call from turn to turn, by the call's events."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from assist_api.calls.events import SuggestionShownEvent, SuggestionWithheldEvent, TranscriptFinalEvent
from assist_api.evaluation.call_scores import ObservedEvent, answered_ms
from assist_api.evaluation.turn_layout import Turn
from assist_api.suggestions.cards import Card
from assist_api.transcripts.utterances import LegRole


@dataclass(frozen=True, slots=True)
class TurnScore:
    """What stood on the screen for one turn that expects an entry or nothing.

    Attributes:
        text: What was said.
        expect: Regular expression over titles, or `NONE`.
        heard: What was recognised of it.
        shown: Titles of the cards that stood when the customer spoke again, the leading one first; none when the list
            was folded.
        is_first: Whether the leading card is right.
        is_any: Whether one of the cards is right.
        is_stale: Whether the leading card answers an earlier turn and is not right.
        is_nothing: Whether no card stood.
        seconds: From the end of the turn until the right card led, below 0 before the end; None where it never did, or
            the call was not played at its pace.
    """

    text: str
    expect: str
    heard: str
    shown: tuple[str, ...]
    is_first: bool
    is_any: bool
    is_stale: bool
    is_nothing: bool
    seconds: float | None


@dataclass(frozen=True, slots=True)
class _Screen:
    """The list after an event.

    Attributes:
        cards: None stand while the list is folded.
        received_ms: When the event arrived.
    """

    cards: tuple[Card, ...]
    received_ms: float


def score_turns(turns: Sequence[Turn], observed: Sequence[ObservedEvent]) -> tuple[TurnScore, ...]:
    """Compare the lists of a call with what its turns expect.

    A list belongs to the turn in which the utterance was said that asked for it, or to the turn before it for an
    utterance of the agent. The last list of a turn is what the agent has before the customer speaks again.
    """
    finals = {
        item.event.data.segment_id: item.event.data for item in observed if isinstance(item.event, TranscriptFinalEvent)
    }
    customer = [turn for turn in turns if turn.leg is LegRole.CUSTOMER]
    turn_of = {segment: _turn_at(customer, (final.start_ms + final.end_ms) / 2) for segment, final in finals.items()}
    screens = _screens_by_turn(observed, turn_of)
    origin_ms = answered_ms(observed)
    scores: list[TurnScore] = []
    standing: tuple[Card, ...] = ()
    for number, turn in enumerate(customer):
        of_turn = screens.get(number, [])
        standing = of_turn[-1].cards if of_turn else standing
        if not turn.is_labelled:
            continue
        heard = "".join(
            final.text
            for segment, final in finals.items()
            if turn_of[segment] == number and final.leg_role is LegRole.CUSTOMER
        )
        earlier = [other for other in customer[:number] if other.is_labelled]
        scores.append(_score(turn, earlier, heard, standing, _seconds(turn, of_turn, origin_ms)))
    return tuple(scores)


def _score(turn: Turn, earlier: Iterable[Turn], heard: str, cards: Sequence[Card], seconds: float | None) -> TurnScore:
    titles = tuple(card.title for card in cards)
    is_first = bool(titles) and turn.is_right(titles[0])
    return TurnScore(
        text=turn.text,
        expect=turn.expect or "",
        heard=heard,
        shown=titles,
        is_first=is_first,
        is_any=any(map(turn.is_right, titles)),
        is_stale=bool(titles) and not is_first and any(other.is_right(titles[0]) for other in earlier),
        is_nothing=not titles,
        seconds=seconds,
    )


def _turn_at(customer: Sequence[Turn], at_ms: float) -> int:
    """Return the last turn of the customer that has begun at a time; the first one before that."""
    return max((number for number, turn in enumerate(customer) if turn.start * 1000 <= at_ms), default=0)


def _screens_by_turn(observed: Sequence[ObservedEvent], turn_of: Mapping[UUID, int]) -> dict[int, list[_Screen]]:
    screens: dict[int, list[_Screen]] = {}
    for item in observed:
        event = item.event
        if isinstance(event, SuggestionShownEvent):
            cards, segment = tuple(event.data.cards), event.data.trigger_segment_id
        elif isinstance(event, SuggestionWithheldEvent) and event.data.reason == "nothing_fits":
            cards, segment = (), event.data.trigger_segment_id
        else:
            continue
        if segment is not None and segment in turn_of:
            screens.setdefault(turn_of[segment], []).append(_Screen(cards, item.received_ms))
    return screens


def _seconds(turn: Turn, screens: Sequence[_Screen], origin_ms: float | None) -> float | None:
    if origin_ms is None:
        return None
    right = next((screen for screen in screens if screen.cards and turn.is_right(screen.cards[0].title)), None)
    return None if right is None else (right.received_ms - origin_ms) / 1000 - turn.end
