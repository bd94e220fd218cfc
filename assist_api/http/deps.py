"""What endpoints depend on: the services, one transaction per request, and who asks."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Annotated

from fastapi import Depends
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.requests import HTTPConnection

from assist_api.composition import Services
from assist_api.http.permissions import Permission
from assist_api.http.principal import CurrentAccount
from kit.errors import NotAllowedError, NotSignedInError

SESSION_COOKIE = "tingzhi_session"


async def get_services(connection: HTTPConnection) -> Services:
    """Return what the composition root built; the lifespan put it there."""
    services: Services = connection.app.state.services
    return services


ServicesDep = Annotated[Services, Depends(get_services)]


async def get_session(services: ServicesDep) -> AsyncIterator[AsyncSession]:
    """Yield the request's transaction."""
    async with services.database.session() as session:
        yield session


SessionDep = Annotated[AsyncSession, Depends(get_session, scope="function")]
"""Commits before the response leaves (`scope="function"`), so that a failed commit is never a 200.

Not for WebSocket routes: a socket must not hold a transaction while it is open.
"""


async def get_account_in_any_state(connection: HTTPConnection, services: ServicesDep) -> CurrentAccount:
    """Return the signed-in account, also while its password is a temporary one.

    Works for requests and WebSocket handshakes; uses a transaction of its own.

    Raises:
        NotSignedInError: No valid session came with the request.
    """
    account = await services.sessions.find_current(connection.cookies.get(SESSION_COOKIE))
    if account is None:
        raise NotSignedInError("Sign in first.")
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


def permitted(permission: Permission) -> Callable[[CurrentAccount], Awaitable[CurrentAccount]]:
    """Return a dependency that lets only accounts with the permission through and gives the account.

    Use: `account: Annotated[CurrentAccount, Depends(permitted(Permission.SEARCH))]`.
    """

    async def get_permitted_account(account: CurrentAccountDep) -> CurrentAccount:
        account.require(permission)
        return account

    return get_permitted_account
