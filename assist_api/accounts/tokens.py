"""API tokens: made by an administrator for a program, limited in rights and time, found with each request.

The token is 256 random bits behind `tzt_`; the database has only its hash.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID, uuid4

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from assist_api.accounts.models import Account, ApiToken
from assist_api.accounts.token_schemas import ApiTokenCreated, ApiTokenDraft, ApiTokenView
from assist_api.http.actor import Actor
from assist_api.http.core import AuditTrail
from assist_api.http.permissions import PERMISSIONS, Permission, Role
from kit.clock import Clock
from kit.errors import ConflictError, InvalidInputError, NotFoundError

TOKEN_PREFIX = "tzt_"  # noqa: S105  # rejected: the beginning of every token, no secret
NEVER_GRANTED = frozenset({Permission.MANAGE_ACCOUNTS, Permission.MANAGE_INTEGRATIONS, Permission.TAKE_CALLS})
"""Rights that would let a program make further tokens, or work a person's telephone."""
USED_RESOLUTION = timedelta(minutes=1)
"""A busy program is noted once a minute, not with every request."""


def hash_token(token: str) -> str:
    """Return what the database knows of a token; a fast hash does, for the token is random."""
    return hashlib.sha256(token.encode("utf-8", "surrogateescape")).hexdigest()


def is_api_token(token: str) -> bool:
    """Tell an API token from the token of a signed-in browser."""
    return token.startswith(TOKEN_PREFIX)


class ApiTokenService:
    """What an administrator does with tokens. One unit of work; the caller commits."""

    def __init__(self, session: AsyncSession, clock: Clock, audit: AuditTrail) -> None:
        self._session = session
        self._clock = clock
        self._audit = audit

    async def list_all(self) -> list[ApiTokenView]:
        """Return every token, the newest first."""
        wanted = select(ApiToken, Account).join(Account, Account.id == ApiToken.account_id)
        rows = await self._session.execute(wanted.order_by(ApiToken.created_at.desc(), ApiToken.id))
        return [self._view(token, account) for token, account in rows]

    async def create(self, actor: Actor, draft: ApiTokenDraft) -> ApiTokenCreated:
        """Make a token for an account; by default for whoever makes it.

        Raises:
            InvalidInputError: `account_not_found`, `permission_not_granted` or `expiry_invalid`.
        """
        account_id = draft.account_id or actor.account_id
        account = None if account_id is None else await self._session.get(Account, account_id)
        if account is None or not account.is_active:
            text = "There is no such account, or it is closed."
            raise InvalidInputError(text, field="account_id", code="account_not_found")
        _check_granted(draft.permissions, Role(account.role))
        now = self._clock.now()
        token = TOKEN_PREFIX + secrets.token_urlsafe(32)
        row = ApiToken(
            id=uuid4(), name=draft.name, token_hash=hash_token(token), account_id=account.id,
            permissions=sorted(item.value for item in set(draft.permissions)), created_by_name=actor.name,
            created_at=now, expires_at=now + timedelta(days=draft.days), last_used_at=None, revoked_at=None,
        )  # fmt: skip
        self._session.add(row)
        await self._session.flush()
        details = {"permissions": len(row.permissions), "days": draft.days}
        self._audit.record(self._session, actor, "api_token.created", "api_token", row.id, details=details)
        return ApiTokenCreated(token=token, view=self._view(row, account))

    async def revoke(self, actor: Actor, token_id: UUID) -> ApiTokenView:
        """End a token at once.

        Raises:
            NotFoundError: `api_token_not_found`.
            ConflictError: `api_token_revoked`: it was ended before.
        """
        row = await self._session.get(ApiToken, token_id, with_for_update=True)
        if row is None:
            raise NotFoundError("There is no such token.", code="api_token_not_found")
        if row.revoked_at is not None:
            raise ConflictError("The token was revoked before.", code="api_token_revoked")
        row.revoked_at = self._clock.now()
        self._audit.record(self._session, actor, "api_token.revoked", "api_token", row.id)
        account = await self._session.get_one(Account, row.account_id)
        return self._view(row, account)

    def _view(self, row: ApiToken, account: Account) -> ApiTokenView:
        copied = ApiTokenView.model_fields.keys() - {"account_name", "is_live"}
        is_live = row.revoked_at is None and row.expires_at > self._clock.now() and account.is_active
        values = {name: getattr(row, name) for name in copied}
        return ApiTokenView.model_validate(values | {"account_name": account.display_name, "is_live": is_live})


async def find_token(session: AsyncSession, clock: Clock, token: str) -> tuple[ApiToken, Account] | None:
    """Return a token that may be used now with its account, and note its use; None for any other text."""
    wanted = select(ApiToken, Account).join(Account, Account.id == ApiToken.account_id)
    found = (await session.execute(wanted.where(ApiToken.token_hash == hash_token(token)))).one_or_none()
    if found is None:
        return None
    row, account = found
    now = clock.now()
    if row.revoked_at is not None or row.expires_at <= now or not account.is_active:
        return None
    if row.last_used_at is None or now - row.last_used_at >= USED_RESOLUTION:
        await session.execute(update(ApiToken).where(ApiToken.id == row.id).values(last_used_at=now))
    return row, account


def _check_granted(permissions: Sequence[Permission], role: Role) -> None:
    for place, permission in enumerate(permissions):
        if permission in NEVER_GRANTED or permission not in PERMISSIONS[role]:
            text = f"A token of this account cannot have the permission {permission.value}."
            raise InvalidInputError(text, field=f"permissions.{place}", code="permission_not_granted")
