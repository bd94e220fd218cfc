"""What the accounts and session endpoints take and give."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field, SecretStr, StringConstraints

from assist_api.http.permissions import Permission, Role
from assist_api.http.schemas import InputModel, OutputModel

Locale = Literal["zh-CN", "en"]
Username = Annotated[str, StringConstraints(strip_whitespace=True, min_length=2, max_length=64, pattern=r"^[\w.@-]+$")]
DisplayName = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=64)]
Extension = Annotated[str, StringConstraints(strip_whitespace=True, max_length=20, pattern=r"^[0-9]*$")]
Password = Annotated[SecretStr, Field(min_length=1, max_length=256)]


class SignIn(InputModel):
    """Name and password."""

    username: Annotated[str, StringConstraints(min_length=1, max_length=64)]
    password: Password


class PasswordChange(InputModel):
    """A new password, proved by the present one."""

    current_password: Password
    new_password: Password


class SignedInAccount(OutputModel):
    """The account behind the session."""

    id: UUID
    username: str
    display_name: str
    role: Role
    locale: Locale
    must_change_password: bool


class SessionView(OutputModel):
    """Who is signed in, and what they may do."""

    account: SignedInAccount
    permissions: list[Permission]
    time_zone: str = Field(description="Of the installation (tz database); pages show every time in it")


class OwnSession(OutputModel):
    """A browser in which the account is signed in."""

    id: UUID
    created_at: datetime
    """When it signed in."""
    seen_at: datetime
    """When it was last used, to the minute."""
    expires_at: datetime
    is_current: bool
    """Whether it is the one that asks."""


class OwnSessionList(OutputModel):
    """Every browser in which the account is signed in, last used first."""

    items: list[OwnSession]


class AccountView(SignedInAccount):
    """An account as the administrator sees it."""

    is_active: bool
    created_at: datetime
    extension: str | None
    """Number of the agent's telephone."""


class AccountList(OutputModel):
    """Every account, by name."""

    items: list[AccountView]


class AccountCreation(InputModel):
    """A new account; its password is temporary and must be changed at the first sign-in."""

    username: Username
    display_name: DisplayName
    role: Role
    password: Password
    locale: Locale = "zh-CN"


class AccountChange(InputModel):
    """What to change; absent fields stay. A new password is temporary and ends the account's sessions."""

    display_name: DisplayName | None = None
    role: Role | None = None
    locale: Locale | None = None
    is_active: bool | None = None
    extension: Extension | None = None
    """Number of the agent's telephone; empty takes it away."""
    password: Password | None = None
