"""A finished call as a case sees it: what was said, which cards were shown and used. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from assist_api.calls.events import CallEvent, CallSnapshot, SuggestionShownEvent, Verdict
from assist_api.categories.ranked import CategoryChosen, CategoryRanking
from assist_api.transcripts.utterances import LegRole, Utterance


@dataclass(frozen=True, slots=True)
class ShownCard:
    """An entry that the call showed, as it was first shown.

    Attributes:
        entry_id: The entry.
        revision_id: The revision the agent saw.
        title: Of that revision.
        answer: Its answer, markdown.
        trigger_segment_ids: The sentences that called it up.
        verdict: What the agent made of it; None for nothing.
    """

    entry_id: UUID
    revision_id: UUID
    title: str
    answer: str
    trigger_segment_ids: tuple[UUID, ...]
    verdict: Verdict | None

    @property
    def is_used(self) -> bool:
        """Whether the agent said that it helped."""
        return self.verdict is Verdict.USED


@dataclass(frozen=True, slots=True)
class FinishedCall:
    """What of a call goes into its case."""

    utterances: Sequence[Utterance]
    cards: Sequence[ShownCard]
    category: CategoryRanking | None
    sector: str | None
    chosen_category: CategoryChosen | None = None

    def said_by(self, role: LegRole) -> list[Utterance]:
        """Return what one side said, in order."""
        return [utterance for utterance in self.utterances if utterance.leg_role is role and utterance.text]


def finished_call(snapshot: CallSnapshot, events: Iterable[CallEvent]) -> FinishedCall:
    """Gather the story of a call from its last snapshot and its events; dismissed and wrong cards come last."""
    verdicts = {feedback.suggestion_id: feedback.verdict for feedback in snapshot.feedback}
    shown: dict[UUID, ShownCard] = {}
    for event in events:
        if not isinstance(event, SuggestionShownEvent):
            continue
        for card in event.data.cards:
            made = ShownCard(
                entry_id=card.entry_id,
                revision_id=card.revision_id,
                title=card.title,
                answer=card.answer,
                trigger_segment_ids=tuple(card.trigger_segment_ids),
                verdict=verdicts.get(card.suggestion_id),
            )
            known = shown.get(card.entry_id)
            if known is None or (made.is_used and not known.is_used):
                shown[card.entry_id] = made
    order = {Verdict.USED: 0, None: 1, Verdict.DISMISSED: 2, Verdict.WRONG: 3}
    cards = sorted(shown.values(), key=lambda card: order[card.verdict])
    return FinishedCall(snapshot.utterances, cards, snapshot.category, snapshot.call.sector, snapshot.chosen_category)
