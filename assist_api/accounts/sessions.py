"""Sign-in, sign-out and the session behind a cookie.

The token is 256 random bits; the database has only its hash, so that a copy of the database opens no session.
"""

from __future__ import annotations

import asyncio
import secrets
import unicodedata
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from sqlalchemy.ext.asyncio import AsyncSession

from assist_api.accounts import lockout
from assist_api.accounts.models import Account, AccountSession
from assist_api.accounts.passwords import verify_password
from assist_api.accounts.repository import AccountRepository, SignInFailureRepository
from assist_api.accounts.tokens import find_token, hash_token, is_api_token
from assist_api.http.account_changes import AccountChanges
from assist_api.http.actor import actor_of, nobody
from assist_api.http.core import AuditTrail
from assist_api.http.metrics import SIGN_INS
from assist_api.http.permissions import Permission, Role
from assist_api.http.principal import CurrentAccount
from kit.clock import Clock
from kit.db import Database
from kit.errors import NotSignedInError, TooManyRequestsError

SEEN_RESOLUTION = timedelta(minutes=1)
"""A busy session is noted once a minute, not with every request."""
_HASHING_THREADS = 2
_MAX_NAME = 64
"""Characters of a name in the tables that keep who did something."""


def fold_username(username: str) -> str:
    """Return the one spelling under which a name is stored and looked up."""
    return unicodedata.normalize("NFKC", username).strip().casefold()


def new_token() -> str:
    """Return 256 random bits for a cookie."""
    return secrets.token_urlsafe(32)


