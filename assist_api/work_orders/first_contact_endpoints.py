"""HTTP: first-contact resolution."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query

from assist_api.http.deps import CoreDep, SessionDep, permitted, provided
from assist_api.http.permissions import Permission
from assist_api.http.principal import CurrentAccount
from assist_api.policies.service import Policies
from assist_api.work_orders.first_contact_service import FirstContactService
from assist_api.work_orders.policy import FIRST_CONTACT
from assist_api.work_orders.schemas import FirstContactReport

router = APIRouter(tags=["work orders"])
Director = Annotated[CurrentAccount, Depends(permitted(Permission.DIRECT_ORDERS))]


@router.get("/work-orders/first-contact")
async def read_first_contact_report(
    account: Director,
    session: SessionDep,
    core: CoreDep,
    policies: Annotated[Policies, Depends(provided(Policies))],
    days: Annotated[int, Query(ge=1, le=366)] = 30,
) -> FirstContactReport:
    """Return how many matters of one's units were settled at the first contact: per agent, business type and area."""
    recall_days = policies.current(FIRST_CONTACT).recall_days
    return await FirstContactService(session, core.clock).report(account, days=days, recall_days=recall_days)
