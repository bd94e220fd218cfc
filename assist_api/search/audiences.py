"""Whose entries an account has a right to."""

from __future__ import annotations

from collections.abc import Iterable

from assist_api.http.permissions import Permission
from assist_api.http.principal import CurrentAccount
from kb.kinds import Audience
from kit.errors import NotFoundError

EVERY_AUDIENCE = frozenset(Audience)


def audiences_of(account: CurrentAccount) -> frozenset[Audience]:
    """Return the audiences whose entries the account may see: every one for editors, that of agents for others."""
    return EVERY_AUDIENCE if account.may(Permission.EDIT_ENTRIES) else frozenset({Audience.AGENT})


def require_audience(account: CurrentAccount, audiences: Iterable[Audience]) -> None:
    """Insist that an entry of these audiences exists for the account.

    Raises:
        NotFoundError: It is meant for others.
    """
    if audiences_of(account).isdisjoint(audiences):
        raise NotFoundError("There is no such entry.", code="entry_not_found")
