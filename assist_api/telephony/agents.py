"""Finds the account of the agent whose telephone takes part in a call."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import and_, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from assist_api.accounts.models import Account
from assist_api.http.actor import program
from assist_api.http.core import AuditTrail
from kit.db import Database


@dataclass(frozen=True, slots=True)
class KnownAgent:
    """An agent as calls show one; `account_id` is None for a telephone that belongs to no account."""

    name: str
    account_id: UUID | None


class AgentAccounts:
    """Looks accounts up by the number of the telephone.

    It is the account's extension; without one, the user name of whoever works with it.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    async def find(self, agent: str) -> KnownAgent:
        """Return the agent with a number; without an account the number stands for the name."""
        async with self._database.session() as session:
            is_named = and_(Account.username == agent, Account.extension.is_(None))
            account = await session.scalar(
                select(Account)
                .where(Account.is_active, or_(Account.extension == agent, is_named))
                .order_by(Account.extension.is_(None))
                .limit(1)
            )
        return KnownAgent(agent, None) if account is None else KnownAgent(account.display_name, account.id)

    @staticmethod
    async def extension_of(session: AsyncSession, account_id: UUID) -> str | None:
        """Return the number of an account's telephone; without an extension, a user name of digits is one."""
        account = await session.get(Account, account_id)
        return None if account is None else account.telephone

    async def give_first(self, extension: str, audit: AuditTrail) -> None:
        """Give the only account of a new installation a telephone, so that the first call can be taken at once."""
        async with self._database.session() as session:
            accounts = (await session.scalars(select(Account).limit(2))).all()
            if len(accounts) != 1 or accounts[0].extension is not None:
                return
            accounts[0].extension = extension
            audit.record(
                session,
                program("tingzhi serve --pbx"),
                "account.changed",
                "account",
                accounts[0].id,
                details={"extension": extension},
            )
