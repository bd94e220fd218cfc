"""Tables of accounts, their sessions and failed sign-ins."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import JSON, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from kit.db import Base, UTCDateTime


class Account(Base):
    """A person who signs in."""

    __tablename__ = "accounts"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    username: Mapped[str] = mapped_column(String(64), unique=True)
    """Folded (NFKC, lower case), so that one name cannot be registered in two spellings."""
    display_name: Mapped[str] = mapped_column(String(64))
    role: Mapped[str] = mapped_column(String(16))
    locale: Mapped[str] = mapped_column(String(8))
    password_hash: Mapped[str] = mapped_column(String(256))
    """Argon2id with its parameters."""
    must_change_password: Mapped[bool]
    is_active: Mapped[bool]
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    unit_id: Mapped[UUID | None] = mapped_column(ForeignKey("units.id"), index=True)
    """Place in the tree of units; None for an account that belongs to none."""
    extension: Mapped[str | None] = mapped_column(String(20), unique=True, index=True)
    """Number of the agent's telephone; None for an account without one."""

    @property
    def telephone(self) -> str | None:
        """Number of the account's telephone; without an extension, a user name of digits is one."""
        return self.extension or (self.username if self.username.isdecimal() else None)


class AccountSession(Base):
    """A signed-in browser. The token itself is only in the cookie."""

    __tablename__ = "account_sessions"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"), index=True)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    seen_at: Mapped[datetime] = mapped_column(UTCDateTime)
    expires_at: Mapped[datetime] = mapped_column(UTCDateTime, index=True)


class SignInFailures(Base):
    """Failed sign-ins of one name or one client address in the running window."""

    __tablename__ = "sign_in_failures"

    subject: Mapped[str] = mapped_column(String(80), primary_key=True)
    """`name:` or `address:` and a hash: people type passwords into the name field."""
    failures: Mapped[int]
    last_failed_at: Mapped[datetime] = mapped_column(UTCDateTime)


class ApiToken(Base):
    """A token by which a program of a third party acts for an account. The token itself is shown once."""

    __tablename__ = "api_tokens"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(40))
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"), index=True)
    permissions: Mapped[list[str]] = mapped_column(JSON)
    """What the program may do; never more than the account."""
    created_by_name: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    expires_at: Mapped[datetime] = mapped_column(UTCDateTime)
    last_used_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
