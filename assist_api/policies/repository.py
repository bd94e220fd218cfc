"""Every statement on versions of policies."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import and_, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from assist_api.policies.models import PolicyVersion


class PolicyRepository:
    """Versions of policies."""

    def __init__(self, session: AsyncSession) -> None:
        self.session = session

    async def newest(self) -> Sequence[PolicyVersion]:
        """Return the version in force of each policy that somebody chose."""
        top = select(PolicyVersion.kind, func.max(PolicyVersion.number).label("number")).group_by(PolicyVersion.kind)
        found = top.subquery()
        is_newest = and_(PolicyVersion.kind == found.c.kind, PolicyVersion.number == found.c.number)
        return (await self.session.scalars(select(PolicyVersion).join(found, is_newest))).all()

    async def newest_number(self, kind: str) -> int:
        """Return the number of the version in force; 0 when nobody chose."""
        statement = select(func.max(PolicyVersion.number)).where(PolicyVersion.kind == kind)
        return await self.session.scalar(statement) or 0

    async def find(self, kind: str, number: int) -> PolicyVersion | None:
        """Return one version, or None."""
        return await self.session.get(PolicyVersion, (kind, number))

    async def page(self, kind: str, *, limit: int, before: int | None) -> Sequence[PolicyVersion]:
        """Return versions of a policy, the newest first."""
        statement = select(PolicyVersion).where(PolicyVersion.kind == kind)
        if before is not None:
            statement = statement.where(PolicyVersion.number < before)
        return (await self.session.scalars(statement.order_by(PolicyVersion.number.desc()).limit(limit))).all()

    async def add(self, version: PolicyVersion) -> None:
        """Insert a version."""
        self.session.add(version)
        await self.session.flush()