class SessionService:
    """Owns every session of this server; keeps its own transactions, so that a refused sign-in is counted."""

    def __init__(
        self, database: Database, clock: Clock, audit: AuditTrail, *, idle: timedelta, lifetime: timedelta
    ) -> None:
        self.changes = AccountChanges()
        self._database = database
        self._clock = clock
        self._audit = audit
        self._idle = idle
        self._lifetime = lifetime
        self._counting = asyncio.Lock()
        self._hashing = ThreadPoolExecutor(_HASHING_THREADS, thread_name_prefix="password")

    async def sign_in(
        self, username: str, password: str, *, address: str, previous_token: str | None
    ) -> tuple[CurrentAccount, str]:
        """Open a session and end the one that the browser had.

        Returns:
            The account and the token for its cookie.

        Raises:
            NotSignedInError: `wrong_credentials`, also for an unknown or closed account.
            TooManyRequestsError: `sign_in_locked` after too many failures of this name or address.
        """
        name = fold_username(username)
        await self._count_attempt(name, address)
        async with self._database.session() as session:
            account = await AccountRepository(session).find_by_name(name)
        if not await self._is_password_of(account, password) or account is None or not account.is_active:
            SIGN_INS.labels("refused").inc()
            await self._record_refusal(account, address)
            raise NotSignedInError("User name or password is wrong.", code="wrong_credentials")
        opened = await self._open(account, name, address, previous_token)
        SIGN_INS.labels("opened").inc()
        return opened

    async def confirm_password(self, current: CurrentAccount, password: str, *, address: str) -> bool:
        """Tell whether the password is the account's; failures count as failed sign-ins.

        Raises:
            TooManyRequestsError: `sign_in_locked` after too many failures of this name or address.
        """
        await self._count_attempt(current.username, address)
        async with self._database.session() as session:
            account = await AccountRepository(session).find(current.id)
        if not await self._is_password_of(account, password):
            await self._record_refusal(account, address)
            return False
        async with self._database.session() as session:
            await _forgive(session, current.username, address)
        return True

    async def find_current(self, token: str | None) -> CurrentAccount | None:
        """Return the account behind a token, None when there is no such session or it is over."""
        if token is None:
            return None
        if is_api_token(token):
            return await self._find_program(token)
        now = self._clock.now()
        async with self._database.session() as session:
            accounts = AccountRepository(session)
            found = await accounts.find_session(hash_token(token))
            if found is None:
                return None
            row, account = found
            if not account.is_active or self._is_over(row, now):
                return None
            if now - row.seen_at >= SEEN_RESOLUTION:
                await accounts.touch_session(row.id, now)
            return current_account(account, row.id)

    async def _find_program(self, token: str) -> CurrentAccount | None:
        """Return the account that a program acts for, limited to what its token grants."""
        async with self._database.session() as session:
            found = await find_token(session, self._clock, token)
            if found is None:
                return None
            row, account = found
            granted = frozenset(Permission(item) for item in row.permissions if item in set(Permission))
            name = f"{row.name}（{account.display_name}）"[:_MAX_NAME]
            return replace(current_account(account, row.id), display_name=name, granted=granted)

    async def sign_out(self, token: str | None, *, address: str) -> None:
        """End the session of a token, if it is one."""
        if token is not None:
            async with self._database.session() as session:
                accounts = AccountRepository(session)
                found = await accounts.find_session(hash_token(token))
                if found is None:
                    return
                row, account = found
                await accounts.delete_session(row.token_hash)
                actor = actor_of(current_account(account, row.id), address)
                self._audit.record(session, actor, "session.closed", "account", account.id)
            self.changes.tell(account.id)

    async def forget_ended(self) -> None:
        """Delete sessions that are over and failures that no longer count."""
        now = self._clock.now()
        async with self._database.session() as session:
            await AccountRepository(session).delete_expired_sessions(now, self._idle)
            await SignInFailureRepository(session).delete_older_than(now - lockout.WINDOW)

    async def _record_refusal(self, account: Account | None, address: str) -> None:
        """Record a refused password; a name that no account has is not kept, for it may be somebody's password."""
        reason = "unknown_name" if account is None else "wrong_password" if account.is_active else "account_closed"
        object_id = "unknown" if account is None else account.id
        async with self._database.session() as session:
            self._audit.record(
                session, nobody(address), "session.refused", "account", object_id, details={"reason": reason}
            )

    def close(self) -> None:
        """Let the hashing threads go; safe to call twice."""
        self._hashing.shutdown(wait=False, cancel_futures=True)

    def _is_over(self, row: AccountSession, now: datetime) -> bool:
        return now >= row.expires_at or now - row.seen_at >= self._idle

    async def _is_password_of(self, account: Account | None, password: str) -> bool:
        password_hash = None if account is None else account.password_hash
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._hashing, verify_password, password_hash, password)

    async def _count_attempt(self, name: str, address: str) -> None:
        limits = {
            lockout.name_subject(name): lockout.FAILURES_PER_NAME,
            lockout.address_subject(address): lockout.FAILURES_PER_ADDRESS,
        }
        now = self._clock.now()
        async with self._counting, self._database.session() as session:
            failures = SignInFailureRepository(session)
            wait = max(
                [
                    lockout.retry_after_seconds(await failures.find(subject, now), limit, now)
                    for subject, limit in limits.items()
                ]
            )
            for subject in () if wait else limits:
                await failures.record(subject, now)
        if wait:
            SIGN_INS.labels("locked").inc()
            text = f"Too many failed sign-ins; try again in {wait} seconds."
            raise TooManyRequestsError(text, code="sign_in_locked", retry_after_seconds=wait)

    async def _open(
        self, account: Account, name: str, address: str, previous_token: str | None
    ) -> tuple[CurrentAccount, str]:
        token = new_token()
        now = self._clock.now()
        row = AccountSession(
            id=uuid4(),
            token_hash=hash_token(token),
            account_id=account.id,
            created_at=now,
            seen_at=now,
            expires_at=now + self._lifetime,
        )
        async with self._database.session() as session:
            await _forgive(session, name, address)
            accounts = AccountRepository(session)
            if previous_token is not None:
                await accounts.delete_session(hash_token(previous_token))
            await accounts.add_session(row)
            current = current_account(account, row.id)
            self._audit.record(session, actor_of(current, address), "session.opened", "account", account.id)
        return current, token


async def _forgive(session: AsyncSession, name: str, address: str) -> None:
    failures = SignInFailureRepository(session)
    await failures.forgive(lockout.name_subject(name))
    await failures.withdraw(lockout.address_subject(address))


def current_account(account: Account, session_id: UUID) -> CurrentAccount:
    """Return what requests need to know of an account."""
    return CurrentAccount(
        id=account.id,
        session_id=session_id,
        username=account.username,
        display_name=account.display_name,
        role=Role(account.role),
        locale=account.locale,
        must_change_password=account.must_change_password,
        unit_id=account.unit_id,
    )
