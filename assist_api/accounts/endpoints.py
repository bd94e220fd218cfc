"""HTTP: sign-in, one's own session, and accounts for the administrator."""

from __future__ import annotations

from functools import partial
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response, status
from sqlalchemy.ext.asyncio import AsyncSession

from assist_api.accounts.models import Account
from assist_api.accounts.schemas import (
    AccountChange,
    AccountCreation,
    AccountList,
    AccountView,
    OwnSession,
    OwnSessionList,
    PasswordChange,
    SessionView,
    SignedInAccount,
    SignIn,
)
from assist_api.accounts.service import AccountService
from assist_api.accounts.sessions import SessionService, current_account
from assist_api.audit.deps import ActorDep, AuditDep
from assist_api.http.core import Core, DetailValue
from assist_api.http.deps import (
    SESSION_COOKIE,
    AccountInAnyStateDep,
    CoreDep,
    CurrentAccountDep,
    SessionDep,
    permitted,
    provided,
)
from assist_api.http.permissions import Permission
from assist_api.http.principal import CurrentAccount
from kit.commit_hooks import call_after_commit
from kit.errors import InvalidInputError

router = APIRouter()
Admin = Annotated[CurrentAccount, Depends(permitted(Permission.MANAGE_ACCOUNTS))]


async def get_account_service(session: SessionDep, core: CoreDep) -> AccountService:
    """Return the account service of this request."""
    return AccountService(session, core.clock)


SessionsDep = Annotated[SessionService, Depends(provided(SessionService))]
AccountServiceDep = Annotated[AccountService, Depends(get_account_service)]


@router.post("/session", tags=["session"])
async def sign_in(
    credentials: SignIn, request: Request, response: Response, sessions: SessionsDep, core: CoreDep
) -> SessionView:
    """Sign in; the answer sets the session cookie. From the fifth failure on a name waits, a minute at most."""
    account, token = await sessions.sign_in(
        credentials.username,
        credentials.password.get_secret_value(),
        address=_address(request),
        previous_token=request.cookies.get(SESSION_COOKIE),
    )
    _set_cookie(request, response, core, token)
    return _session_view(account, core)


@router.get("/session", tags=["session"])
async def get_session_view(account: AccountInAnyStateDep, core: CoreDep) -> SessionView:
    """Tell who is signed in and what they may do."""
    return _session_view(account, core)


@router.delete("/session", status_code=status.HTTP_204_NO_CONTENT, tags=["session"])
async def sign_out(request: Request, response: Response, sessions: SessionsDep) -> None:
    """Sign out; also well without a session."""
    await sessions.sign_out(request.cookies.get(SESSION_COOKIE), address=_address(request))
    response.delete_cookie(SESSION_COOKIE, path="/", httponly=True, samesite="strict")


@router.post("/session/password", tags=["session"])
async def change_password(
    change: PasswordChange,
    request: Request,
    response: Response,
    core: CoreDep,
    session: SessionDep,
    current: AccountInAnyStateDep,
    sessions: SessionsDep,
    accounts: AccountServiceDep,
    audit: AuditDep,
    actor: ActorDep,
) -> SessionView:
    """Choose a new password; other browsers of this account are signed out, and this one gets a new cookie."""
    present = change.current_password.get_secret_value()
    if not await sessions.confirm_password(current, present, address=_address(request)):
        text = "The present password is another one."
        raise InvalidInputError(text, field="current_password", code="wrong_current_password")
    account = await accounts.change_own_password(current, present, change.new_password.get_secret_value())
    audit.record(session, actor, "account.password_changed", "account", account.id)
    _set_cookie(request, response, core, await accounts.renew_token(current.session_id))
    _tell_sockets(session, core, current.id)
    return _session_view(current_account(account, current.session_id), core)


