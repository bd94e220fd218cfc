"""Finds the account of the agent whose telephone takes part in a call."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select

from assist_api.accounts.models import Account
from kit.db import Database


@dataclass(frozen=True, slots=True)
class KnownAgent:
    """An agent as calls show one; `account_id` is None for a telephone that belongs to no account."""

    name: str
    account_id: UUID | None


def extension_of(username: str) -> str:
    """Return the telephone of an account: its user name is the number.

    The one place to change once accounts hold an extension of their own.
    """
    return username


class AgentAccounts:
    """Looks accounts up by the number of the telephone: it is the user name of the agent who works with it."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def find(self, agent: str) -> KnownAgent:
        """Return the agent with a number; without an account the number stands for the name."""
        async with self._database.session() as session:
            account = await session.scalar(select(Account).where(Account.username == agent, Account.is_active))
        return KnownAgent(agent, None) if account is None else KnownAgent(account.display_name, account.id)
