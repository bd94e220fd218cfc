"""What the endpoints of API tokens take and give."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field, StringConstraints

from assist_api.http.permissions import Permission
from assist_api.http.schemas import InputModel, OutputModel

MAX_DAYS = 366


class ApiTokenDraft(InputModel):
    """A new token."""

    name: Annotated[str, StringConstraints(strip_whitespace=True, min_length=2, max_length=40)]
    account_id: UUID | None = Field(default=None, description="Account that the program acts for; oneself by default")
    permissions: list[Permission] = Field(min_length=1, max_length=40)
    days: Annotated[int, Field(ge=1, le=MAX_DAYS)] = Field(default=90, description="How long it works")


class ApiTokenView(OutputModel):
    """A token without its secret."""

    id: UUID
    name: str
    account_id: UUID
    account_name: str
    permissions: list[Permission]
    created_by_name: str
    created_at: datetime
    expires_at: datetime
    last_used_at: datetime | None
    revoked_at: datetime | None
    is_live: bool = Field(description="Neither expired nor revoked, and the account may sign in")


class ApiTokenCreated(OutputModel):
    """A fresh token; the secret is shown this one time."""

    token: str
    view: ApiTokenView


class ApiTokens(OutputModel):
    """Every token, the newest first, and the permissions that one can have."""

    items: list[ApiTokenView]
    grantable: list[Permission]
