"""The work-order category of a call, ranked anew as the call goes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol
from uuid import UUID

from assist_api.categories.ranked import CategoryRanking, RankedCategory
from assist_api.transcripts.utterances import LegRole, Utterance
from kb.classify.classifier import CategoryRankingResult
from kb.taxonomy.tree import load_taxonomy, split_category_id

MATERIAL_CHANGE = 0.05
"""A smaller change of probability is not worth moving the screen for."""
MAX_CATEGORIES = 5


class CategoryRanker(Protocol):
    """The part of the category service that ranks a call; the work is done in an executor of its own."""

    async def rank_call(
        self,
        customer_utterances: Sequence[str],
        agent_utterances: Sequence[str] = (),
        *,
        sector: str | None = None,
        found: Mapping[str, float] | None = None,
    ) -> CategoryRankingResult:
        """Rank the categories of a call as far as it went; utterances oldest first, `found` as search found them."""
        ...


class CallCategories:
    """Turns what was said into a ranking as the screen shows it."""

    def __init__(self, ranker: CategoryRanker) -> None:
        self._ranker = ranker

    async def rank(
        self,
        utterances: Sequence[Utterance],
        sector: str | None,
        trigger_segment_id: UUID,
        found: Mapping[str, float] | None = None,
    ) -> CategoryRanking:
        """Rank the categories of a call.

        Args:
            utterances: Finals so far, by time.
            sector: The call's sector when it is known.
            trigger_segment_id: The utterance that asked for it.
            found: Categories of the entries that search found, each with how much speaks for it, 1 for a certain one.
        """
        customer = [utterance.text for utterance in utterances if utterance.leg_role is LegRole.CUSTOMER]
        agent = [utterance.text for utterance in utterances if utterance.leg_role is LegRole.AGENT]
        result = await self._ranker.rank_call(customer, agent, sector=sector, found=found)
        best = result.categories[:MAX_CATEGORIES]
        return CategoryRanking(
            categories=[self._ranked(item.category_id, item.probability) for item in best],
            has_abstained=result.has_abstained,
            trigger_segment_id=trigger_segment_id,
        )

    def _ranked(self, category_id: str, probability: float) -> RankedCategory:
        business_type, situation = split_category_id(category_id)
        return RankedCategory(
            category_id=category_id,
            business_type=business_type,
            situation=situation,
            path=load_taxonomy().category_path(category_id),
            probability=probability,
        )


def is_materially_different(before: CategoryRanking | None, after: CategoryRanking) -> bool:
    """Tell whether the order, the abstention or a probability changed enough to be shown."""
    if before is None:
        return bool(after.categories)
    if before.has_abstained != after.has_abstained or _ids(before) != _ids(after):
        return True
    pairs = zip(before.categories, after.categories, strict=True)
    return any(abs(old.probability - new.probability) > MATERIAL_CHANGE for old, new in pairs)


def _ids(ranking: CategoryRanking) -> list[str]:
    return [item.category_id for item in ranking.categories]
