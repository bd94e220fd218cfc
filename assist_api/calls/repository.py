"""Every statement on calls, on the session of the caller's unit of work."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import TypeAdapter
from sqlalchemy import and_, delete, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from assist_api.calls.events import (
    CallEvent,
    CallInfo,
    CallStateChangedEvent,
    EndReason,
    HintDismissedEvent,
    HintRaisedEvent,
    SuggestionShownEvent,
)
from assist_api.calls.models import (
    CallEventRow,
    CallParticipantRow,
    CallRow,
    CallSuggestionRow,
    CategoryChoiceRow,
    SuggestionFeedbackRow,
)
from assist_api.calls.states import TERMINAL_STATES, CallState
from assist_api.hints.shown import CallHint, with_dismissal, with_hint
from assist_api.suggestions.cards import SuggestionList
from assist_api.transcripts.utterances import LegRole

_EVENT: TypeAdapter[CallEvent] = TypeAdapter(CallEvent)
_VERDICTS_AT_ONCE = 500


class CallRepository:
    """Calls, their events, suggestions and feedback."""

    def __init__(self, session: AsyncSession) -> None:
        self.session = session

    def add(self, row: CallRow) -> None:
        """Insert a call; its first event follows in the same transaction."""
        self.session.add(row)

    async def find(self, call_id: UUID) -> CallRow | None:
        """Return the head of a call."""
        return await self.session.get(CallRow, call_id, populate_existing=True)

    async def admit(self, call_id: UUID, account_id: UUID, at: datetime) -> None:
        """Note that an agent takes part in a call; one who does already stays."""
        if not await self.takes_part(call_id, account_id):
            self.session.add(CallParticipantRow(call_id=call_id, account_id=account_id, since=at))

    async def takes_part(self, call_id: UUID, account_id: UUID) -> bool:
        """Whether an agent takes part in a call, or did."""
        return await self.session.get(CallParticipantRow, (call_id, account_id)) is not None

    async def page(
        self,
        *,
        agent_account_id: UUID | None,
        states: Sequence[CallState],
        source: str | None,
        before: tuple[datetime, UUID] | None,
        limit: int,
    ) -> Sequence[CallRow]:
        """Return calls, newest first; an argument that is None or empty filters nothing."""
        conditions: list[Any] = []
        if agent_account_id is not None:
            took_part = select(CallParticipantRow.call_id).where(CallParticipantRow.account_id == agent_account_id)
            conditions.append(or_(CallRow.agent_account_id == agent_account_id, CallRow.id.in_(took_part)))
        if states:
            conditions.append(CallRow.state.in_(states))
        if source is not None:
            conditions.append(CallRow.source == source)
        if before is not None:
            at, last_id = before
            conditions.append(or_(CallRow.created_at < at, and_(CallRow.created_at == at, CallRow.id < last_id)))
        statement = select(CallRow).where(*conditions).order_by(CallRow.created_at.desc(), CallRow.id.desc())
        return (await self.session.scalars(statement.limit(limit))).all()

    async def unfinished(self) -> Sequence[CallRow]:
        """Return every call that has not ended, oldest first."""
        statement = (
            select(CallRow).where(CallRow.state.not_in(TERMINAL_STATES)).order_by(CallRow.created_at, CallRow.id)
        )
        return (await self.session.scalars(statement)).all()

    async def ids(self, call_ids: Sequence[UUID]) -> set[UUID]:
        """Return those of the ids that are calls."""
        return set(await self.session.scalars(select(CallRow.id).where(CallRow.id.in_(call_ids))))

    async def claim(self, call_id: UUID, runner_id: UUID, *, was: UUID) -> bool:
        """Make a process the one that carries the call, unless another was quicker."""
        statement = (
            update(CallRow)
            .where(CallRow.id == call_id, CallRow.runner_id == was)
            .values(runner_id=runner_id)
            .returning(CallRow.id)
        )
        return (await self.session.execute(statement)).first() is not None

    async def append(self, event: CallEvent, head: CallInfo) -> None:
        """Add an event and bring the head of its call up to it."""
        data = event.data.model_dump(mode="json")
        self.session.add(CallEventRow(call_id=event.call_id, seq=event.seq, type=event.type, at=event.at, data=data))
        values: dict[str, Any] = {
            "state": head.state,
            "duration_ms": head.duration_ms,
            "heard_ms": head.heard_ms,
            "ended_at": head.ended_at,
            "end_reason": head.end_reason,
            "end_code": head.end_code,
            "end_message": head.end_message,
            "last_seq": event.seq,
            "agent_name": head.agent_name,
        }
        if isinstance(event, CallStateChangedEvent) and event.data.agent_account_id is not None:
            values["agent_account_id"] = event.data.agent_account_id
        await self.session.execute(update(CallRow).where(CallRow.id == event.call_id).values(values))
        if isinstance(event, SuggestionShownEvent):
            await self._add_suggestions(event)

    async def events(self, call_id: UUID, *, after: int = 0, limit: int | None = None) -> list[CallEvent]:
        """Return persisted events in order."""
        statement = (
            select(CallEventRow)
            .where(CallEventRow.call_id == call_id, CallEventRow.seq > after)
            .order_by(CallEventRow.seq)
            .limit(limit)
        )
        return [_event_of(row) for row in await self.session.scalars(statement)]

    async def verdicts(self, since: datetime, most: int) -> Sequence[tuple[str, float, str]]:
        """Return kind and probability of suggestions that were judged after `since`, and the verdict; newest first."""
        statement = (
            select(CallSuggestionRow.kind, CallSuggestionRow.probability, SuggestionFeedbackRow.verdict)
            .join(SuggestionFeedbackRow, SuggestionFeedbackRow.suggestion_id == CallSuggestionRow.suggestion_id)
            .where(SuggestionFeedbackRow.recorded_at > since)
            .order_by(SuggestionFeedbackRow.recorded_at.desc())
            .limit(most)
        )
        return [(kind, probability, verdict) for kind, probability, verdict in await self.session.execute(statement)]

    async def judged_hints(self, since: datetime, most_calls: int) -> list[CallHint]:
        """Return the hints that agents put away in the newest calls that began after `since`."""
        newest = select(CallRow.id).where(CallRow.created_at > since).order_by(CallRow.created_at.desc())
        call_ids = (await self.session.scalars(newest.limit(most_calls))).all()
        statement = (
            select(CallEventRow)
            .where(CallEventRow.call_id.in_(call_ids), CallEventRow.type.in_(("hint.raised", "hint.dismissed")))
            .order_by(CallEventRow.call_id, CallEventRow.seq)
        )
        raised: dict[UUID, list[CallHint]] = {}
        for event in map(_event_of, await self.session.scalars(statement)):
            known = raised.setdefault(event.call_id, [])
            if isinstance(event, HintRaisedEvent):
                raised[event.call_id] = with_hint(known, event.data)
            elif isinstance(event, HintDismissedEvent):
                raised[event.call_id] = with_dismissal(known, event.data)
        return [hint for hints in raised.values() for hint in hints if hint.verdict is not None]

    async def _add_suggestions(self, event: SuggestionShownEvent) -> None:
        rows = {row.suggestion_id: row for row in _suggestion_rows(event)}
        known = select(CallSuggestionRow.suggestion_id).where(CallSuggestionRow.suggestion_id.in_(rows))
        for suggestion_id in await self.session.scalars(known):
            del rows[suggestion_id]
        self.session.add_all(rows.values())

    async def find_suggestion(self, call_id: UUID, suggestion_id: UUID) -> CallSuggestionRow | None:
        """Return a suggestion that this call showed."""
        row = await self.session.get(CallSuggestionRow, suggestion_id)
        return row if row is not None and row.call_id == call_id else None

    async def shown_with(self, call_id: UUID, suggestion_id: UUID, *, until: int) -> SuggestionList | None:
        """Return the newest list of the call, up to an event, that holds the suggestion."""
        statement = (
            select(CallEventRow.data)
            .where(CallEventRow.call_id == call_id, CallEventRow.seq <= until, CallEventRow.type == "suggestion.shown")
            .order_by(CallEventRow.seq.desc())
        )
        for data in await self.session.scalars(statement):
            shown = SuggestionList.model_validate(data)
            ids = [card.suggestion_id for card in shown.cards] + [case.suggestion_id for case in shown.cases]
            if suggestion_id in ids:
                return shown
        return None

    async def save_feedback(self, row: SuggestionFeedbackRow) -> None:
        """Insert the verdict, or replace the one with the same id."""
        await self.session.merge(row)

    async def delete(self, call_id: UUID) -> None:
        """Delete a call with everything that belongs to it."""
        for table in (
            SuggestionFeedbackRow,
            CategoryChoiceRow,
            CallSuggestionRow,
            CallEventRow,
            CallParticipantRow,
        ):
            await self.session.execute(delete(table).where(table.call_id == call_id))
        await self.session.execute(delete(CallRow).where(CallRow.id == call_id))

    async def delete_feedback(self, feedback_id: UUID) -> None:
        """Remove a verdict; one that is not there is none."""
        await self.session.execute(delete(SuggestionFeedbackRow).where(SuggestionFeedbackRow.id == feedback_id))

    async def entry_verdicts(self) -> AsyncIterator[tuple[UUID, str, dict[str, Any]]]:
        """Yield every verdict on an entry's card: the entry, the verdict, and what was on the screen."""
        statement = select(
            SuggestionFeedbackRow.entry_id, SuggestionFeedbackRow.verdict, SuggestionFeedbackRow.on_screen
        ).where(SuggestionFeedbackRow.entry_id.is_not(None))
        rows = await self.session.stream(statement.execution_options(yield_per=_VERDICTS_AT_ONCE))
        async for entry_id, verdict, on_screen in rows:
            yield entry_id, verdict, on_screen

    async def save_choice(self, row: CategoryChoiceRow) -> None:
        """Insert the category chosen for a call, or replace the one it had."""
        await self.session.merge(row)

    async def newest_choices(self, limit: int) -> Sequence[CategoryChoiceRow]:
        """Return the categories that agents chose, the newest first."""
        statement = select(CategoryChoiceRow).order_by(CategoryChoiceRow.chosen_at.desc(), CategoryChoiceRow.call_id)
        return (await self.session.scalars(statement.limit(limit))).all()

    async def choice_state(self) -> tuple[int, datetime | None]:
        """Return how many calls have a chosen category, and when the newest was chosen."""
        row = (await self.session.execute(select(func.count(), func.max(CategoryChoiceRow.chosen_at)))).one()
        return row[0], row[1]

    async def customer_texts(self, call_ids: Sequence[UUID]) -> dict[UUID, list[str]]:
        """Return what the customers of calls said, in the order it was heard."""
        statement = (
            select(CallEventRow.call_id, CallEventRow.data)
            .where(CallEventRow.call_id.in_(call_ids), CallEventRow.type == "transcript.final")
            .order_by(CallEventRow.call_id, CallEventRow.seq)
        )
        texts: dict[UUID, list[str]] = {}
        for call_id, data in await self.session.execute(statement):
            if data["leg_role"] == LegRole.CUSTOMER:
                texts.setdefault(call_id, []).append(data["text"])
        return texts


