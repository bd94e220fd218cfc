"""Finished calls for tests of cases: a script in, a story out; every sentence is our own."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID, uuid5

from assist_api.calls.events import Verdict
from assist_api.cases.story import FinishedCall, ShownCard
from assist_api.categories.ranked import CategoryRanking, RankedCategory
from assist_api.transcripts.utterances import LegRole, Utterance

NAMESPACE = UUID("6f0f6f0e-3d0e-4f7e-9a53-3b4d5c7a9d01")


def segment(place: int) -> UUID:
    """Return the id of the sentence at a place."""
    return uuid5(NAMESPACE, str(place))


def story(
    *lines: str,
    cards: Sequence[ShownCard] = (),
    category: str | None = None,
    sector: str | None = None,
) -> FinishedCall:
    """Return a call of lines like `C: 我家没电了` and `A: 您先看一下总开关`."""
    utterances = [
        Utterance(
            segment_id=segment(place),
            leg_role=LegRole.CUSTOMER if line[0] == "C" else LegRole.AGENT,
            start_ms=place * 3_000,
            end_ms=place * 3_000 + 2_500,
            text=line[3:],
            is_final=True,
            partial_index=-1,
            confidence=0.9,
            language="zh",
        )
        for place, line in enumerate(lines)
    ]
    return FinishedCall(utterances, cards, None if category is None else ranking(category), sector)


def ranking(category: str, *, has_abstained: bool = False) -> CategoryRanking:
    """Return a ranking with one category."""
    business_type, situation = category.split("/")
    best = RankedCategory(
        category_id=category, business_type=business_type, situation=situation, path=[], probability=0.9
    )
    return CategoryRanking(categories=[best], has_abstained=has_abstained, trigger_segment_id=segment(0))


def card(title: str, answer: str, at: int, verdict: Verdict | None = None) -> ShownCard:
    """Return a card that the sentence at a place called up."""
    return ShownCard(uuid5(NAMESPACE, title), uuid5(NAMESPACE, f"{title} r1"), title, answer, (segment(at),), verdict)
