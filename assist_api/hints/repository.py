"""Every statement on versions of hint books."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import and_, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from assist_api.hints.models import HintBookVersion


class HintBookRepository:
    """Versions of hint books."""

    def __init__(self, session: AsyncSession) -> None:
        self.session = session

    async def newest(self) -> Sequence[HintBookVersion]:
        """Return the version in force of each book that somebody changed."""
        version = HintBookVersion
        top = select(version.sector, func.max(version.number).label("number")).group_by(version.sector).subquery()
        is_newest = and_(version.sector == top.c.sector, version.number == top.c.number)
        return (await self.session.scalars(select(version).join(top, is_newest))).all()

    async def newest_number(self, sector: str) -> int:
        """Return the number of the version in force; 0 for the shipped book."""
        statement = select(func.max(HintBookVersion.number)).where(HintBookVersion.sector == sector)
        return await self.session.scalar(statement) or 0

    async def add(self, version: HintBookVersion) -> None:
        """Insert a version."""
        self.session.add(version)
        await self.session.flush()
