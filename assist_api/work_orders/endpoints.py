"""HTTP: work orders, the order that a call suggests, and links for crews."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, get_args
from uuid import UUID

from fastapi import APIRouter, Depends, Query, status
from fastapi.responses import FileResponse

from assist_api.audit.deps import ActorDep, AuditDep
from assist_api.customers.endpoints import CustomersDep
from assist_api.customers.repository import CustomerRepository
from assist_api.customers.schemas import CustomerSector
from assist_api.http.deps import CoreDep, SessionDep, permitted, provided
from assist_api.http.permissions import Permission
from assist_api.http.principal import CurrentAccount
from assist_api.policies.service import Policies
from assist_api.work_orders.board import DispatchBoard
from assist_api.work_orders.crews import CrewService
from assist_api.work_orders.from_calls import CallOrders
from assist_api.work_orders.news import OrderNews
from assist_api.work_orders.policy import FIELDS, OrderType
from assist_api.work_orders.questions import field_questions
from assist_api.work_orders.repository import OrderFilter
from assist_api.work_orders.schemas import (
    BoardGroup,
    CrewLinkView,
    OrderActionRequest,
    OrderBoard,
    OrderDraft,
    OrderPage,
    OrderProposal,
    OrderUnits,
    OrderView,
    RequiredField,
    RequiredFields,
    SlotQuestion,
    VisitSlots,
)
from assist_api.work_orders.service import WorkOrderService
from assist_api.work_orders.transitions import OrderState
from kit.paging import MAX_PAGE_SIZE, decode_cursor

router = APIRouter(tags=["work orders"])
Reader = Annotated[CurrentAccount, Depends(permitted(Permission.READ_ORDERS))]
Handler = Annotated[CurrentAccount, Depends(permitted(Permission.HANDLE_ORDERS))]
PoliciesDep = Annotated[Policies, Depends(provided(Policies))]
NewsDep = Annotated[OrderNews, Depends(provided(OrderNews))]
PHOTO_FOLDER = Path("work-orders")


async def get_orders(
    session: SessionDep, core: CoreDep, audit: AuditDep, policies: PoliciesDep, customers: CustomersDep, news: NewsDep
) -> WorkOrderService:
    """Return the work orders of this request."""
    return WorkOrderService(session, core.clock, audit, core.outbox, policies, customers, core.settings.zone, news)


OrdersDep = Annotated[WorkOrderService, Depends(get_orders)]


async def get_crews(session: SessionDep, core: CoreDep, audit: AuditDep, orders: OrdersDep) -> CrewService:
    """Return the crews of this request."""
    return CrewService(session, core.clock, audit, orders, core.settings.data_dir / PHOTO_FOLDER)


async def get_board(session: SessionDep, core: CoreDep) -> DispatchBoard:
    """Return the board of this request."""
    return DispatchBoard(session, core.clock)


BoardDep = Annotated[DispatchBoard, Depends(get_board)]
CrewsDep = Annotated[CrewService, Depends(get_crews)]
CallOrdersDep = Annotated[CallOrders, Depends(provided(CallOrders))]


@router.get("/work-orders")
async def list_work_orders(
    account: Reader,
    orders: OrdersDep,
    core: CoreDep,
    state: OrderState | None = None,
    is_open: bool = False,
    is_overdue: bool = False,
    sector: CustomerSector | None = None,
    business_type: OrderType | None = None,
    unit_id: UUID | None = None,
    number: Annotated[str | None, Query(max_length=16)] = None,
    cursor: Annotated[str | None, Query(max_length=200)] = None,
    limit: Annotated[int, Query(ge=1, le=MAX_PAGE_SIZE)] = 50,
) -> OrderPage:
    """List the work orders of one's units, the newest first."""
    wanted = OrderFilter(
        state=state,
        is_open=is_open or is_overdue,
        sector=sector,
        business_type=business_type,
        unit_id=unit_id,
        number=number,
        overdue_at=core.clock.now() if is_overdue else None,
    )
    return await orders.page(account, wanted, limit=limit, place=decode_cursor(cursor))


