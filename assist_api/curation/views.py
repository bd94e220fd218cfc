"""Builds what the desk shows of an item: evidence, texts side by side, and what a draft begins with."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from assist_api.calls.events import TranscriptFinalEvent
from assist_api.calls.repository import CallRepository
from assist_api.calls.viewer import CallViewer
from assist_api.curation.models import CurationItem, CurationMoment, ItemKind
from assist_api.curation.moments import category_of, question_of
from assist_api.curation.repository import CurationRepository
from assist_api.curation.schemas import (
    ContextLine,
    DifferencePart,
    ItemSummary,
    ItemView,
    MomentContext,
    MomentView,
    Proposal,
)
from curation.differences import differences
from kb.classify.service import CategoryService
from kb.deidentify import deidentify
from kb.entries.schemas import RevisionDetail
from kb.entries.service import KnowledgeService
from kb.entries.validation import comparable
from kb.taxonomy.tree import split_category_id
from kit.clock import Clock
from kit.errors import NotFoundError

MOST_VARIANTS = 8
MOST_REPLIES = 3
MOST_CALLS = 5
"""Calls whose category is read for a proposal."""
LINES_AROUND = 4
"""Lines of a call that are shown before and after a moment."""


class ItemViews:
    """Reads items for a page. One unit of work; changes nothing."""

    def __init__(self, session: AsyncSession, clock: Clock, categories: CategoryService) -> None:
        self._rows = CurationRepository(session)
        self._calls = CallRepository(session)
        self._knowledge = KnowledgeService(session, clock)
        self._categories = categories

    async def view(self, viewer: CallViewer, item_id: UUID) -> ItemView:
        """Return an item with its evidence.

        Raises:
            NotFoundError: `item_not_found`.
        """
        item = await self._rows.find(item_id)
        if item is None:
            raise NotFoundError("There is no such item on the desk.", code="item_not_found")
        moments = await self._rows.moments_of(item_id)
        wanted = [item.revision_id, item.other_revision_id, item.draft_revision_id]
        found = await self._knowledge.find_revisions([id_ for id_ in wanted if id_ is not None])
        entry, other, draft = (found.get(id_) if id_ is not None else None for id_ in wanted)
        compared = other or draft
        return ItemView(
            item=ItemSummary.model_validate(item, from_attributes=True),
            detail=item.detail,
            reason=item.reason,
            decided_by_name=item.decided_by_name,
            decided_at=item.decided_at,
            merged_into=item.merged_into,
            calls=len({moment.call_id for moment in moments}),
            moments=[await self._moment(viewer, moment) for moment in moments],
            entry=entry,
            other=other,
            draft=draft,
            questions=item.questions,
            difference=_difference(entry, compared),
            proposal=await self._proposal(item, moments),
            is_own_draft=draft is not None and item.drafted_by == viewer.account_id,
        )

    async def context(self, moment_id: UUID) -> MomentContext:
        """Return what was said around a moment, de-identified.

        Raises:
            NotFoundError: `moment_not_found`.
        """
        moment = await self._rows.find_moment(moment_id)
        if moment is None:
            raise NotFoundError("There is no such moment.", code="moment_not_found")
        events = await self._calls.events(moment.call_id)
        said = {event.data.segment_id: event.data for event in events if isinstance(event, TranscriptFinalEvent)}
        lines = sorted(said.values(), key=lambda one: one.start_ms)
        at = next((number for number, one in enumerate(lines) if one.segment_id == moment.segment_id), 0)
        near = lines[max(0, at - LINES_AROUND) : at + LINES_AROUND + 1]
        return MomentContext(
            lines=[
                ContextLine(
                    leg_role=one.leg_role,
                    start_ms=one.start_ms,
                    text=deidentify(one.text),
                    is_moment=one.segment_id == moment.segment_id,
                )
                for one in near
            ]
        )

    async def _moment(self, viewer: CallViewer, moment: CurationMoment) -> MomentView:
        call = await self._calls.find(moment.call_id)
        is_own = call is not None and call.agent_account_id == viewer.account_id
        fields = {name: getattr(moment, name) for name in MomentView.model_fields if name != "can_open_call"}
        return MomentView(**fields, can_open_call=viewer.can_read_all or is_own)

    async def _proposal(self, item: CurationItem, moments: Sequence[CurationMoment]) -> Proposal:
        asked = [question_of(moment.sentence) for moment in moments]
        questions = list({comparable(text): text for text in asked}.values())
        title = question_of(item.title)
        category_id = await self._category(item, moments) if item.kind == ItemKind.UNANSWERED else None
        business_type, situation = (None, None) if category_id is None else split_category_id(category_id)
        replies = list({comparable(moment.reply): moment.reply for moment in moments if moment.reply}.values())
        variants = [text for text in questions if comparable(text) != comparable(title)][:MOST_VARIANTS]
        return Proposal(
            title=title,
            variants=[text[:200] for text in variants],
            script=max(replies, key=len, default=""),
            answer="\n\n".join(replies[:MOST_REPLIES]),
            sector=item.sector if situation is None else situation.split(".")[0],
            situation=situation,
            business_type=business_type,
            questions=[text[:200] for text in questions[:MOST_VARIANTS]],
        )

    async def _category(self, item: CurationItem, moments: Sequence[CurationMoment]) -> str | None:
        """Return the category that most of the calls had; of the sentences alone where no call has one."""
        calls = list(dict.fromkeys(moment.call_id for moment in moments))[:MOST_CALLS]
        known = [category_of(await self._calls.events(call_id)) for call_id in calls]
        counted = Counter(category for category in known if category is not None)
        if counted:
            return counted.most_common(1)[0][0]
        ranking = await self._categories.rank_call([moment.sentence for moment in moments], sector=item.sector)
        return ranking.categories[0].category_id if ranking.categories else None


def _difference(left: RevisionDetail | None, right: RevisionDetail | None) -> list[DifferencePart]:
    if left is None or right is None:
        return []
    return [DifferencePart(**asdict(part)) for part in differences(_text(left), _text(right))]


def _text(revision: RevisionDetail) -> str:
    return "\n\n".join(text for text in (revision.script, revision.answer) if text)
