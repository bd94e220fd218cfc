"""Every statement on accounts, sessions and failed sign-ins."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from assist_api.accounts.lockout import FailureCount, add_failure
from assist_api.accounts.models import Account, AccountSession, SignInFailures
from assist_api.http.permissions import Role


class AccountRepository:
    """Accounts and their sessions."""

    def __init__(self, session: AsyncSession) -> None:
        self.session = session

    async def add(self, account: Account) -> None:
        """Insert an account."""
        self.session.add(account)
        await self.session.flush()

    async def find(self, account_id: UUID) -> Account | None:
        """Return the account, or None."""
        return await self.session.get(Account, account_id)

    async def find_by_name(self, username: str) -> Account | None:
        """Return the account of a folded name, or None."""
        return await self.session.scalar(select(Account).where(Account.username == username))

    async def find_by_extension(self, extension: str) -> Account | None:
        """Return the account whose telephone has the number, or None."""
        return await self.session.scalar(select(Account).where(Account.extension == extension))

    async def list_all(self) -> Sequence[Account]:
        """Return every account by name."""
        return (await self.session.scalars(select(Account).order_by(Account.username))).all()

    async def count_active_admins(self) -> int:
        """Return how many administrators can sign in; their rows stay locked until the transaction ends."""
        admins = select(Account.id).where(Account.role == Role.ADMIN, Account.is_active).with_for_update()
        return len((await self.session.scalars(admins)).all())

    async def has_any(self) -> bool:
        """Tell whether there is an account at all."""
        return bool(await self.session.scalar(select(func.count()).select_from(Account)))

    async def add_session(self, row: AccountSession) -> None:
        """Insert a session."""
        self.session.add(row)
        await self.session.flush()

    async def find_session(self, token_hash: str) -> tuple[AccountSession, Account] | None:
        """Return the session of a token's hash with its account, or None."""
        pair = await self.session.execute(
            select(AccountSession, Account)
            .join(Account, Account.id == AccountSession.account_id)
            .where(AccountSession.token_hash == token_hash)
        )
        row = pair.one_or_none()
        return None if row is None else (row[0], row[1])

    async def touch_session(self, session_id: UUID, now: datetime) -> None:
        """Note that the session is in use."""
        await self.session.execute(update(AccountSession).where(AccountSession.id == session_id).values(seen_at=now))

    async def delete_session(self, token_hash: str) -> None:
        """End one session; nothing happens when it is over already."""
        await self.session.execute(delete(AccountSession).where(AccountSession.token_hash == token_hash))

    async def delete_sessions_of(self, account_id: UUID, *, keep: UUID | None = None) -> None:
        """End every session of an account, but for `keep`."""
        statement = delete(AccountSession).where(AccountSession.account_id == account_id)
        if keep is not None:
            statement = statement.where(AccountSession.id != keep)
        await self.session.execute(statement)

    async def sessions_of(self, account_id: UUID) -> Sequence[AccountSession]:
        """Return the sessions of an account, last used first."""
        statement = select(AccountSession).where(AccountSession.account_id == account_id)
        return (await self.session.scalars(statement.order_by(AccountSession.seen_at.desc(), AccountSession.id))).all()

    async def delete_session_of(self, account_id: UUID, session_id: UUID) -> bool:
        """End a session of an account; tell whether there was one."""
        row = await self.session.get(AccountSession, session_id)
        if row is None or row.account_id != account_id:
            return False
        await self.session.delete(row)
        await self.session.flush()
        return True

    async def replace_token(self, session_id: UUID, token_hash: str) -> None:
        """Let a session be found by another token."""
        await self.session.execute(
            update(AccountSession).where(AccountSession.id == session_id).values(token_hash=token_hash)
        )

    async def delete_expired_sessions(self, now: datetime, idle: timedelta) -> None:
        """Remove sessions that are over."""
        is_over = (AccountSession.expires_at <= now) | (AccountSession.seen_at <= now - idle)
        await self.session.execute(delete(AccountSession).where(is_over))


class SignInFailureRepository:
    """Failed sign-ins by subject."""

    def __init__(self, session: AsyncSession) -> None:
        self.session = session

    async def find(self, subject: str, now: datetime) -> FailureCount | None:
        """Return the count of a subject, or None. The row stays locked until the transaction ends.

        A failure that lies ahead, because the clock was set back since, counts as one of now.
        """
        row = await self.session.get(SignInFailures, subject, with_for_update=True, populate_existing=True)
        if row is None:
            return None
        row.last_failed_at = min(row.last_failed_at, now)
        return FailureCount(row.failures, row.last_failed_at)

    async def record(self, subject: str, now: datetime) -> None:
        """Count an attempt against the subject."""
        row = await self.session.get(SignInFailures, subject)
        known = None if row is None else FailureCount(row.failures, row.last_failed_at)
        count = add_failure(known, now)
        await self.session.merge(
            SignInFailures(subject=subject, failures=count.failures, last_failed_at=count.last_failed_at)
        )
        await self.session.flush()

    async def forgive(self, subject: str) -> None:
        """Forget a subject's failures."""
        await self.session.execute(delete(SignInFailures).where(SignInFailures.subject == subject))

    async def withdraw(self, subject: str) -> None:
        """Take back one attempt that turned out well."""
        await self.session.execute(
            update(SignInFailures)
            .where(SignInFailures.subject == subject, SignInFailures.failures > 0)
            .values(failures=SignInFailures.failures - 1)
        )

    async def delete_older_than(self, moment: datetime) -> None:
        """Forget what no longer counts."""
        await self.session.execute(delete(SignInFailures).where(SignInFailures.last_failed_at < moment))
