"""Audit entries as tests compare them."""

from __future__ import annotations

from sqlalchemy import select

from assist_api.audit.models import AuditEntry
from kit.db import Database


async def audit_entries(database: Database, prefix: str = "") -> list[AuditEntry]:
    """Return the entries whose action begins so, the oldest first."""
    async with database.session() as session:
        statement = select(AuditEntry).where(AuditEntry.action.startswith(prefix)).order_by(AuditEntry.number)
        return list(await session.scalars(statement))


async def audited(database: Database, prefix: str = "") -> list[tuple[str, str, str]]:
    """Return actor, action and object of the entries whose action begins so, the oldest first."""
    return [(entry.actor_name, entry.action, entry.object_id) for entry in await audit_entries(database, prefix)]
