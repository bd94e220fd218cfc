"""The core: what every module is built from, and nothing of any module."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from assist_api.http.principal import CurrentAccount
from assist_api.settings import AssistSettings
from kit.clock import Clock
from kit.db import Database


class SignedInAccounts(Protocol):
    """The part of `assist_api.accounts.sessions.SessionService` that every request needs."""

    async def find_current(self, token: str | None) -> CurrentAccount | None:
        """Return the account behind a session token; None when there is no such session or it is over."""
        ...


@dataclass(frozen=True, slots=True)
class Core:
    """Shared parts that live as long as the process.

    Attributes:
        settings: Of this installation.
        database: Every table of every module.
        clock: Time of everything that is stored, and of every pause.
        sessions: Finds the account that makes a request.
    """

    settings: AssistSettings
    database: Database
    clock: Clock
    sessions: SignedInAccounts
