"""Who may do what: one matrix, read by every endpoint and by the page."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType


class Role(StrEnum):
    """What an account is for."""

    AGENT = "agent"
    CURATOR = "curator"
    SUPERVISOR = "supervisor"
    TRAINER = "trainer"
    ADMIN = "admin"


class Permission(StrEnum):
    """One thing an endpoint asks for; `own` means calls that the account itself took or started."""

    READ_OWN_CALLS = "calls.read_own"
    READ_ALL_CALLS = "calls.read_all"
    HEAR_OWN_CALLS = "calls.hear_own"
    HEAR_ALL_CALLS = "calls.hear_all"
    REPLAY_CALLS = "calls.replay"
    ACT_ON_ALL_CALLS = "calls.act_on_all"
    """Stop calls of others, choose their category and judge their suggestions."""
    GIVE_FEEDBACK = "suggestions.give_feedback"
    SEARCH = "knowledge.search"
    READ_ENTRIES = "knowledge.read"
    EDIT_ENTRIES = "knowledge.edit"
    MAKE_CASES = "cases.make"
    """Of calls that the account may read."""
    EDIT_CASES = "cases.edit"
    READ_IDENTIFIED_CASES = "cases.read_identified"
    """Names, numbers and addresses in cases that somebody else made."""
    READ_HEALTH = "health.read"
    MANAGE_ACCOUNTS = "accounts.manage"
    MANAGE_UNITS = "units.manage"
    READ_AUDIT = "audit.read"
    MANAGE_POLICIES = "policies.manage"
    READ_CUSTOMERS = "customers.read"
    EDIT_CUSTOMERS = "customers.edit"
    READ_ORDERS = "work_orders.read"
    HANDLE_ORDERS = "work_orders.handle"
    """Take, dispatch, urge and call back."""
    DIRECT_ORDERS = "work_orders.direct"
    """Review, suspend, merge and cancel."""
    MANAGE_JOBS = "jobs.manage"
    """See, cancel and retry jobs that somebody else ordered."""
    TAKE_CALLS = "telephony.take_calls"
    """Work with one's own telephone: sign it in, be ready, pass calls on."""


_EVERYONE = frozenset(
    {
        Permission.READ_OWN_CALLS,
        Permission.HEAR_OWN_CALLS,
        Permission.REPLAY_CALLS,
        Permission.GIVE_FEEDBACK,
        Permission.SEARCH,
        Permission.READ_ENTRIES,
        Permission.MAKE_CASES,
        Permission.READ_HEALTH,
    }
)
_SERVICE = frozenset(
    {Permission.READ_CUSTOMERS, Permission.READ_ORDERS, Permission.HANDLE_ORDERS, Permission.TAKE_CALLS}
)
_DIRECTION = _SERVICE | {Permission.EDIT_CUSTOMERS, Permission.DIRECT_ORDERS}
_EVERY_CALL = frozenset({Permission.READ_ALL_CALLS, Permission.HEAR_ALL_CALLS})

PERMISSIONS: Mapping[Role, frozenset[Permission]] = MappingProxyType(
    {
        Role.AGENT: _EVERYONE | _SERVICE,
        Role.CURATOR: _EVERYONE | {Permission.EDIT_ENTRIES, Permission.EDIT_CASES, Permission.READ_IDENTIFIED_CASES},
        Role.SUPERVISOR: _EVERYONE
        | _EVERY_CALL
        | _DIRECTION
        | {Permission.ACT_ON_ALL_CALLS, Permission.READ_IDENTIFIED_CASES, Permission.READ_AUDIT},
        # A voice names its owner: who may not see identities does not hear until recordings are masked.
        Role.TRAINER: _EVERYONE | {Permission.READ_ALL_CALLS},
        Role.ADMIN: frozenset(Permission),
    }
)
"""The matrix; a role without a line here cannot exist."""
