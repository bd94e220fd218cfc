"""Every statement on second passes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from assist_api.calls.models import CallRow
from assist_api.calls.states import TERMINAL_STATES
from assist_api.second_pass.models import SecondPassRow


class SecondPassRepository:
    """Second passes, one for each call."""

    def __init__(self, session: AsyncSession) -> None:
        self.session = session

    async def find(self, call_id: UUID) -> SecondPassRow | None:
        """Return the second pass of a call."""
        return await self.session.get(SecondPassRow, call_id)

    async def save(self, row: SecondPassRow) -> None:
        """Write a second pass in place of the one before."""
        await self.session.merge(row)

    async def due(self, since: datetime, most: int) -> Sequence[UUID]:
        """Return recorded calls that ended after `since` and were never heard again, the oldest first."""
        statement = (
            select(CallRow.id)
            .outerjoin(SecondPassRow, SecondPassRow.call_id == CallRow.id)
            .where(
                CallRow.state.in_(TERMINAL_STATES),
                CallRow.ended_at > since,
                CallRow.playable_file.is_not(None),
                SecondPassRow.call_id.is_(None),
            )
            .order_by(CallRow.ended_at)
            .limit(most)
        )
        return (await self.session.scalars(statement)).all()