def call_info(row: CallRow) -> CallInfo:
    """Return the head of a call as it goes over the wire."""
    return CallInfo(
        id=row.id,
        state=CallState(row.state),
        source=row.source,
        title=row.title,
        sector=row.sector,
        customer_number_masked=row.customer_number_masked,
        agent_name=row.agent_name,
        created_at=row.created_at,
        ended_at=row.ended_at,
        end_reason=None if row.end_reason is None else EndReason(row.end_reason),
        end_code=row.end_code,
        end_message=row.end_message,
        duration_ms=row.duration_ms,
        heard_ms=row.heard_ms,
        speed=row.speed,
        leg_roles=[LegRole(role) for role in row.leg_roles],
        has_audio=row.playable_file is not None,
    )


def _event_of(row: CallEventRow) -> CallEvent:
    return _EVENT.validate_python(
        {"type": row.type, "call_id": row.call_id, "seq": row.seq, "at": row.at, "data": row.data}
    )


def _suggestion_rows(event: SuggestionShownEvent) -> list[CallSuggestionRow]:
    cards = [
        _suggestion_row(event, "entry", card.suggestion_id, (card.entry_id, card.revision_id), rank, card.probability)
        for rank, card in enumerate(event.data.cards, start=1)
    ]
    cases = [
        _suggestion_row(event, "case", case.suggestion_id, (case.case_id, case.case_id), rank, case.probability)
        for rank, case in enumerate(event.data.cases, start=1)
    ]
    return cards + cases


def _suggestion_row(
    event: SuggestionShownEvent, kind: str, suggestion_id: UUID, ids: tuple[UUID, UUID], rank: int, probability: float
) -> CallSuggestionRow:
    document_id, revision_id = ids
    return CallSuggestionRow(
        suggestion_id=suggestion_id,
        call_id=event.call_id,
        shown_seq=event.seq,
        shown_at=event.at,
        kind=kind,
        document_id=document_id,
        revision_id=revision_id,
        rank=rank,
        probability=probability,
    )
