"""Dependencies of endpoints: the core, services by their type, one transaction per request, and who asks."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Annotated, TypeVar

from fastapi import Depends
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.requests import HTTPConnection

from assist_api.http.application import Application
from assist_api.http.core import Core
from assist_api.http.permissions import Permission
from assist_api.http.principal import CurrentAccount
from kit.errors import NotAllowedError, NotSignedInError

SESSION_COOKIE = "tingzhi_session"


T = TypeVar("T")
F = TypeVar("F", bound=Callable[..., object])


BEARER = "bearer "
_OWN_ACCOUNT = "/api/v1/session"


def bearer_token(connection: HTTPConnection) -> str | None:
    """Return the API token of a program's request, or None."""
    header = connection.headers.get("authorization", "")
    return header[len(BEARER) :].strip() if header.lower().startswith(BEARER) else None


def application_of(connection: HTTPConnection) -> Application:
    """Return the application that serves a request; the lifespan put it there."""
    application: Application = connection.app.state.application
    return application


async def get_core(connection: HTTPConnection) -> Core:
    """Return the core."""
    return application_of(connection).core


CoreDep = Annotated[Core, Depends(get_core)]


def provided(kind: type[T]) -> Callable[[HTTPConnection], Awaitable[T]]:
    """Return a dependency that gives the service of this type, whichever module provides it.

    Use: `CallsDep = Annotated[CallService, Depends(provided(CallService))]`.
    """

    async def get_provided(connection: HTTPConnection) -> T:
        return application_of(connection).get(kind)

    return get_provided


async def get_session(core: CoreDep) -> AsyncIterator[AsyncSession]:
    """Yield the request's transaction."""
    async with core.database.session() as session:
        yield session


SessionDep = Annotated[AsyncSession, Depends(get_session, scope="function")]
"""Commits before the response leaves (`scope="function"`), so that a failed commit is never a 200.

Not for WebSocket routes: a socket must not hold a transaction while it is open.
"""


async def get_account_in_any_state(connection: HTTPConnection, core: CoreDep) -> CurrentAccount:
    """Return the signed-in account, also while its password is a temporary one.

    Works for requests and WebSocket handshakes; uses a transaction of its own.

    Raises:
        NotSignedInError: No valid session came with the request.
    """
    program = bearer_token(connection)
    account = await core.sessions.find_current(program or connection.cookies.get(SESSION_COOKIE))
    if account is None:
        raise NotSignedInError("Sign in first." if program is None else "The token has ended, or there is no such one.")
    if program is not None and connection.scope["path"].startswith(_OWN_ACCOUNT):
        raise NotAllowedError("A program has no session or password of its own.", code="not_for_programs")
    return account


AccountInAnyStateDep = Annotated[CurrentAccount, Depends(get_account_in_any_state)]


async def get_current_account(account: AccountInAnyStateDep) -> CurrentAccount:
    """Return the signed-in account.

    Raises:
        NotSignedInError: No valid session came with the request.
        NotAllowedError: `password_change_required`: the password is one that somebody else chose.
    """
    if account.must_change_password:
        raise NotAllowedError("Choose a password of your own first.", code="password_change_required")
    return account


CurrentAccountDep = Annotated[CurrentAccount, Depends(get_current_account)]


def asking_for(permission: Permission, dependency: F) -> F:
    """Note on a dependency which permission it asks for, so that lists and tests of routes find it."""
    dependency.permission = permission  # type: ignore[attr-defined]  # debt: functions have no typed attributes
    return dependency


def permitted(permission: Permission) -> Callable[[CurrentAccount], Awaitable[CurrentAccount]]:
    """Return a dependency that lets only accounts with the permission through and gives the account.

    Use: `account: Annotated[CurrentAccount, Depends(permitted(Permission.SEARCH))]`.
    """

    async def get_permitted_account(account: CurrentAccountDep) -> CurrentAccount:
        account.require(permission)
        return account

    return asking_for(permission, get_permitted_account)
