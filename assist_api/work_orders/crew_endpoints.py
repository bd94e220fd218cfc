"""HTTP for crews: a bearer token instead of an account. The token is in no address, so no log can hold it."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request, status
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from assist_api.http.deps import CoreDep
from assist_api.work_orders.crews import order_of_token
from assist_api.work_orders.endpoints import CrewsDep
from assist_api.work_orders.repository import WorkOrderRepository
from assist_api.work_orders.schemas import CrewAppointment, CrewOrder, CrewReport, OrderPhotoView, VisitSlots
from assist_api.work_orders.transitions import OrderAction
from kit.errors import NotFoundError

router = APIRouter(prefix="/crew", tags=["crew"])
_bearer = HTTPBearer(auto_error=False, description="Token of a crew link")


async def get_token(given: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]) -> str:
    """Return the token of the request.

    Raises:
        NotFoundError: `crew_link_invalid`: there is none.
    """
    if given is None:
        raise NotFoundError("Open the link that you were sent.", code="crew_link_invalid")
    return given.credentials


TokenDep = Annotated[str, Depends(get_token)]


@router.get("/order")
async def get_crew_order(token: TokenDep, crews: CrewsDep) -> CrewOrder:
    """Return the order of the link."""
    return await crews.view(token)


@router.post("/accept")
async def accept_crew_order(token: TokenDep, crews: CrewsDep) -> CrewOrder:
    """Take the order."""
    return await crews.act(token, OrderAction.TAKE)


@router.post("/arrive")
async def arrive_at_crew_order(token: TokenDep, crews: CrewsDep) -> CrewOrder:
    """Say that the crew is on site."""
    return await crews.act(token, OrderAction.ARRIVE)


@router.post("/done")
async def finish_crew_order(report: CrewReport, token: TokenDep, crews: CrewsDep) -> CrewOrder:
    """Report what was done."""
    return await crews.act(token, OrderAction.FINISH, report.result)


@router.get("/slots")
async def list_crew_slots(token: TokenDep, crews: CrewsDep) -> VisitSlots:
    """List when the crew's unit can come."""
    return await crews.slots(token)


@router.post("/appointment")
async def move_crew_appointment(moved: CrewAppointment, token: TokenDep, crews: CrewsDep) -> CrewOrder:
    """Make or move the appointment, as the crew agreed with the caller."""
    return await crews.appoint(token, moved.starts_at, moved.reason)


async def read_photo(request: Request, token: TokenDep, core: CoreDep) -> bytes:
    """Return the body of the request; nothing of it is read before the token is known to be good.

    No transaction is open while a slow line sends.

    Raises:
        NotFoundError: `crew_link_invalid`.
    """
    async with core.database.session() as session:
        await order_of_token(WorkOrderRepository(session), core.clock, token)
    return await request.body()


PhotoDep = Annotated[bytes, Depends(read_photo)]
_PICTURE = {"schema": {"type": "string", "format": "binary"}}


@router.post(
    "/photo",
    status_code=status.HTTP_201_CREATED,
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {"image/jpeg": _PICTURE, "image/png": _PICTURE, "image/webp": _PICTURE},
        }
    },
)
async def add_crew_photo(content: PhotoDep, token: TokenDep, crews: CrewsDep) -> OrderPhotoView:
    """Send a photo of the work: the file itself is the body."""
    return await crews.add_photo(token, content)
