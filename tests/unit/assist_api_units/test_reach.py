from __future__ import annotations

from uuid import UUID

import pytest

from assist_api.http.permissions import PERMISSIONS, Permission, Role
from assist_api.http.principal import CurrentAccount
from assist_api.http.scopes import SCOPES, Scope, scope_of_role
from assist_api.units.reach import reach_in
from assist_api.units.tree import UnitNode, UnitTree

pytestmark = pytest.mark.unit

COMPANY, POWER, WATER, POWER_TEAM, OTHER_COMPANY, OTHER_POWER = (UUID(int=number) for number in range(1, 7))
TREE = UnitTree(
    (
        UnitNode(COMPANY, None),
        UnitNode(POWER, COMPANY, "power"),
        UnitNode(WATER, COMPANY, "water"),
        UnitNode(POWER_TEAM, POWER),
        UnitNode(OTHER_COMPANY, None, "gas"),
        UnitNode(OTHER_POWER, OTHER_COMPANY, "power"),
    )
)
ME = UUID(int=77)


def account(unit_id: UUID | None) -> CurrentAccount:
    return CurrentAccount(ME, UUID(int=2), "li.na", "李娜", Role.SUPERVISOR, "en", False, unit_id)


@pytest.mark.parametrize(
    ("scope", "unit_id", "reached"),
    [
        (Scope.OWN, POWER, set()),
        (Scope.TEAM, POWER, {POWER}),
        (Scope.UNIT, POWER, {POWER, POWER_TEAM}),
        (Scope.UNIT, COMPANY, {COMPANY, POWER, WATER, POWER_TEAM}),
        (Scope.SECTOR, POWER_TEAM, {POWER, POWER_TEAM, OTHER_POWER}),
        (Scope.SECTOR, COMPANY, {COMPANY, POWER, WATER, POWER_TEAM}),
        (Scope.UNIT, None, set()),
        (Scope.SECTOR, UUID(int=99), set()),
    ],
)
def test_scope_reaches_these_units(scope: Scope, unit_id: UUID | None, reached: set[UUID]) -> None:
    reach = reach_in(TREE, account(unit_id), scope)
    assert reach.unit_ids == reached
    assert reach.covers(owner_id=ME, unit_id=None)
    assert reach.covers(owner_id=None, unit_id=WATER) is (WATER in reached)
    assert not reach.covers(owner_id=None, unit_id=None)


def test_installation_without_units_is_one_team() -> None:
    for scope in Scope:
        reach = reach_in(UnitTree(()), account(None), scope)
        assert reach.covers(owner_id=UUID(int=5), unit_id=None) is (scope is not Scope.OWN)


def test_scopes_are_given_only_to_roles_that_have_the_permission() -> None:
    for permission, roles in SCOPES.items():
        assert all(permission in PERMISSIONS[role] for role in roles)
    assert scope_of_role(Role.AGENT, Permission.READ_AUDIT) is None
    assert scope_of_role(Role.SUPERVISOR, Permission.READ_AUDIT) is Scope.UNIT
    assert scope_of_role(Role.ADMIN, Permission.READ_AUDIT) is Scope.ALL
