"""The events of a call as an observer has them, for tests of what they are worth."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Literal
from uuid import UUID, uuid4

from assist_api.calls import events
from assist_api.categories.ranked import CategoryRanking, RankedCategory
from assist_api.evaluation.call_scores import ObservedEvent
from assist_api.suggestions.cards import Card, SuggestionList, SuggestionWithheld
from assist_api.transcripts.utterances import LegRole, Utterance

CALL_ID = uuid4()


class Story:
    """Events of a call, told one after the other."""

    def __init__(self) -> None:
        self.observed: list[ObservedEvent] = []

    def tell(self, kind: type[Any], data: object, at_ms: float) -> None:
        event = kind(call_id=CALL_ID, seq=len(self.observed) + 1, at=datetime.now(UTC), data=data)
        self.observed.append(ObservedEvent(event, at_ms))

    def answer(self, speed: Literal["1", "max"] = "1", at_ms: float = 0) -> None:
        roles = [LegRole.CUSTOMER, LegRole.AGENT]
        answered = events.CallAnswered(
            source="cli", title="", duration_ms=1, speed=speed, leg_roles=roles, resumed_at_ms=0
        )
        self.tell(events.CallAnsweredEvent, answered, at_ms)

    def hear(
        self, text: str, end_ms: int, at_ms: float, role: str = "customer", segment_id: UUID | None = None
    ) -> UUID:
        utterance = Utterance(
            segment_id=segment_id or uuid4(),
            leg_role=LegRole(role),
            start_ms=max(0, end_ms - 1000),
            end_ms=end_ms,
            text=text,
            is_final=True,
            partial_index=-1,
            confidence=0.9,
            language="zh",
        )
        self.tell(events.TranscriptFinalEvent, utterance, at_ms)
        return utterance.segment_id

    def show(self, cards: Sequence[Card], trigger: UUID, at_ms: float) -> None:
        shown = SuggestionList(cards=list(cards), cases=[], trigger_segment_id=trigger, search_state="complete")
        self.tell(events.SuggestionShownEvent, shown, at_ms)

    def withhold(self, reason: str, trigger: UUID, at_ms: float) -> None:
        withheld = SuggestionWithheld.model_validate(
            {"reason": reason, "trigger_segment_id": trigger, "search_state": "complete"}
        )
        self.tell(events.SuggestionWithheldEvent, withheld, at_ms)

    def rank(self, *categories: str) -> None:
        ranked = [
            RankedCategory(category_id=name, business_type="", situation="", path=[], probability=0.5)
            for name in categories
        ]
        ranking = CategoryRanking(categories=ranked, has_abstained=False, trigger_segment_id=uuid4())
        self.tell(events.CategoryRankedEvent, ranking, 0)

    def end(self, reason: str = "completed") -> None:
        ended = events.CallEnded(reason=events.EndReason(reason), code="", message="", duration_ms=1)
        self.tell(events.CallEndedEvent, ended, 0)
