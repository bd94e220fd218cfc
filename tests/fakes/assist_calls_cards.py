"""Cards as they go over the wire."""

from __future__ import annotations

from uuid import UUID, uuid4

from assist_api.search.shown import Confidence
from assist_api.suggestions.cards import Card


def make_card(entry_id: UUID, **changes: object) -> Card:
    """Return a card of an entry; what is not said is plain."""
    card = Card(
        suggestion_id=uuid4(),
        entry_id=entry_id,
        revision_id=uuid4(),
        revision_number=1,
        title="停电报修",
        script="",
        answer="",
        variants=[],
        sector=None,
        category_path=[],
        business_type="fault",
        reviewed_on=None,
        valid_until=None,
        confidence=Confidence.HIGH,
        probability=0.9,
        score_parts={},
        trigger_segment_ids=[],
        matches=[],
        is_new=True,
    )
    return card.model_copy(update=changes)
