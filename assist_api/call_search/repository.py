"""Every statement of the search across calls."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, delete, func, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from assist_api.call_search.models import CallGram, CallVectors, CardReadOut, IndexedCall, IndexedUtterance
from assist_api.call_search.schemas import CallQuery, Moment, Order
from assist_api.call_search.words import like_pattern, word_grams
from assist_api.calls.models import CallRow, CallSuggestionRow, SuggestionFeedbackRow
from assist_api.calls.states import TERMINAL_STATES

GRAMS_LOOKED_AT = 6
"""Pairs of a word that narrow a search down; the comparison of texts decides."""
INSERTED_AT_ONCE = 500
CALLS_COMPARED_AT_ONCE = 200
"""Calls whose vectors are in memory together: some 4 MB."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A search as its statements need it.

    Attributes:
        query: What was asked.
        words: Its words, folded.
        agent_account_id: Whose calls; None for everyone's.
        is_masked: Whether the masked texts are searched.
    """

    query: CallQuery
    words: tuple[str, ...]
    agent_account_id: UUID | None
    is_masked: bool


class CallIndexRepository:
    """The index of finished calls."""

    def __init__(self, session: AsyncSession) -> None:
        self.session = session

    async def replace(
        self,
        call: dict[str, Any],
        utterances: Sequence[dict[str, Any]],
        grams: Sequence[str],
        read_out: Sequence[UUID] = (),
        vectors: dict[str, Any] | None = None,
    ) -> None:
        """Write a call anew.

        Args:
            call: Its row.
            utterances: What was said.
            grams: Pairs of characters that it holds.
            read_out: Cards of whose script the agent said something.
            vectors: The meaning of its sentences; None where no embedder is installed.
        """
        call_id = call["call_id"]
        for table in (IndexedUtterance, CallGram, CallVectors, CardReadOut, IndexedCall):
            await self.session.execute(delete(table).where(table.call_id == call_id))
        await self.session.execute(insert(IndexedCall), [call])
        if utterances:
            await self.session.execute(insert(IndexedUtterance), list(utterances))
        if read_out:
            spoken = [{"call_id": call_id, "suggestion_id": card} for card in sorted(set(read_out))]
            await self.session.execute(insert(CardReadOut), spoken)
        if vectors is not None:
            await self.session.execute(insert(CallVectors), [vectors])
        rows = [{"gram": gram, "call_id": call_id} for gram in sorted(grams)]
        for first in range(0, len(rows), INSERTED_AT_ONCE):
            await self.session.execute(insert(CallGram), rows[first : first + INSERTED_AT_ONCE])

    async def behind(self, version: int, limit: int) -> Sequence[UUID]:
        """Return finished calls whose index is missing or older than they are, the newest first."""
        statement = _behind(select(CallRow.id), version).order_by(CallRow.created_at.desc()).limit(limit)
        return (await self.session.scalars(statement)).all()

    async def count_behind(self, version: int) -> int:
        """Count these."""
        return int(await self.session.scalar(_behind(select(func.count()).select_from(CallRow), version)) or 0)

    async def forget_version(self) -> None:
        """Have every call indexed anew, one after the other; what is there is found until then."""
        await self.session.execute(update(IndexedCall).values(version=0))

    async def find(self, call_id: UUID) -> IndexedCall | None:
        """Return a call as the index has it."""
        return await self.session.get(IndexedCall, call_id)

    async def calls(self, wanted: Wanted) -> tuple[Sequence[tuple[CallRow, IndexedCall]], int]:
        """Return one page of calls and how many there are."""
        conditions = list(_conditions(wanted))
        query = wanted.query
        orders = {
            Order.NEWEST: (CallRow.created_at.desc(), CallRow.id.desc()),
            Order.HARDEST: (IndexedCall.difficulty.desc(), CallRow.created_at.desc(), CallRow.id.desc()),
            Order.BEST: (IndexedCall.excellence.desc(), CallRow.created_at.desc(), CallRow.id.desc()),
        }
        joined = IndexedCall.call_id == CallRow.id
        total = select(func.count()).select_from(CallRow).join(IndexedCall, joined).where(*conditions)
        rows = (
            select(CallRow, IndexedCall)
            .join(IndexedCall, joined)
            .where(*conditions)
            .order_by(*orders[query.order])
            .limit(query.limit)
            .offset(query.page * query.limit)
        )
        found = [(row[0], row[1]) for row in await self.session.execute(rows)]
        return found, int(await self.session.scalar(total) or 0)

    async def vectors(self, wanted: Wanted, embedder: str) -> AsyncIterator[Sequence[CallVectors]]:
        """Yield the vectors of the calls that fit everything but the words, some hundred calls at a time."""
        filters = _filters(wanted)
        joined = select(CallVectors.call_id).join(CallRow, CallRow.id == CallVectors.call_id)
        found = joined.join(IndexedCall, IndexedCall.call_id == CallRow.id).where(
            CallVectors.embedder == embedder, *filters
        )
        last: UUID | None = None
        while True:
            # Page by key: one statement over every call would keep a cursor open while vectors are compared.
            page = found if last is None else found.where(CallVectors.call_id > last)
            ids = select(page.order_by(CallVectors.call_id).limit(CALLS_COMPARED_AT_ONCE).subquery().c.call_id)
            rows = (await self.session.scalars(select(CallVectors).where(CallVectors.call_id.in_(ids)))).all()
            if not rows:
                return
            yield rows
            last = max(row.call_id for row in rows)
            self.session.expunge_all()

    async def ids(self, wanted: Wanted, limit: int) -> set[UUID]:
        """Return the newest calls that hold the words and fit the filters."""
        joined = IndexedCall.call_id == CallRow.id
        statement = select(CallRow.id).join(IndexedCall, joined).where(*_conditions(wanted))
        return set(await self.session.scalars(statement.order_by(CallRow.created_at.desc()).limit(limit)))

    async def heads(self, call_ids: Sequence[UUID]) -> dict[UUID, tuple[CallRow, IndexedCall]]:
        """Return calls by their ids."""
        joined = IndexedCall.call_id == CallRow.id
        statement = select(CallRow, IndexedCall).join(IndexedCall, joined).where(CallRow.id.in_(call_ids))
        return {row[0].id: (row[0], row[1]) for row in await self.session.execute(statement)}

    async def at_places(self, places: Mapping[UUID, Sequence[int]]) -> Sequence[IndexedUtterance]:
        """Return some utterances of some calls."""
        wanted = [
            and_(IndexedUtterance.call_id == call_id, IndexedUtterance.place.in_(found))
            for call_id, found in places.items()
        ]
        if not wanted:
            return []
        return (await self.session.scalars(select(IndexedUtterance).where(or_(*wanted)))).all()

    async def sentences(self, wanted: Wanted, call_ids: Sequence[UUID]) -> Sequence[IndexedUtterance]:
        """Return the utterances of calls that hold any of the words, or that stayed without an answer when asked."""
        holds: list[ColumnElement[bool]] = [_holds(word, wanted) for word in wanted.words]
        if Moment.NO_ANSWER in wanted.query.moments:
            holds.append(IndexedUtterance.is_unanswered.is_(True))
        if not holds or not call_ids:
            return []
        statement = (
            select(IndexedUtterance)
            .where(IndexedUtterance.call_id.in_(call_ids), or_(*holds))
            .order_by(IndexedUtterance.call_id, IndexedUtterance.place)
        )
        return (await self.session.scalars(statement)).all()

    async def utterances(self, call_id: UUID) -> Sequence[IndexedUtterance]:
        """Return everything said in a call, in order."""
        statement = select(IndexedUtterance).where(IndexedUtterance.call_id == call_id)
        return (await self.session.scalars(statement.order_by(IndexedUtterance.place))).all()


def _behind(statement: Select[Any], version: int) -> Select[Any]:
    return statement.outerjoin(IndexedCall, IndexedCall.call_id == CallRow.id).where(
        CallRow.state.in_(TERMINAL_STATES),
        or_(IndexedCall.call_id.is_(None), IndexedCall.version != version, IndexedCall.seq < CallRow.last_seq),
    )


def _holds(word: str, wanted: Wanted) -> ColumnElement[bool]:
    text = IndexedUtterance.masked_text if wanted.is_masked else IndexedUtterance.text
    holds = func.lower(text).like(like_pattern(word), escape="/")
    if wanted.query.speaker is not None:
        return holds & (IndexedUtterance.leg_role == wanted.query.speaker.value)
    return holds


def _conditions(wanted: Wanted) -> Sequence[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    for word in wanted.words:
        found += [
            CallRow.id.in_(select(CallGram.call_id).where(CallGram.gram == gram))
            for gram in sorted(word_grams(word))[:GRAMS_LOOKED_AT]
        ]
        found.append(
            select(IndexedUtterance.place).where(IndexedUtterance.call_id == CallRow.id, _holds(word, wanted)).exists()
        )
    return [*found, *_filters(wanted)]


def _filters(wanted: Wanted) -> Sequence[ColumnElement[bool]]:
    """Return what a search asks beside its words."""
    query = wanted.query
    found: list[ColumnElement[bool]] = []
    equal: list[tuple[Any, Any]] = [
        (CallRow.agent_account_id, wanted.agent_account_id),
        (CallRow.sector, query.sector),
        (CallRow.end_reason, query.end_reason),
        (CallRow.source, query.source),
    ]
    found += [column == value for column, value in equal if value is not None]
    length = func.coalesce(CallRow.duration_ms, CallRow.heard_ms)
    if query.since is not None:
        found.append(CallRow.created_at >= query.since)
    if query.until is not None:
        found.append(CallRow.created_at < query.until)
    if query.min_duration_ms is not None:
        found.append(length >= query.min_duration_ms)
    if query.max_duration_ms is not None:
        found.append(length <= query.max_duration_ms)
    if query.min_silence_share is not None:
        found.append(IndexedCall.silence_share >= query.min_silence_share)
    if query.agent_name:
        found.append(func.lower(CallRow.agent_name).like(like_pattern(query.agent_name.lower()), escape="/"))
    if query.category:
        begins = like_pattern(query.category).removeprefix("%")
        found.append(IndexedCall.category_id.like(begins, escape="/"))
    if query.alert_kind is not None:
        found.append(IndexedCall.alert_kinds.contains(f",{query.alert_kind.value},"))
    if query.entry_id is not None:
        shown = select(CallSuggestionRow.call_id).where(CallSuggestionRow.document_id == query.entry_id)
        found.append(CallRow.id.in_(shown))
        if Moment.CARD_USED in query.moments:
            used = select(SuggestionFeedbackRow.call_id).where(
                SuggestionFeedbackRow.entry_id == query.entry_id, SuggestionFeedbackRow.verdict == "used"
            )
            found.append(CallRow.id.in_(used))
    counts: dict[Moment, Any] = {
        Moment.ALERT: IndexedCall.alert_count,
        Moment.NO_ANSWER: IndexedCall.unanswered_count,
        Moment.CARD_SHOWN: IndexedCall.shown_count,
        Moment.CARD_USED: IndexedCall.used_count,
        Moment.CARD_REJECTED: IndexedCall.rejected_count,
    }
    found += [counts[moment] > 0 for moment in query.moments]
    return found