@router.get("/session/browsers", tags=["session"])
async def list_own_sessions(current: CurrentAccountDep, accounts: AccountServiceDep) -> OwnSessionList:
    """List the browsers in which one is signed in."""
    rows = await accounts.own_sessions(current.id)
    return OwnSessionList(
        items=[
            OwnSession(
                id=row.id,
                created_at=row.created_at,
                seen_at=row.seen_at,
                expires_at=row.expires_at,
                is_current=row.id == current.session_id,
            )
            for row in rows
        ]
    )


@router.delete("/session/browsers", status_code=status.HTTP_204_NO_CONTENT, tags=["session"])
async def end_other_sessions(
    current: CurrentAccountDep,
    session: SessionDep,
    core: CoreDep,
    accounts: AccountServiceDep,
    audit: AuditDep,
    actor: ActorDep,
) -> None:
    """Sign out every browser of one's own but this one."""
    audit.record(session, actor, "session.closed", "account", current.id, details={"which": "others"})
    await accounts.end_other_sessions(current)
    _tell_sockets(session, core, current.id)


@router.delete("/session/browsers/{session_id}", status_code=status.HTTP_204_NO_CONTENT, tags=["session"])
async def end_own_session(
    session_id: UUID,
    current: CurrentAccountDep,
    session: SessionDep,
    core: CoreDep,
    accounts: AccountServiceDep,
    audit: AuditDep,
    actor: ActorDep,
) -> None:
    """Sign out one browser of one's own."""
    audit.record(session, actor, "session.closed", "account", current.id, details={"which": "one"})
    await accounts.end_own_session(current.id, session_id)
    _tell_sockets(session, core, current.id)


@router.get("/accounts", tags=["accounts"])
async def list_accounts(_admin: Admin, accounts: AccountServiceDep) -> AccountList:
    """List every account by name."""
    return AccountList(items=[_view(account) for account in await accounts.list_all()])


@router.post("/accounts", status_code=status.HTTP_201_CREATED, tags=["accounts"])
async def create_account(
    creation: AccountCreation,
    _admin: Admin,
    session: SessionDep,
    accounts: AccountServiceDep,
    audit: AuditDep,
    actor: ActorDep,
) -> AccountView:
    """Make an account with a temporary password."""
    made = _view(await accounts.create(creation))
    audit.record(session, actor, "account.created", "account", made.id, after=made, details={"role": made.role.value})
    return made


@router.patch("/accounts/{account_id}", tags=["accounts"])
async def change_account(
    account_id: UUID,
    change: AccountChange,
    _admin: Admin,
    session: SessionDep,
    core: CoreDep,
    accounts: AccountServiceDep,
    audit: AuditDep,
    actor: ActorDep,
) -> AccountView:
    """Change an account; the last administrator stays one."""
    before = _view(await accounts.get(account_id))
    after = _view(await accounts.change(account_id, change))
    details: dict[str, DetailValue] = {
        "role": after.role.value,
        "is_active": after.is_active,
        "has_new_password": change.password is not None,
    }
    audit.record(session, actor, "account.changed", "account", account_id, before=before, after=after, details=details)
    _tell_sockets(session, core, account_id)
    return after


def _tell_sockets(session: AsyncSession, core: Core, account_id: UUID) -> None:
    call_after_commit(session, partial(core.sessions.changes.tell, account_id))


def _set_cookie(request: Request, response: Response, core: Core, token: str) -> None:
    response.set_cookie(
        SESSION_COOKIE,
        token,
        max_age=int(core.settings.session_lifetime.total_seconds()),
        path="/",
        secure=core.settings.is_https or request.url.scheme == "https",
        httponly=True,
        samesite="strict",
    )


def _address(request: Request) -> str:
    return request.client.host if request.client else ""


def _session_view(account: CurrentAccount, core: Core) -> SessionView:
    signed_in = SignedInAccount.model_validate({name: getattr(account, name) for name in SignedInAccount.model_fields})
    return SessionView(account=signed_in, permissions=sorted(account.permissions), time_zone=core.settings.time_zone)


def _view(account: Account) -> AccountView:
    return AccountView.model_validate({name: getattr(account, name) for name in AccountView.model_fields})
