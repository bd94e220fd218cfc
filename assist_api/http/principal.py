"""Who makes a request."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from assist_api.http.permissions import PERMISSIONS, Permission, Role
from kit.errors import NotAllowedError


@dataclass(frozen=True, slots=True)
class CurrentAccount:
    """A signed-in account, as far as requests need to know it."""

    id: UUID
    session_id: UUID
    username: str
    display_name: str
    role: Role
    locale: str
    must_change_password: bool
    unit_id: UUID | None = None
    granted: frozenset[Permission] | None = None
    """What the token of a program grants; None for a person."""

    @property
    def permissions(self) -> frozenset[Permission]:
        """What the role may do, and the token of a program grants."""
        of_role = PERMISSIONS[self.role]
        return of_role if self.granted is None else of_role & self.granted

    def may(self, permission: Permission) -> bool:
        """Tell whether the account has the permission."""
        return permission in self.permissions

    def require(self, permission: Permission) -> None:
        """Insist on a permission.

        Raises:
            NotAllowedError: The account's role lacks it.
        """
        if not self.may(permission):
            raise NotAllowedError(f"This needs the permission {permission.value}.", permission=permission.value)
