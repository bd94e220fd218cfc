from __future__ import annotations

from uuid import UUID

import pytest

from assist_api.audit.log import AuditLog
from assist_api.audit.models import AuditEntry
from assist_api.audit.repository import AuditFilter
from assist_api.audit.service import AuditReader
from assist_api.http.actor import Actor
from assist_api.http.permissions import Permission, Role
from assist_api.http.principal import CurrentAccount
from assist_api.organisation.schemas import UnitChange, UnitCreation
from assist_api.organisation.service import UnitService
from assist_api.units.reach import reach_of
from assist_api.units.tree import UnitKind
from kit.db import Database
from kit.errors import ConflictError, InvalidInputError, NotAllowedError, NotFoundError
from tests.fakes.kb_core_clock import SteppingClock

pytestmark = pytest.mark.module

ADMIN = Actor(UUID(int=7), "管理员", "admin")


def account(role: Role, unit_id: UUID | None) -> CurrentAccount:
    return CurrentAccount(UUID(int=1), UUID(int=2), "li.na", "李娜", role, "en", False, unit_id)


async def test_tree_is_built_level_by_level_and_every_change_is_an_entry(database: Database) -> None:
    clock = SteppingClock()
    async with database.session() as session:
        units = UnitService(session, clock, AuditLog(clock))
        company = await units.create(ADMIN, UnitCreation(kind=UnitKind.COMPANY, name="供电公司", sector="power"))
        with pytest.raises(InvalidInputError, match="directly below a department"):
            await units.create(ADMIN, UnitCreation(kind=UnitKind.TEAM, name="一组", parent_id=company.id))
        with pytest.raises(InvalidInputError, match="no unit above"):
            await units.create(ADMIN, UnitCreation(kind=UnitKind.COMPANY, name="二", parent_id=company.id))
        below = UnitCreation(kind=UnitKind.DEPARTMENT, name="客服部", parent_id=company.id)
        department = await units.create(ADMIN, below)
        with pytest.raises(ConflictError):
            await units.create(ADMIN, below)
        await units.change(ADMIN, department.id, UnitChange(name="客服中心", sector=None))
        with pytest.raises(ConflictError, match="move them first"):
            await units.remove(ADMIN, company.id)
        with pytest.raises(NotFoundError):
            await units.assign(ADMIN, UUID(int=99), company.id)
        await units.remove(ADMIN, department.id)
        assert [unit.name for unit in (await units.list_all()).items] == ["供电公司"]
    entries = await AuditReader(database).page(AuditFilter(object_kind="unit"), limit=9)
    assert [entry.action for entry in entries] == ["unit.removed", "unit.changed", "unit.created", "unit.created"]


async def test_supervisor_sees_entries_of_the_own_unit_and_below(database: Database) -> None:
    clock = SteppingClock()
    log = AuditLog(clock)
    async with database.session() as session:
        units = UnitService(session, clock, log)
        company = await units.create(ADMIN, UnitCreation(kind=UnitKind.COMPANY, name="供电公司"))
        made = [
            await units.create(ADMIN, UnitCreation(kind=UnitKind.DEPARTMENT, name=name, parent_id=company.id))
            for name in ("客服部", "营销部")
        ]
        team = await units.create(ADMIN, UnitCreation(kind=UnitKind.TEAM, name="一组", parent_id=made[0].id))
        for number, unit_id in enumerate((company.id, made[0].id, made[1].id, team.id)):
            actor = Actor(UUID(int=100 + number), "x", "agent", unit_id)
            log.record(session, actor, "call.listened", "call", str(number))

    async def seen(role: Role, unit_id: UUID | None) -> list[str]:
        async with database.session() as session:
            reach = await reach_of(session, account(role, unit_id), Permission.READ_AUDIT)
        rows: list[AuditEntry] = list(
            await AuditReader(database).page(AuditFilter(action="call.listened", reach=reach), limit=9)
        )
        return sorted(row.object_id for row in rows)

    assert await seen(Role.ADMIN, None) == ["0", "1", "2", "3"]
    assert await seen(Role.SUPERVISOR, company.id) == ["0", "1", "2", "3"]
    assert await seen(Role.SUPERVISOR, made[0].id) == ["1", "3"]
    assert await seen(Role.SUPERVISOR, None) == []
    with pytest.raises(NotAllowedError):
        await seen(Role.AGENT, company.id)
