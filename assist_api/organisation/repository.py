"""Every statement on units and on who belongs to them."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from assist_api.accounts.models import Account
from assist_api.units.models import Unit


class UnitRepository:
    """Units and their members."""

    def __init__(self, session: AsyncSession) -> None:
        self.session = session

    async def add(self, unit: Unit) -> None:
        """Insert a unit."""
        self.session.add(unit)
        await self.session.flush()

    async def find(self, unit_id: UUID) -> Unit | None:
        """Return the unit, or None. The row stays locked until the transaction ends."""
        return await self.session.get(Unit, unit_id, with_for_update=True)

    async def find_twin(self, name: str, parent_id: UUID | None) -> Unit | None:
        """Return the unit of this name below the same unit, or None."""
        return await self.session.scalar(select(Unit).where(Unit.name == name, Unit.parent_id == parent_id))

    async def list_all(self) -> Sequence[Unit]:
        """Return every unit by name."""
        return (await self.session.scalars(select(Unit).order_by(Unit.name, Unit.id))).all()

    async def count_members(self) -> dict[UUID, int]:
        """Return how many accounts belong to each unit that has any."""
        statement = select(Account.unit_id, func.count()).where(Account.unit_id.is_not(None)).group_by(Account.unit_id)
        return {row[0]: row[1] for row in await self.session.execute(statement) if row[0] is not None}

    async def is_in_use(self, unit_id: UUID) -> bool:
        """Tell whether a unit lies below this one, or an account belongs to it."""
        below = await self.session.scalar(select(Unit.id).where(Unit.parent_id == unit_id).limit(1))
        member = await self.session.scalar(select(Account.id).where(Account.unit_id == unit_id).limit(1))
        return below is not None or member is not None

    async def delete(self, unit: Unit) -> None:
        """Remove a unit."""
        await self.session.delete(unit)
        await self.session.flush()

    async def find_account(self, account_id: UUID) -> Account | None:
        """Return an account, or None."""
        return await self.session.get(Account, account_id, with_for_update=True)
