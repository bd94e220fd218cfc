"""Who acts: the part of an audit entry that comes from the request and not from the change."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from assist_api.http.principal import CurrentAccount

SYSTEM_ROLE = "system"
"""Role of entries that no account wrote: jobs, and commands of whoever may start them on the machine."""
NOBODY = "nobody"
"""Name and role of somebody who has not signed in."""


@dataclass(frozen=True, slots=True)
class Actor:
    """The person or program that an audit entry names.

    Attributes:
        account_id: None for a program.
        name: Name of the person at that time, or of the program.
        role: Role of the account at that time, or `SYSTEM_ROLE`.
        unit_id: Unit of the account at that time; None without one.
        address: Network address of the client; empty for a program on this machine.
        session_id: Signed-in session; None for a program.
    """

    account_id: UUID | None
    name: str
    role: str
    unit_id: UUID | None = None
    address: str = ""
    session_id: UUID | None = None


def actor_of(account: CurrentAccount, address: str = "") -> Actor:
    """Return the actor of a signed-in account."""
    return Actor(account.id, account.display_name, account.role.value, account.unit_id, address, account.session_id)


def nobody(address: str) -> Actor:
    """Return the actor of somebody who has not signed in."""
    return Actor(None, NOBODY, NOBODY, address=address)


def program(name: str) -> Actor:
    """Return the actor of a job or a command, such as `audit export`."""
    return Actor(None, name, SYSTEM_ROLE)
