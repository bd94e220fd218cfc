"""How far a permission reaches: whose rows an account may touch with it. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from assist_api.http.permissions import PERMISSIONS, Permission, Role


class Scope(StrEnum):
    """Whose rows a permission covers; each covers what the ones before it cover.

    `own`: of the account itself. `team`: of its unit. `unit`: of its unit and every unit below. `sector`: of every
    unit that serves the same sector. `all`: of the whole installation.
    """

    OWN = "own"
    TEAM = "team"
    UNIT = "unit"
    SECTOR = "sector"
    ALL = "all"


SCOPES: Mapping[Permission, Mapping[Role, Scope]] = MappingProxyType(
    {
        Permission.READ_OWN_CALLS: dict.fromkeys(Role, Scope.OWN),
        Permission.HEAR_OWN_CALLS: dict.fromkeys(Role, Scope.OWN),
        Permission.READ_AUDIT: {Role.SUPERVISOR: Scope.UNIT},
        Permission.READ_ORDERS: {Role.AGENT: Scope.SECTOR, Role.SUPERVISOR: Scope.SECTOR},
        Permission.HANDLE_ORDERS: {Role.AGENT: Scope.SECTOR, Role.SUPERVISOR: Scope.SECTOR},
        Permission.DIRECT_ORDERS: {Role.SUPERVISOR: Scope.UNIT},
    }
)
"""Where a role's permission reaches less than the whole installation."""


def scope_of_role(role: Role, permission: Permission) -> Scope | None:
    """Return how far the role's permission reaches; None when the role lacks it."""
    if permission not in PERMISSIONS[role]:
        return None
    return SCOPES.get(permission, {}).get(role, Scope.ALL)
