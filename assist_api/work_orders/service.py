"""Work orders: make, find, act. One unit of work; the caller commits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from pydantic import JsonValue
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from assist_api.addresses.service import AddressFinder
from assist_api.customers.service import CustomerService
from assist_api.http.actor import Actor
from assist_api.http.core import AuditTrail
from assist_api.http.permissions import Permission
from assist_api.http.principal import CurrentAccount
from assist_api.policies.service import Policies
from assist_api.units.reach import Reach, reach_of
from assist_api.work_orders.areas import area_of
from assist_api.work_orders.callback_sampling import NOT_SAMPLED
from assist_api.work_orders.clock import appointment_of
from assist_api.work_orders.complaints import SUPERVISING, check_judge, findings_of, subject_of
from assist_api.work_orders.log import OrderEvent, Standing, after, replay
from assist_api.work_orders.models import WorkOrder, WorkOrderEventRow
from assist_api.work_orders.news import OrderNews
from assist_api.work_orders.policy import (
    DISPATCH,
    FIELDS,
    LIMITS,
    DispatchRule,
    OrderType,
    limits_for,
    unit_for,
)
from assist_api.work_orders.repository import OrderFilter, WorkOrderRepository
from assist_api.work_orders.sampler import SAMPLER, CallbackSampler
from assist_api.work_orders.schemas import (
    CallbackOutcome,
    ComplaintDraft,
    OrderActionRequest,
    OrderDraft,
    OrderLine,
    OrderPage,
    OrderUnit,
    OrderUnits,
    OrderView,
    SlotQuestion,
    VisitSlots,
)
from assist_api.work_orders.transitions import (
    COMPLAINT,
    COMPLAINT_STEPS,
    FINAL,
    OrderAction,
    OrderState,
    next_state,
)
from assist_api.work_orders.viewing import OrderViewer
from assist_api.work_orders.views import clocks_of, log_of, next_due, order_line
from assist_api.work_orders.visits import Visits
from kit.clock import Clock
from kit.errors import ConflictError, InvalidInputError, NotFoundError
from kit.outbox import Outbox
from kit.paging import PagePlace, cut_page

ORDERS_CHANGED = "work_orders.changed"
"""Topic of every change; the payload names order, action and state."""
ORDERS_ACCEPTED = "work_orders.accepted"
"""Topic of orders that leave for the business system."""
MISSES_BEFORE_UNREACHABLE = 3
MOST_OPEN = 20
"""Open orders of one caller that are shown."""
DIRECTED = frozenset(
    {OrderAction.REVIEW, OrderAction.VERIFY, OrderAction.SUSPEND, OrderAction.RESUME, OrderAction.MERGE,
     OrderAction.CANCEL, OrderAction.CHANGE_LIMIT}
)  # fmt: skip
"""Actions that need the permission `work_orders.direct`."""


def is_directed(action: OrderAction, business_type: str) -> bool:
    """Tell whether an action needs the permission `work_orders.direct`."""
    is_supervision = business_type == COMPLAINT and action in SUPERVISING
    return action in DIRECTED or is_supervision


NEEDS_REASON = frozenset(
    {OrderAction.RETURN, OrderAction.SUSPEND, OrderAction.ESCALATE, OrderAction.CANCEL, OrderAction.DROP_APPOINTMENT}
)
_BY_OUTCOME = {CallbackOutcome.UNSATISFIED: OrderAction.REOPEN, CallbackOutcome.NOT_REACHED: OrderAction.MISS}


class WorkOrderService:
    """What people do with work orders; each change is an event of the order, an audit entry and an outbox event."""

    def __init__(
        self, session: AsyncSession, clock: Clock, audit: AuditTrail, outbox: Outbox, policies: Policies,
        customers: CustomerService, zone: ZoneInfo, news: OrderNews | None = None,
    ) -> None:  # fmt: skip
        self._session = session
        self._orders = WorkOrderRepository(session)
        self._viewer = OrderViewer(session, clock, zone)
        self._addresses = AddressFinder(session)
        self._sampler = CallbackSampler(self._orders, policies)
        self._visits = Visits(session, clock, policies, zone)
        self._clock = clock
        self._audit = audit
        self._outbox = outbox
        self._policies = policies
        self._customers = customers
        self.zone = zone
        """Of the installation: days, working hours and times of visits are told in it."""
        self._news = news
        """None tells nobody, as when a demo is filled."""

    # Reading -----------------------------------------------------------------------------------------------------

    async def page(
        self, account: CurrentAccount, wanted: OrderFilter, *, limit: int, place: PagePlace | None
    ) -> OrderPage:
        """Return the orders that an account may see, the newest first."""
        reach = await reach_of(self._session, account, Permission.READ_ORDERS)
        rows = await self._orders.page(wanted, reach, limit=limit + 1, place=place)
        shown, cursor = cut_page(rows, limit, lambda row: (row.created_at, row.id))
        return OrderPage(items=await self.lines(shown), next_cursor=cursor)

    async def lines(self, orders: Sequence[WorkOrder]) -> list[OrderLine]:
        """Return orders as lines of a list."""
        names, now = await self._orders.unit_names(), self._clock.now()
        return [order_line(order, names, now) for order in orders]

    async def view(self, account: CurrentAccount, order_id: UUID) -> OrderView:
        """Return an order with its log.

        Raises:
            NotFoundError: There is no such order, or it belongs to a unit out of reach.
        """
        return await self._viewer.view(await self._reachable(account, order_id, Permission.READ_ORDERS), account)

    async def units(self) -> OrderUnits:
        """Return the units that orders can go to."""
        items = [OrderUnit.model_validate({"id": unit.id, "name": unit.name, "sector": unit.sector})
                 for unit in await self._orders.units()]  # fmt: skip
        return OrderUnits(items=items)

    async def open_of(self, customer_ids: Sequence[UUID], phones: Sequence[str] = ()) -> list[OrderLine]:
        """Return the orders of customers or under telephone numbers that are not over, the newest first."""
        return await self.lines(await self._orders.open_of_callers(customer_ids, phones, MOST_OPEN))

    def required(self, business_type: OrderType) -> tuple[str, ...]:
        """Return the fields that an order of this type must have."""
        return self._policies.current(FIELDS).required(business_type)

    async def made_by_call(self, call_id: UUID) -> OrderLine | None:
        """Return the order that a call made already, or None."""
        found = await self._orders.find_by_call(call_id)
        return None if found is None else (await self.lines([found]))[0]

    # Changing ----------------------------------------------------------------------------------------------------

    async def create(self, account: CurrentAccount | None, actor: Actor, draft: OrderDraft) -> OrderView:
        """Make an order, accept it unless it is to stay a draft, and send it to its unit where a rule names one.

        `account` is None when a program makes it.

        Raises:
            InvalidInputError: `work_order_incomplete`: `errors` names each field that its type must have.
            NotFoundError: There is no such customer or unit.
            ConflictError: `request_repeated`: the same request is being answered at this moment.
        """
        known = await self._orders.find_by_key(None if account is None else account.id, draft.idempotency_key)
        if known is not None:
            return await self._viewer.view(known)
        if not draft.is_draft:
            self._check_complete(draft)
        if draft.customer_id is not None:
            await self._customers.get(draft.customer_id)
        if draft.responsible_unit_id is not None:
            await self._unit_name(draft.responsible_unit_id)
        order = await self._insert(actor, draft)
        await self._append(actor, order, Standing(OrderState.DRAFT), [], OrderAction.CREATE, self._limits(order))
        if not draft.is_draft:
            await self._accept(actor, order)
        if draft.appointment_at is not None:
            await self.appoint(actor, order, draft.appointment_at, "")
        return await self._viewer.view(order)

    async def slots(self, account: CurrentAccount, order_id: UUID) -> VisitSlots:
        """Return when a crew can come for an order.

        Raises:
            NotFoundError: There is no such order, or it belongs to a unit out of reach.
        """
        return await self.slots_of(await self._reachable(account, order_id, Permission.READ_ORDERS))

    async def slots_of(self, order: WorkOrder) -> VisitSlots:
        """Return when a crew of the order's unit can come."""
        return await self._visits.offered(order.unit_id, await self._place_of(order))

    async def slots_for(self, question: SlotQuestion) -> VisitSlots:
        """Return when a crew could come for an order that is still being written."""
        found = await self._addresses.find(question.address)
        area = question.area or (area_of(question.address) if found is None else found.area)
        place = f"{area} {'' if found is None else found.path}"
        rules = self._policies.current(DISPATCH).rules
        rule = unit_for(rules, sector=question.sector, business_type=question.business_type, area=place)
        return await self._visits.offered(None if rule is None else rule.unit_id, place)

    async def appoint(self, actor: Actor, order: WorkOrder, starts_at: datetime, reason: str) -> None:
        """Promise the caller of a locked order a time, or another one than before.

        Raises:
            InvalidInputError: There is no such slot, or the reason for moving is missing.
            ConflictError: `slot_taken`.
            IllegalTransitionError: The crew is there already, or the order is over.
        """
        if order.appointment_starts_at is not None and not reason:
            raise InvalidInputError("Say why the appointment moves.", field="reason", code="required")
        slot = await self._visits.reserve(order, starts_at, await self._place_of(order))
        data = {"starts_at": slot.starts_at.isoformat(), "ends_at": slot.ends_at.isoformat()}
        await self.append(actor, order, OrderAction.APPOINT, data | ({"reason": reason} if reason else {}))

    async def _place_of(self, order: WorkOrder) -> str:
        found = await self._addresses.by_code(order.area_code)
        return f"{order.area} {'' if found is None else found.path}"

    async def act(
        self, account: CurrentAccount, actor: Actor, order_id: UUID, request: OrderActionRequest
    ) -> OrderView:
        """Do something to an order.

        Raises:
            NotFoundError: There is no such order, or it belongs to a unit out of reach.
            IllegalTransitionError: The action does not fit the state; `legal` names those that do.
            NotAllowedError: The action needs `work_orders.direct`, or a complaint is about one's own department.
            InvalidInputError: A value that the action needs is missing.
        """
        order = await self._reachable(account, order_id, Permission.HANDLE_ORDERS, is_locked=True)
        if is_directed(request.action, order.business_type):
            order = await self._reachable(account, order_id, Permission.DIRECT_ORDERS)
        next_state(OrderState(order.state), request.action, order.business_type)
        await self._check_judge(account, order, request.action)
        if request.action is OrderAction.ACCEPT:
            self._check_complete(order)
            await self._accept(actor, order)
        elif request.action is OrderAction.DISPATCH:
            await self._dispatch(actor, order, request)
        elif request.action is OrderAction.APPOINT:
            if request.starts_at is None:
                raise InvalidInputError("Choose a time.", field="starts_at", code="required")
            await self.appoint(actor, order, request.starts_at, request.reason)
        elif request.action in COMPLAINT_STEPS:
            await self._judge(actor, order, request)
        else:
            action, data = await self._translated(account, order, request)
            await self.append(actor, order, action, data)
            if action is OrderAction.REVIEW and not data["sampling"]["is_sampled"]:
                await self.append(SAMPLER, order, OrderAction.CLOSE, {"outcome": NOT_SAMPLED})
        return await self._viewer.view(order, account)

    async def append(self, actor: Actor, order: WorkOrder, action: OrderAction, data: Mapping[str, Any]) -> None:
        """Append one event to an order that is locked, with its audit entry and outbox event.

        Raises:
            IllegalTransitionError: The action does not fit the state.
        """
        log = log_of(await self._orders.events_of(order.id))
        await self._append(actor, order, replay(log), log, action, data)

    async def _append(
        self, actor: Actor, order: WorkOrder, standing: Standing, log: Sequence[OrderEvent], action: OrderAction,
        data: Mapping[str, Any],
    ) -> None:  # fmt: skip
        now = self._clock.now()
        event = OrderEvent(action, now, data)
        if action is not OrderAction.CREATE:
            next_state(standing.state, action, order.business_type)
        became = standing if action is OrderAction.CREATE else after(standing, event)
        before, order.state = order.state, became.state
        order.last_seq += 1
        order.urges, order.changed_at = became.urges, now
        order.due_at = next_due(clocks_of([*log, event], now, self.zone))
        promised = appointment_of([*log, event])
        order.appointment_starts_at = None if promised is None else promised.starts_at
        order.appointment_ends_at = None if promised is None else promised.ends_at
        self._orders.add_event(
            WorkOrderEventRow(
                order_id=order.id, seq=order.last_seq, action=action, at=now, actor_id=actor.account_id,
                actor_name=actor.name, data=dict(data),
            )
        )  # fmt: skip
        details = {"action": action.value, "state": became.state.value}
        if "outcome" in data:
            details["outcome"] = data["outcome"]
        self._audit.record(
            self._session, actor, "work_order.changed", "work_order", order.id, before=before, after=order.state,
            details=details,
        )  # fmt: skip
        payload: dict[str, JsonValue] = {"order_id": str(order.id), "seq": order.last_seq, **details}
        self._outbox.add(self._session, ORDERS_CHANGED, str(order.id), payload)
        if self._news is not None:
            await self._news.tell(self._session, order, action, actor.account_id)
        await self._session.flush()

    async def _accept(self, actor: Actor, order: WorkOrder) -> None:
        await self.append(actor, order, OrderAction.ACCEPT, {})
        self._outbox.add(self._session, ORDERS_ACCEPTED, str(order.id), {"order_id": str(order.id)})
        rule = await self._rule_of(order)
        if order.business_type == COMPLAINT and order.responsible_unit_id is not None:
            await self._send(actor, order, order.responsible_unit_id, "responsible")
        elif rule is not None:
            await self._send(actor, order, rule.unit_id, "rule")

    async def _dispatch(self, actor: Actor, order: WorkOrder, request: OrderActionRequest) -> None:
        if request.unit_id is not None:
            await self._send(actor, order, request.unit_id, request.reason)
            return
        rule = await self._rule_of(order)
        if rule is None:
            text = "No rule names a unit for this order; choose one."
            raise InvalidInputError(text, field="unit_id", code="required")
        await self._send(actor, order, rule.unit_id, "rule")

    async def _send(self, actor: Actor, order: WorkOrder, unit_id: UUID, reason: str) -> None:
        name = await self._unit_name(unit_id)
        order.unit_id = unit_id
        data = {"unit_id": str(unit_id), "unit": name, "reason": reason}
        await self.append(actor, order, OrderAction.DISPATCH, data)

    async def _translated(
        self, account: CurrentAccount, order: WorkOrder, request: OrderActionRequest
    ) -> tuple[OrderAction, dict[str, Any]]:
        if request.action is OrderAction.DROP_APPOINTMENT and order.appointment_starts_at is None:
            raise ConflictError("The order has no appointment.", code="appointment_missing")
        if request.action in NEEDS_REASON and not request.reason:
            raise InvalidInputError("Say why.", field="reason", code="required")
        data: dict[str, Any] = {"reason": request.reason} if request.reason else {}
        if request.action is OrderAction.FINISH:
            if not request.result:
                raise InvalidInputError("Say what was done.", field="result", code="required")
            return request.action, data | {"result": request.result}
        if request.action is OrderAction.REVIEW:
            return request.action, data | {"sampling": await self._sampler.draw(order)}
        if request.action is OrderAction.MERGE:
            return request.action, data | await self._merge(account, order, request.parent_id)
        if request.action is OrderAction.CLOSE and order.business_type == COMPLAINT:
            return request.action, data
        if request.action is OrderAction.CLOSE:
            return await self._close(order, request.outcome, data)
        if request.action is OrderAction.CHANGE_LIMIT:
            if request.step is None or request.minutes is None or not request.reason:
                text = "Give the step, the minutes and the reason."
                raise InvalidInputError(text, field="minutes", code="required")
            return request.action, data | {"step": request.step.value, "minutes": request.minutes}
        if request.action is OrderAction.REOPEN and order.business_type == COMPLAINT:
            if not request.reason:
                raise InvalidInputError("Say what has to be done again.", field="reason", code="required")
            return request.action, data
        if request.action in {OrderAction.REOPEN, OrderAction.MISS}:
            text = "Close the order with the outcome of the call-back; it decides what follows."
            raise InvalidInputError(text, field="outcome", code="required")
        return request.action, data

    async def _close(
        self, order: WorkOrder, outcome: CallbackOutcome | None, data: dict[str, Any]
    ) -> tuple[OrderAction, dict[str, Any]]:
        if outcome is None:
            text = "An order is closed with the outcome of a call-back."
            raise InvalidInputError(text, field="outcome", code="required")
        missed = replay(log_of(await self._orders.events_of(order.id))).missed_callbacks
        if outcome is CallbackOutcome.UNREACHABLE and missed < MISSES_BEFORE_UNREACHABLE:
            text = f"Try to reach the caller {MISSES_BEFORE_UNREACHABLE} times first; so far {missed}."
            raise ConflictError(text, code="callback_attempts_missing", missed=missed)
        return _BY_OUTCOME.get(outcome, OrderAction.CLOSE), data | {"outcome": outcome.value}

    async def _merge(self, account: CurrentAccount, order: WorkOrder, parent_id: UUID | None) -> dict[str, Any]:
        if parent_id is None or parent_id == order.id:
            raise InvalidInputError("Name another order that goes on.", field="parent_id", code="required")
        parent = await self._reachable(account, parent_id, Permission.READ_ORDERS)
        if OrderState(parent.state) in FINAL or parent.parent_id is not None:
            text = "That order is over or merged itself; name one that goes on."
            raise ConflictError(text, code="work_order_parent_over")
        if await self._orders.children_of(order.id):
            raise ConflictError("Others were merged into this order; merge into it.", code="work_order_is_parent")
        order.parent_id = parent.id
        return {"parent": parent.number}

    async def _check_judge(self, account: CurrentAccount, order: WorkOrder, action: OrderAction) -> None:
        """Nobody judges a complaint about themselves or the own department, and nobody supervises their own verdict."""
        if order.business_type != COMPLAINT:
            return
        found = findings_of(await self._orders.events_of(order.id))
        check_judge(action, await self._viewer.judge(account, order), subject_of(order.fields), found.verified_by)

    async def _judge(self, actor: Actor, order: WorkOrder, request: OrderActionRequest) -> None:
        """Contact the caller of a complaint, verify it, or answer it."""
        data: dict[str, Any] = {"reason": request.reason} if request.reason else {}
        if request.action is OrderAction.CONTACT:
            await self.append(actor, order, request.action, data)
            return
        if request.action is OrderAction.ANSWER and request.outcome is CallbackOutcome.NOT_REACHED:
            await self.append(actor, order, OrderAction.MISS, data | {"outcome": request.outcome.value})
            return
        if not request.result:
            text = "Say what was found, or what the caller was told."
            raise InvalidInputError(text, field="result", code="required")
        data["result"] = request.result
        if request.action is OrderAction.VERIFY:
            if request.verdict is None:
                raise InvalidInputError("Say whether the complaint is true.", field="verdict", code="required")
            data["verdict"] = request.verdict.value
        else:
            action, data = await self._close(order, request.outcome, data)
            del action  # an answer that does not satisfy is supervised like any other
        await self.append(actor, order, request.action, data)

    def _check_complete(self, order: OrderDraft | WorkOrder) -> None:
        business_type: Any = order.business_type
        required = self._policies.current(FIELDS).required(business_type)
        missing = [name for name in required if not getattr(order, name, None)]
        if missing:
            errors = [{"field": name, "code": "required", "message": "Give it."} for name in missing]
            text = f"This kind of order needs: {', '.join(missing)}."
            raise InvalidInputError(text, field=missing[0], code="work_order_incomplete", errors=errors)

    def _limits(self, order: WorkOrder) -> dict[str, Any]:
        found = limits_for(
            self._policies.current(LIMITS).rules, sector=order.sector, business_type=order.business_type,
            area_class=order.area_class, on=order.created_at.astimezone(self.zone).date(),
        )  # fmt: skip
        kept = {"step", "kind", "minutes", "calendar", "source"}
        return {"limits": [rule.model_dump(mode="json", include=kept) for rule in found]}

    async def _rule_of(self, order: WorkOrder) -> DispatchRule | None:
        rules = self._policies.current(DISPATCH).rules
        place = await self._place_of(order)
        return unit_for(rules, sector=order.sector, business_type=order.business_type, area=place)

    async def _insert(self, actor: Actor, draft: OrderDraft) -> WorkOrder:
        now = self._clock.now()
        day = now.astimezone(self.zone).date()
        number = f"{day:%Y%m%d}{await self._orders.next_number(day):06d}"
        copied = draft.model_dump(exclude={"evidence", "is_draft", "complaint", "appointment_at"})
        place = await self._addresses.find(draft.address)
        copied["area"] = draft.area or (area_of(draft.address) if place is None else place.area)
        if place is not None and "area_class" not in draft.model_fields_set:
            copied["area_class"] = place.nearest("area_class") or draft.area_class
        evidence = {name: [str(item) for item in ids] for name, ids in draft.evidence.items()}
        fields: dict[str, Any] = {"evidence": evidence}
        if draft.complaint is not None and draft.business_type == COMPLAINT:
            fields["complaint"] = await self._subject(draft.complaint)
        order = WorkOrder(
            **copied, area_code="" if place is None else place.place.code, id=uuid4(), number=number,
            state=OrderState.DRAFT, fields=fields,
            unit_id=None, origin_unit_id=actor.unit_id, created_by=actor.account_id, created_by_name=actor.name,
            created_at=now, changed_at=now, due_at=None, overdue_told_at=None,
            appointment_starts_at=None, appointment_ends_at=None, appointment_area="",
            parent_id=None, urges=0, last_seq=0, external_reference=None, acknowledged_at=None,
        )  # fmt: skip
        try:
            await self._orders.add(order)
        except IntegrityError as error:
            text = "The same request is being answered; ask again in a moment."
            raise ConflictError(text, code="request_repeated") from error
        return order

    async def _subject(self, complaint: ComplaintDraft) -> dict[str, Any]:
        """Return what is kept of whom a complaint is about; a name that is one account's keeps that account out."""
        named = complaint.subject.casefold()
        known = await self._orders.accounts_named(named) if named else []
        subject_id = str(known[0]) if len(known) == 1 else None
        return {"kind": complaint.kind.value, "subject": complaint.subject, "subject_id": subject_id}

    async def _unit_name(self, unit_id: UUID) -> str:
        name = (await self._orders.unit_names()).get(unit_id)
        if name is None:
            raise InvalidInputError("There is no such unit.", field="unit_id", code="unit_not_found")
        return name

    async def _reachable(
        self, account: CurrentAccount, order_id: UUID, permission: Permission, *, is_locked: bool = False
    ) -> WorkOrder:
        order = await self._orders.find(order_id, is_locked=is_locked)
        reach = await reach_of(self._session, account, permission)
        if order is None or not _covers(reach, order):
            raise NotFoundError("There is no such work order.", code="work_order_not_found")
        return order


def _covers(reach: Reach, order: WorkOrder) -> bool:
    units = (order.unit_id, order.origin_unit_id)
    return any(reach.covers(owner_id=order.created_by, unit_id=unit) for unit in units)