@router.post("/work-orders", status_code=status.HTTP_201_CREATED)
async def create_work_order(draft: OrderDraft, account: Handler, actor: ActorDep, orders: OrdersDep) -> OrderView:
    """Make a work order; the same `idempotency_key` again gives the same order."""
    return await orders.create(account, actor, draft)


@router.get("/work-orders/units")
async def list_work_order_units(_account: Reader, orders: OrdersDep) -> OrderUnits:
    """List the units that orders can go to."""
    return await orders.units()


@router.get("/work-orders/fields")
async def list_work_order_fields(_account: Reader, policies: PoliciesDep) -> RequiredFields:
    """List the fields that each business type needs, with the question to ask for each."""
    rules, questions = policies.current(FIELDS), field_questions()
    types: dict[OrderType, list[RequiredField]] = {}
    for business_type in get_args(OrderType):
        asked = [(name, questions.get(name)) for name in rules.required(business_type)]
        types[business_type] = [
            RequiredField(
                field=name,
                fact=None if question is None else question.fact,
                question=None if question is None else question.wording(business_type),
            )
            for name, question in asked
        ]
    return RequiredFields(types=types)


@router.get("/work-orders/board")
async def get_order_board(
    account: Reader,
    board: BoardDep,
    group: BoardGroup = BoardGroup.STATE,
    sector: CustomerSector | None = None,
    unit_id: UUID | None = None,
) -> OrderBoard:
    """Return the open orders of one's units in columns, the most urgent first."""
    return await board.show(account, group, OrderFilter(sector=sector, unit_id=unit_id))


@router.post("/work-orders/slots")
async def find_visit_slots(question: SlotQuestion, _account: Reader, orders: OrdersDep) -> VisitSlots:
    """Say when a crew could come for an order that is still being written."""
    return await orders.slots_for(question)


@router.get("/work-orders/{order_id}/slots")
async def list_visit_slots(order_id: UUID, account: Reader, orders: OrdersDep) -> VisitSlots:
    """List when a crew of the order's unit can come."""
    return await orders.slots(account, order_id)


@router.get("/work-orders/{order_id}")
async def get_work_order(order_id: UUID, account: Reader, orders: OrdersDep) -> OrderView:
    """Return a work order with its clocks, its log and what its state allows."""
    return await orders.view(account, order_id)


@router.post("/work-orders/{order_id}/actions")
async def act_on_work_order(
    order_id: UUID, request: OrderActionRequest, account: Handler, actor: ActorDep, orders: OrdersDep
) -> OrderView:
    """Do something to a work order; 409 `work_order_transition_illegal` names the legal actions."""
    return await orders.act(account, actor, order_id, request)


@router.post("/work-orders/{order_id}/crew-link", status_code=status.HTTP_201_CREATED)
async def make_crew_link(
    order_id: UUID, account: Handler, actor: ActorDep, orders: OrdersDep, crews: CrewsDep
) -> CrewLinkView:
    """Make a link by which a crew works on the order without an account; an earlier link ends."""
    await orders.view(account, order_id)
    return await crews.make_link(actor, order_id)


@router.get(
    "/work-orders/{order_id}/photos/{photo_id}",
    response_class=FileResponse,
    responses={200: {"content": {"image/jpeg": {}, "image/png": {}, "image/webp": {}}}},
)
async def get_work_order_photo(
    order_id: UUID, photo_id: UUID, account: Reader, orders: OrdersDep, crews: CrewsDep
) -> FileResponse:
    """Return a photo that a crew sent."""
    await orders.view(account, order_id)
    path, media_type = await crews.photo(order_id, photo_id)
    return FileResponse(path, media_type=media_type, content_disposition_type="inline")


@router.get("/calls/{call_id}/work-order")
async def propose_work_order(
    call_id: UUID, account: Handler, session: SessionDep, proposals: CallOrdersDep, orders: OrdersDep,
    customers: CustomersDep,
) -> OrderProposal:  # fmt: skip
    """Return the work order that a call suggests, with evidence, and open orders of the caller."""
    return await proposals.propose(account, call_id, orders, customers, CustomerRepository(session))
