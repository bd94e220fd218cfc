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
    FOLLOW_MUST_READS = "must_reads.follow"
    """See who has acknowledged a must-read publication, and remind the others."""
    CURATE = "curation.work"
    """Decide what becomes of flags, unanswered questions and findings."""
    MAKE_CASES = "cases.make"
    """Of calls that the account may read."""
    EDIT_CASES = "cases.edit"
    READ_IDENTIFIED_CASES = "cases.read_identified"
    """Names, numbers and addresses in cases that somebody else made."""
    READ_HEALTH = "health.read"
    MANAGE_ACCOUNTS = "accounts.manage"
    MANAGE_INTEGRATIONS = "integrations.manage"
    """API tokens and webhooks of third parties."""
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
    EDIT_FLOWS = "ivr.edit"
    """Speech flows: read, change and try them."""
    PUBLISH_FLOWS = "ivr.publish"
    """Put a version of a flow, or another flow for a number, before callers."""
    WATCH_FLOOR = "floor.watch"
    """See queues, agents, running calls and alerts as they are now."""
    DIRECT_FLOOR = "floor.direct"
    """Listen in, speak in, take over, set an agent's state, push a card."""
    HOLD_RECORDINGS = "recordings.hold"
    """Keep a recording from being deleted, and let it go again."""
    EXPORT_CALLS = "calls.export"
    """Take what a search across calls found away as a file; masked for who may not see identities."""
    LEARN = "training.learn"
    """See published lessons and take part."""
    TEACH = "training.teach"
    """Cut clips, make lessons and publish them."""
    READ_RESULTS = "training.read_results"
    """See how everyone did in lessons and exams."""
    SET_NEW_HIRES = "training.set_new_hires"
    """Put agents into new-hire mode, and fix their level of help."""
    CONFIRM_SKILLS = "skills.confirm"
    """Decide on the skills that passed exams propose."""
    READ_ROUTING = "routing.read"
    EDIT_ROUTING = "routing.edit"
    """Numbers, queues, rules and hours, and with them the configuration of the exchange."""
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
        Permission.LEARN,
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
        # Curators and trainers read and hear the calls of others masked: see the policy `call_masking`.
        Role.CURATOR: _EVERYONE
        | _EVERY_CALL
        | {Permission.EDIT_ENTRIES, Permission.CURATE, Permission.FOLLOW_MUST_READS, Permission.EDIT_FLOWS}
        | {Permission.EDIT_CASES, Permission.READ_IDENTIFIED_CASES},
        Role.SUPERVISOR: _EVERYONE
        | _EVERY_CALL
        | _DIRECTION
        | {Permission.ACT_ON_ALL_CALLS, Permission.READ_IDENTIFIED_CASES, Permission.READ_AUDIT}
        | {Permission.EDIT_FLOWS, Permission.PUBLISH_FLOWS, Permission.READ_ROUTING}
        | {Permission.WATCH_FLOOR, Permission.DIRECT_FLOOR, Permission.HOLD_RECORDINGS}
        | {Permission.EXPORT_CALLS, Permission.TEACH, Permission.READ_RESULTS, Permission.FOLLOW_MUST_READS}
        | {Permission.CONFIRM_SKILLS, Permission.SET_NEW_HIRES},
        Role.TRAINER: _EVERYONE
        | _EVERY_CALL
        | {Permission.EXPORT_CALLS, Permission.TEACH, Permission.READ_RESULTS, Permission.FOLLOW_MUST_READS}
        | {Permission.SET_NEW_HIRES},
        Role.ADMIN: frozenset(Permission),
    }
)
"""The matrix; a role without a line here cannot exist."""
