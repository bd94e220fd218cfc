"""HTTP: the tree of units and who belongs to them."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, status

from assist_api.audit.deps import ActorDep, AuditDep
from assist_api.http.deps import CoreDep, SessionDep, permitted
from assist_api.http.permissions import Permission
from assist_api.organisation.schemas import (
    Membership,
    OrganisationUnitList,
    OrganisationUnitView,
    UnitChange,
    UnitCreation,
)
from assist_api.organisation.service import UnitService

router = APIRouter(tags=["units"], dependencies=[Depends(permitted(Permission.MANAGE_UNITS))])


async def get_units(session: SessionDep, core: CoreDep, audit: AuditDep) -> UnitService:
    """Return the service of units of this request."""
    return UnitService(session, core.clock, audit)


UnitsDep = Annotated[UnitService, Depends(get_units)]


@router.get("/units")
async def list_units(units: UnitsDep) -> OrganisationUnitList:
    """List every unit by name."""
    return await units.list_all()


@router.post("/units", status_code=status.HTTP_201_CREATED)
async def create_unit(creation: UnitCreation, actor: ActorDep, units: UnitsDep) -> OrganisationUnitView:
    """Add a unit below another one."""
    return await units.create(actor, creation)


@router.put("/units/{unit_id}")
async def change_unit(unit_id: UUID, change: UnitChange, actor: ActorDep, units: UnitsDep) -> OrganisationUnitView:
    """Rename a unit or give it another sector."""
    return await units.change(actor, unit_id, change)


@router.delete("/units/{unit_id}", status_code=status.HTTP_204_NO_CONTENT)
async def remove_unit(unit_id: UUID, actor: ActorDep, units: UnitsDep) -> None:
    """Remove a unit that nobody belongs to."""
    await units.remove(actor, unit_id)


@router.put("/accounts/{account_id}/unit", status_code=status.HTTP_204_NO_CONTENT)
async def assign_account(account_id: UUID, membership: Membership, actor: ActorDep, units: UnitsDep) -> None:
    """Let an account belong to a unit, or to none."""
    await units.assign(actor, account_id, membership.unit_id)
