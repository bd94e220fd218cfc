from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

import pytest

from assist_api.calls.events import CallEvent, event_of
from assist_api.curation.moments import unanswered
from assist_api.http.wire import WireModel
from assist_api.suggestions.cards import SuggestionWithheld
from assist_api.transcripts.utterances import LegRole, Utterance

pytestmark = pytest.mark.unit
CALL = UUID(int=1)


def said(number: int, role: LegRole, start_ms: int, text: str) -> Utterance:
    return Utterance(
        segment_id=UUID(int=number), leg_role=role, start_ms=start_ms, end_ms=start_ms + 2000, text=text,
        is_final=True, partial_index=-1, confidence=1.0, language="zh",
    )  # fmt: skip


def withheld(number: int, reason: str) -> SuggestionWithheld:
    return SuggestionWithheld.model_validate(
        {"reason": reason, "trigger_segment_id": UUID(int=number), "search_state": "complete"}
    )


def log(*events: WireModel) -> list[CallEvent]:
    at = datetime(2026, 3, 1, tzinfo=UTC)
    return [event_of(CALL, seq, at, data) for seq, data in enumerate(events, 1)]


def test_a_question_in_vain_is_kept_masked_with_the_agents_answer() -> None:
    (moment,) = unanswered(
        log(
            said(1, LegRole.CUSTOMER, 0, "充电桩怎么报装，我电话13800138000"),
            withheld(1, "nothing_fits"),
            said(2, LegRole.AGENT, 3000, "您到营业厅"),
            said(3, LegRole.AGENT, 6000, "带上车位证明"),
            said(4, LegRole.CUSTOMER, 9000, "好的"),
            withheld(4, "not_a_question"),
        )
    )
    assert (moment.segment_id, moment.reply) == (UUID(int=1), "您到营业厅带上车位证明")
    assert "138" not in moment.sentence
