"""Inserts rows whose key may be there already, on either database."""

from __future__ import annotations

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session

from kit.db import Base


def insert_into(session: AsyncSession | Session, table: type[Base]) -> sqlite.Insert | postgresql.Insert:
    """Return an INSERT of the session's database that knows `ON CONFLICT`."""
    is_sqlite = session.get_bind().dialect.name == "sqlite"
    return sqlite.insert(table) if is_sqlite else postgresql.insert(table)
