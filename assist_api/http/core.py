"""The core: what every module is built from, and nothing of any module."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from assist_api.http.account_changes import AccountChanges
from assist_api.http.actor import Actor
from assist_api.http.principal import CurrentAccount
from assist_api.settings import AssistSettings
from kit.clock import Clock
from kit.db import Database
from kit.jobs import JobQueue
from kit.outbox import Outbox

DetailValue = str | int | bool | None
"""Of the details of an audit entry."""


class SignedInAccounts(Protocol):
    """The part of `assist_api.accounts.sessions.SessionService` that every request needs."""

    @property
    def changes(self) -> AccountChanges:
        """Tells open sockets that an account or its sessions changed."""
        ...

    async def find_current(self, token: str | None) -> CurrentAccount | None:
        """Return the account behind a session token; None when there is no such session or it is over."""
        ...


class AuditTrail(Protocol):
    """The part of `assist_api.audit.log.AuditLog` that every module needs."""

    def record(
        self,
        session: AsyncSession,
        actor: Actor,
        action: str,
        object_kind: str,
        object_id: UUID | str,
        *,
        before: object = None,
        after: object = None,
        details: Mapping[str, DetailValue] | None = None,
    ) -> None:
        """Add an entry to the session's transaction; see `AuditLog.record`."""
        ...


@dataclass(frozen=True, slots=True)
class Core:
    """Shared parts that live as long as the process.

    Attributes:
        settings: Of this installation.
        database: Every table of every module.
        clock: Time of everything that is stored, and of every pause.
        sessions: Finds the account that makes a request.
        jobs: Orders durable jobs; their handlers are declared by modules.
        outbox: Takes events in the transaction of a change, and knows who receives them.
        audit: Records who did what, in the transaction of the change.
    """

    settings: AssistSettings
    database: Database
    clock: Clock
    sessions: SignedInAccounts
    jobs: JobQueue
    outbox: Outbox
    audit: AuditTrail
