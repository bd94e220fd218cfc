"""Accounts: making, changing and passwords. One unit of work; the caller commits."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID, uuid4

from sqlalchemy.ext.asyncio import AsyncSession

from assist_api.accounts.lockout import name_subject
from assist_api.accounts.models import Account, AccountSession
from assist_api.accounts.passwords import check_password_policy, generate_password, hash_password, is_nearly_same
from assist_api.accounts.repository import AccountRepository, SignInFailureRepository
from assist_api.accounts.schemas import AccountChange, AccountCreation
from assist_api.accounts.sessions import fold_username, new_token
from assist_api.accounts.tokens import hash_token
from assist_api.http.permissions import Role
from assist_api.http.principal import CurrentAccount
from kit.clock import Clock
from kit.errors import ConflictError, InvalidInputError, NotFoundError
from kit.outbox import signal

FIRST_ADMIN_NAME = "admin"
TELEPHONES_CHANGED = "accounts.telephones_changed"
"""Topic of the outbox: somebody has another telephone from now on, or none."""


class AccountService:
    """What an administrator does with accounts, and everyone with their own password."""

    def __init__(self, session: AsyncSession, clock: Clock) -> None:
        self._session = session
        self._accounts = AccountRepository(session)
        self._failures = SignInFailureRepository(session)
        self._clock = clock

    async def list_all(self) -> Sequence[Account]:
        """Return every account by name."""
        return await self._accounts.list_all()

    async def create(self, creation: AccountCreation) -> Account:
        """Make an account with a temporary password.

        Raises:
            ConflictError: `username_taken`.
            InvalidInputError: The password breaks the policy.
        """
        username = fold_username(creation.username)
        password = creation.password.get_secret_value()
        check_password_policy(password, username, field="password")
        if await self._accounts.find_by_name(username) is not None:
            raise ConflictError("There is an account of this name.", code="username_taken")
        return await self._add(
            username, creation.display_name, creation.role, password, locale=creation.locale, must_change=True
        )

    async def change(self, account_id: UUID, change: AccountChange) -> Account:
        """Apply the fields that are given.

        Raises:
            NotFoundError: There is no such account.
            ConflictError: `last_admin`: nobody could manage accounts any more; `extension_taken`: another account
                has this telephone.
            InvalidInputError: The new password breaks the policy.
        """
        account = await self._get(account_id)
        await self._keep_an_admin(account, change)
        before = (account.telephone, account.is_active)
        if change.password is not None:
            await self._failures.forgive(name_subject(account.username))
            self._set_password(account, change.password.get_secret_value(), field="password", must_change=True)
        for name in ("display_name", "role", "locale", "is_active"):
            if (value := getattr(change, name)) is not None:
                setattr(account, name, value)
        if change.extension is not None:
            await self._give_extension(account, change.extension or None)
        if (account.telephone, account.is_active) != before:
            signal(self._session, TELEPHONES_CHANGED)
        if change.password is not None or change.is_active is False:
            await self._accounts.delete_sessions_of(account.id)
        return account

    async def change_own_password(self, current: CurrentAccount, present: str, new_password: str) -> Account:
        """Set a password the owner chose; their other sessions end.

        Args:
            current: The owner.
            present: The password that is given up, already checked.
            new_password: Takes its place.

        Raises:
            InvalidInputError: The new password breaks the policy, or is nearly the present one (`password_unchanged`).
        """
        account = await self._get(current.id)
        if is_nearly_same(new_password, present):
            text = "The new password is the present one or nearly so; choose another."
            raise InvalidInputError(text, field="new_password", code="password_unchanged")
        self._set_password(account, new_password, field="new_password", must_change=False)
        await self._accounts.delete_sessions_of(account.id, keep=current.session_id)
        return account

    async def renew_token(self, session_id: UUID) -> str:
        """Give the session a new token; whoever has a copy of the old one is signed out."""
        token = new_token()
        await self._accounts.replace_token(session_id, hash_token(token))
        return token

    async def own_sessions(self, account_id: UUID) -> Sequence[AccountSession]:
        """Return the sessions of an account, last used first."""
        rows = await self._accounts.sessions_of(account_id)
        return [row for row in rows if row.expires_at > self._clock.now()]

    async def end_own_session(self, account_id: UUID, session_id: UUID) -> None:
        """End one session of the account.

        Raises:
            NotFoundError: The account has no such session.
        """
        if not await self._accounts.delete_session_of(account_id, session_id):
            raise NotFoundError("There is no such session of this account.", code="session_not_found")

    async def end_other_sessions(self, current: CurrentAccount) -> None:
        """End every session of the account but the one that asks."""
        await self._accounts.delete_sessions_of(current.id, keep=current.session_id)

    async def get(self, account_id: UUID) -> Account:
        """Return an account.

        Raises:
            NotFoundError: There is no such account.
        """
        return await self._get(account_id)

    async def create_first_admin(self, password: str | None) -> str | None:
        """Make the administrator of an empty system.

        Returns:
            The password when it was generated here, to be shown once; None when given or not needed.
        """
        if await self._accounts.has_any():
            return None
        if password is not None:
            check_password_policy(password, FIRST_ADMIN_NAME, field="ASSIST_INITIAL_ADMIN_PASSWORD")
        chosen = password or generate_password()
        await self._add(FIRST_ADMIN_NAME, "初始账号", Role.ADMIN, chosen, locale="zh-CN", must_change=False)
        return chosen if password is None else None

    async def reset_admin_password(self) -> str:
        """Give the first administrator a new generated password, reopen the account and end its sessions.

        Raises:
            NotFoundError: There is no account of that name.
        """
        account = await self._accounts.find_by_name(FIRST_ADMIN_NAME)
        if account is None:
            raise NotFoundError(f"There is no account named {FIRST_ADMIN_NAME}.", code="account_not_found")
        password = generate_password()
        account.password_hash = hash_password(password)
        account.role, account.is_active, account.must_change_password = Role.ADMIN, True, False
        await self._accounts.delete_sessions_of(account.id)
        await self._failures.forgive(name_subject(account.username))
        return password

    async def _get(self, account_id: UUID) -> Account:
        account = await self._accounts.find(account_id)
        if account is None:
            raise NotFoundError("There is no such account.", code="account_not_found")
        return account

    async def _give_extension(self, account: Account, extension: str | None) -> None:
        if extension is not None:
            owner = await self._accounts.find_by_extension(extension)
            if owner is not None and owner.id != account.id:
                text = f"{owner.display_name} has the telephone {extension}; take it away there first."
                raise ConflictError(text, code="extension_taken")
        account.extension = extension

    async def _keep_an_admin(self, account: Account, change: AccountChange) -> None:
        loses_role = change.role is not None and change.role is not Role.ADMIN
        is_admin = account.role == Role.ADMIN and account.is_active
        if is_admin and (loses_role or change.is_active is False) and await self._accounts.count_active_admins() == 1:
            raise ConflictError("The last administrator stays one.", code="last_admin")

    def _set_password(self, account: Account, password: str, *, field: str, must_change: bool) -> None:
        check_password_policy(password, account.username, field=field)
        account.password_hash = hash_password(password)
        account.must_change_password = must_change

    async def _add(
        self, username: str, display_name: str, role: Role, password: str, *, locale: str, must_change: bool
    ) -> Account:
        account = Account(
            id=uuid4(),
            username=username,
            display_name=display_name,
            role=role,
            locale=locale,
            password_hash=hash_password(password),
            must_change_password=must_change,
            is_active=True,
            created_at=self._clock.now(),
        )
        await self._accounts.add(account)
        return account
