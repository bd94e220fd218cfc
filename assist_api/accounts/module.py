"""Accounts, their sessions and their roles."""

from __future__ import annotations

from collections.abc import Callable

from assist_api.accounts import token_endpoints
from assist_api.accounts.endpoints import router
from assist_api.accounts.service import AccountService
from assist_api.accounts.sessions import SessionService
from assist_api.http.actor import program
from assist_api.http.core import Core
from assist_api.http.module import Module
from kit.periodic import Loop

HOUSEKEEPING_SECONDS = 3600.0


def build(core: Core, sessions: SessionService, show_first_password: Callable[[str], None]) -> Module[SessionService]:
    """Build the module.

    Args:
        core: Shared parts.
        sessions: The service that `core` finds accounts with.
        show_first_password: Called at the first start with the administrator's generated password, which is kept
            nowhere else.
    """

    async def create_first_admin() -> None:
        given = core.settings.initial_admin_password
        async with core.database.session() as session:
            accounts = AccountService(session, core.clock)
            is_first = not await accounts.list_all()
            generated = await accounts.create_first_admin(None if given is None else given.get_secret_value())
            if is_first:
                (first,) = await accounts.list_all()
                core.audit.record(session, program("tingzhi serve"), "account.created", "account", first.id)
        # Only after the commit: a password that was shown works.
        if generated is not None:
            show_first_password(generated)

    async def aclose() -> None:
        sessions.close()

    return Module(
        name="accounts",
        service=sessions,
        routers=(router, token_endpoints.router),
        start=create_first_admin,
        aclose=aclose,
        loops=(Loop("forget-ended-sessions", HOUSEKEEPING_SECONDS, sessions.forget_ended, is_due_at_start=True),),
    )
