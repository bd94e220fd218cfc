"""Every statement on callbacks and voicemails."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, CursorResult, and_, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from assist_api.callbacks.rules import CallbackState
from assist_api.ivr.models import CallbackRequest, Dialogue, Voicemail

MOST_LISTED = 200
_UNFINISHED = (CallbackState.OPEN.value, CallbackState.TAKEN.value)


class CallbackRepository:
    """Requests to be called back, and messages."""

    def __init__(self, session: AsyncSession) -> None:
        self.session = session

    # Callbacks ---------------------------------------------------------------------------------------------------

    async def due(self, now: datetime) -> Sequence[CallbackRequest]:
        """Return unfinished requests that may be called now, the longest waiting first."""
        return await self._listed(_is_due(now), CallbackRequest.requested_at)

    async def later(self, now: datetime) -> Sequence[CallbackRequest]:
        """Return open requests whose time has not come, the next one first."""
        return await self._listed(_is_later(now), CallbackRequest.due_at)

    async def over(self) -> Sequence[CallbackRequest]:
        """Return requests that are over, the newest first."""
        return await self._listed(CallbackRequest.state.not_in(_UNFINISHED), CallbackRequest.done_at.desc())

    async def counts(self, now: datetime) -> tuple[int, int]:
        """Return how many requests are due, and how many wait for a later time."""
        counted = [
            await self.session.scalar(select(func.count()).select_from(CallbackRequest).where(condition))
            for condition in (_is_due(now), _is_later(now))
        ]
        return int(counted[0] or 0), int(counted[1] or 0)

    async def places(self) -> Mapping[UUID, int]:
        """Return the place of every unfinished request in the line of its queue, from 1."""
        place = func.row_number().over(
            partition_by=CallbackRequest.queue, order_by=(CallbackRequest.requested_at, CallbackRequest.id)
        )
        rows = await self.session.execute(select(CallbackRequest.id, place.label("place")).where(_is_unfinished()))
        return {row.id: row.place for row in rows}

    async def find(self, request_id: UUID) -> CallbackRequest | None:
        """Return a request, or None."""
        return await self.session.get(CallbackRequest, request_id, populate_existing=True)

    async def take(self, request_id: UUID, account_id: UUID | None, name: str, now: datetime) -> bool:
        """Give an open request to somebody; False where another one was faster."""
        statement = (
            update(CallbackRequest)
            .where(CallbackRequest.id == request_id, CallbackRequest.state == CallbackState.OPEN.value)
            .values(state=CallbackState.TAKEN.value, taken_by_id=account_id, taken_by=name, taken_at=now)
        )
        result: CursorResult[Any] = await self.session.execute(statement)  # type: ignore[assignment]  # of an update
        return result.rowcount == 1

    async def late(self, before: datetime, limit: int) -> Sequence[CallbackRequest]:
        """Return open requests from before a time of which nobody was told yet."""
        statement = (
            select(CallbackRequest)
            .where(
                CallbackRequest.state == CallbackState.OPEN.value,
                CallbackRequest.requested_at < before,
                CallbackRequest.told_late_at.is_(None),
            )
            .order_by(CallbackRequest.requested_at)
            .limit(limit)
        )
        return (await self.session.scalars(statement)).all()

    async def _listed(self, condition: ColumnElement[bool], order: Any) -> Sequence[CallbackRequest]:  # noqa: ANN401
        statement = select(CallbackRequest).where(condition).order_by(order, CallbackRequest.id).limit(MOST_LISTED)
        return (await self.session.scalars(statement)).all()

    # Messages ----------------------------------------------------------------------------------------------------

    async def voicemails(self, *, is_waiting: bool) -> Sequence[Voicemail]:
        """Return messages that wait for somebody, the oldest first, or the others, the newest first."""
        condition = Voicemail.handled_at.is_(None) if is_waiting else Voicemail.handled_at.is_not(None)
        order = Voicemail.received_at if is_waiting else Voicemail.received_at.desc()
        statement = select(Voicemail).where(condition).order_by(order, Voicemail.id).limit(MOST_LISTED)
        return (await self.session.scalars(statement)).all()

    async def waiting_voicemails(self) -> int:
        """Return how many messages wait for somebody."""
        statement = select(func.count()).select_from(Voicemail).where(Voicemail.handled_at.is_(None))
        return int(await self.session.scalar(statement) or 0)

    async def find_voicemail(self, voicemail_id: UUID) -> Voicemail | None:
        """Return a message, locked until the transaction ends, or None."""
        return await self.session.get(Voicemail, voicemail_id, with_for_update=True)

    async def flow_of_call(self, call_id: UUID | None) -> str | None:
        """Return the flow that answered a call, or None."""
        if call_id is None:
            return None
        return await self.session.scalar(select(Dialogue.flow).where(Dialogue.call_id == call_id).limit(1))


def _is_unfinished() -> ColumnElement[bool]:
    return CallbackRequest.state.in_(_UNFINISHED)


def _is_due(now: datetime) -> ColumnElement[bool]:
    is_time = or_(CallbackRequest.due_at.is_(None), CallbackRequest.due_at <= now)
    return and_(_is_unfinished(), or_(is_time, CallbackRequest.state == CallbackState.TAKEN.value))


def _is_later(now: datetime) -> ColumnElement[bool]:
    return and_(CallbackRequest.state == CallbackState.OPEN.value, CallbackRequest.due_at > now)
