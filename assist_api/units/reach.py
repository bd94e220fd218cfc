"""Turns a scope into the rows that an account may touch: a filter for statements and a check for one row."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, or_, select, true
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from assist_api.http.permissions import Permission
from assist_api.http.principal import CurrentAccount
from assist_api.http.scopes import Scope, scope_of_role
from assist_api.units.models import Unit
from assist_api.units.tree import UnitNode, UnitTree
from kit.errors import NotAllowedError

Column = InstrumentedAttribute[Any]


@dataclass(frozen=True, slots=True)
class Reach:
    """Whose rows an account may touch with one permission.

    Attributes:
        account_id: The account; its own rows are always within reach.
        scope: How far the permission reaches.
        unit_ids: Units whose rows are within reach; not looked at when the scope is `all`.
    """

    account_id: UUID
    scope: Scope
    unit_ids: frozenset[UUID] = frozenset()

    def rows(self, *, owner: Column, unit: Column) -> ColumnElement[bool]:
        """Return the condition for rows within reach.

        Args:
            owner: Column with the account whose row it is.
            unit: Column with the unit of that account at the time of the row.
        """
        if self.scope is Scope.ALL:
            return true()
        if not self.unit_ids:
            return owner == self.account_id
        return or_(owner == self.account_id, unit.in_(self.unit_ids))

    def covers(self, *, owner_id: UUID | None, unit_id: UUID | None) -> bool:
        """Tell whether one row is within reach."""
        return self.scope is Scope.ALL or owner_id == self.account_id or unit_id in self.unit_ids


def scope_of(account: CurrentAccount, permission: Permission) -> Scope:
    """Return how far the account's permission reaches.

    Raises:
        NotAllowedError: The account lacks the permission.
    """
    scope = scope_of_role(account.role, permission) if account.may(permission) else None
    if scope is None:
        raise NotAllowedError(f"This needs the permission {permission.value}.", permission=permission.value)
    return scope


async def reach_of(session: AsyncSession, account: CurrentAccount, permission: Permission) -> Reach:
    """Return whose rows the account may touch with the permission.

    Raises:
        NotAllowedError: The account lacks the permission.
    """
    scope = scope_of(account, permission)
    if scope in {Scope.OWN, Scope.ALL}:
        return Reach(account.id, scope)
    return reach_in(await load_tree(session), account, scope)


async def load_tree(session: AsyncSession) -> UnitTree:
    """Return the tree of all units."""
    rows = await session.execute(select(Unit.id, Unit.parent_id, Unit.sector))
    return UnitTree(UnitNode(row.id, row.parent_id, row.sector) for row in rows)


def reach_in(tree: UnitTree, account: CurrentAccount, scope: Scope) -> Reach:
    """Return whose rows a scope covers in a tree of units.

    An installation without units is one team, so every scope from `team` on covers all of it. Where there are units,
    an account that belongs to none reaches only its own rows.
    """
    if scope is Scope.ALL or (tree.is_empty and scope is not Scope.OWN):
        return Reach(account.id, Scope.ALL)
    unit_id = account.unit_id
    if scope is Scope.OWN or unit_id is None or unit_id not in tree:
        return Reach(account.id, Scope.OWN)
    if scope is Scope.TEAM:
        return Reach(account.id, scope, frozenset({unit_id}))
    unit_ids = tree.with_all_below(unit_id)
    if scope is Scope.SECTOR and (sector := tree.sector_of(unit_id)) is not None:
        unit_ids |= tree.with_sector(sector)
    return Reach(account.id, scope, unit_ids)
