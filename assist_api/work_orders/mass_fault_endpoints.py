"""HTTP: mass faults of the last hour."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, status

from assist_api.audit.deps import ActorDep
from assist_api.http.deps import CoreDep, SessionDep, permitted
from assist_api.http.permissions import Permission
from assist_api.http.principal import CurrentAccount
from assist_api.notices.endpoints import NoticesDep
from assist_api.work_orders.endpoints import OrdersDep
from assist_api.work_orders.mass_fault_service import MassFaultService
from assist_api.work_orders.schemas import ConfirmedMassFault, MassFaultConfirmation, MassFaults

router = APIRouter(prefix="/work-orders/mass-faults", tags=["work orders"])
Director = Annotated[CurrentAccount, Depends(permitted(Permission.DIRECT_ORDERS))]


async def get_mass_faults(
    session: SessionDep, core: CoreDep, orders: OrdersDep, notices: NoticesDep
) -> MassFaultService:
    """Return the mass faults of this request."""
    return MassFaultService(session, core.clock, orders, notices)


MassFaultsDep = Annotated[MassFaultService, Depends(get_mass_faults)]


@router.get("")
async def list_mass_faults(account: Director, faults: MassFaultsDep) -> MassFaults:
    """List the mass faults of the last hour that nobody has confirmed yet."""
    return await faults.now(account)


@router.post("", status_code=status.HTTP_201_CREATED)
async def confirm_mass_fault(
    confirmation: MassFaultConfirmation, account: Director, actor: ActorDep, faults: MassFaultsDep
) -> ConfirmedMassFault:
    """Gather the orders of a mass fault under one and make the notice of its area."""
    return await faults.confirm(account, actor, confirmation)
