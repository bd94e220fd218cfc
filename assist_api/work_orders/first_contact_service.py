"""Reports first-contact resolution from the orders and calls of a period. One unit of work; nothing is changed."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from anyio import to_thread
from sqlalchemy import Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from assist_api.accounts.models import Account
from assist_api.calls.models import CallRow, CategoryChoiceRow
from assist_api.customers.models import CustomerCall, Premise
from assist_api.http.permissions import Permission
from assist_api.http.principal import CurrentAccount
from assist_api.units.reach import Reach, reach_of
from assist_api.work_orders.first_contact import Contact, ContactOutcome, FirstContactFigure, figure_of, outcomes_of
from assist_api.work_orders.from_calls import sector_of
from assist_api.work_orders.models import WorkOrder, WorkOrderEventRow
from assist_api.work_orders.schemas import FirstContactFigureView, FirstContactLine, FirstContactReport
from assist_api.work_orders.transitions import FINAL, OrderAction
from kb.taxonomy.tree import split_category_id
from kit.clock import Clock

MOST_CONTACTS = 100_000
"""Orders, and calls without one, that a report reads: two months of a centre with 100 agents, in some seconds."""
MOST_LINES = 50
_LIVE = "live"
_FIRST = frozenset(ContactOutcome) - {ContactOutcome.REPETITION, ContactOutcome.UNASSIGNED}


@dataclass(frozen=True, slots=True)
class _Taken:
    """A contact with those whose it is."""

    contact: Contact
    owner_id: UUID | None
    unit_ids: tuple[UUID | None, ...]


class FirstContactService:
    """Counts how many matters were settled at the first contact."""

    def __init__(self, session: AsyncSession, clock: Clock) -> None:
        self._session = session
        self._clock = clock

    async def report(self, account: CurrentAccount, *, days: int, recall_days: int) -> FirstContactReport:
        """Return the figures of the last days; contacts of other units count only as returns of their callers."""
        now, window = self._clock.now(), timedelta(days=recall_days)
        since = now - timedelta(days=days)
        reach = await reach_of(self._session, account, Permission.DIRECT_ORDERS)
        reader = ContactReader(self._session)
        orders, calls = await reader.of_orders(since - window), await reader.of_calls(since - window)
        is_cut = MOST_CONTACTS in {len(orders), len(calls)}
        return await to_thread.run_sync(
            lambda: _report([*orders, *calls], reach, since=since, now=now, recall_days=recall_days, is_cut=is_cut)
        )


class ContactReader:
    """Reads contacts: every order is one, and every answered call of a caller that made none."""

    def __init__(self, session: AsyncSession) -> None:
        self.session = session

    async def of_orders(self, since: datetime) -> list[_Taken]:
        """Return the orders since a moment as contacts, the newest first."""
        again = await self._again(since)
        statement = (
            select(
                WorkOrder.id, WorkOrder.call_id, WorkOrder.created_at, WorkOrder.state, WorkOrder.business_type,
                WorkOrder.sector, WorkOrder.area, WorkOrder.customer_id, WorkOrder.contact_phone,
                WorkOrder.created_by, WorkOrder.created_by_name, WorkOrder.unit_id, WorkOrder.origin_unit_id,
            )
            .where(WorkOrder.created_at >= since)
            .order_by(WorkOrder.created_at.desc())
            .limit(MOST_CONTACTS)
        )  # fmt: skip
        return [_order(row, again.get(row.id, ())) for row in await self.session.execute(statement)]

    async def of_calls(self, since: datetime) -> list[_Taken]:
        """Return the calls since a moment that an agent answered and no order came of, the newest first."""
        return [_call(row) for row in await self.session.execute(_calls(since))]

    async def _again(self, since: datetime) -> dict[UUID, list[tuple[OrderAction, datetime]]]:
        """Return when the orders since a moment were urged or done again."""
        statement = (
            select(WorkOrderEventRow.order_id, WorkOrderEventRow.action, WorkOrderEventRow.at)
            .join(WorkOrder, WorkOrder.id == WorkOrderEventRow.order_id)
            .where(
                WorkOrder.created_at >= since,
                WorkOrderEventRow.action.in_((OrderAction.URGE, OrderAction.REOPEN)),
            )
        )
        found: dict[UUID, list[tuple[OrderAction, datetime]]] = defaultdict(list)
        for order_id, action, at in await self.session.execute(statement):
            found[order_id].append((OrderAction(action), at))
        return found


def _calls(since: datetime) -> Select[Any]:
    """Return the statement for calls without an order.

    A live call without a title is one that an agent dialled: the title of a caller's call is the number called.
    """
    area = select(func.min(Premise.area)).where(Premise.customer_id == CustomerCall.customer_id).scalar_subquery()
    is_dialled = (CallRow.source == _LIVE) & (CallRow.title == "")
    return (
        select(
            CallRow.id, CallRow.created_at, CallRow.sector, CallRow.agent_account_id, CallRow.agent_name,
            CustomerCall.customer_id, CategoryChoiceRow.category_id, Account.unit_id, area.label("area"),
        )
        .join(CustomerCall, CustomerCall.call_id == CallRow.id, isouter=True)
        .join(CategoryChoiceRow, CategoryChoiceRow.call_id == CallRow.id, isouter=True)
        .join(Account, Account.id == CallRow.agent_account_id)
        .where(
            CallRow.created_at >= since,
            CallRow.ended_at.is_not(None),
            ~is_dialled,
            ~select(WorkOrder.id).where(WorkOrder.call_id == CallRow.id).exists(),
        )
        .order_by(CallRow.created_at.desc())
        .limit(MOST_CONTACTS)
    )  # fmt: skip


def _order(row: Any, again: Iterable[tuple[OrderAction, datetime]]) -> _Taken:  # noqa: ANN401  # rejected: a row
    callers = {f"customer {row.customer_id}" if row.customer_id else "", f"phone {row.contact_phone}"}
    contact = Contact(
        id=row.call_id or row.id,
        at=row.created_at,
        callers=frozenset(callers - {"", "phone "}),
        business_type=row.business_type,
        sector=row.sector,
        agent=row.created_by_name if row.created_by is not None else "",
        area=row.area,
        urged_at=tuple(at for action, at in again if action is OrderAction.URGE),
        was_reopened=any(action is OrderAction.REOPEN for action, _ in again),
        is_settled=row.state in FINAL,
    )
    return _Taken(contact, row.created_by, (row.unit_id, row.origin_unit_id))


def _call(row: Any) -> _Taken:  # noqa: ANN401  # rejected: a row
    contact = Contact(
        id=row.id,
        at=row.created_at,
        callers=frozenset() if row.customer_id is None else frozenset({f"customer {row.customer_id}"}),
        business_type="" if row.category_id is None else split_category_id(row.category_id)[0],
        sector=sector_of(row.category_id) or row.sector or "",
        agent=row.agent_name,
        area=row.area or "",
    )
    return _Taken(contact, row.agent_account_id, (row.unit_id,))


def _report(
    taken: Sequence[_Taken], reach: Reach, *, since: datetime, now: datetime, recall_days: int, is_cut: bool
) -> FirstContactReport:
    own = {
        item.contact.id
        for item in taken
        if any(reach.covers(owner_id=item.owner_id, unit_id=unit_id) for unit_id in item.unit_ids)
    }
    found = outcomes_of((item.contact for item in taken), timedelta(days=recall_days), now)
    shown = [(contact, outcome) for contact, outcome in found if contact.at >= since and contact.id in own]
    counts = Counter(outcome for _, outcome in shown)
    first = [(contact, outcome) for contact, outcome in shown if outcome in _FIRST]
    return FirstContactReport(
        since=since,
        recall_days=recall_days,
        whole=FirstContactFigureView.model_validate(_values(figure_of(outcome for _, outcome in first))),
        by_agent=_lines([pair for pair in first if pair[0].agent], lambda contact: contact.agent),
        by_type=_lines(first, lambda contact: contact.business_type),
        by_area=_lines(first, lambda contact: contact.area),
        repetitions=counts[ContactOutcome.REPETITION],
        unassigned=counts[ContactOutcome.UNASSIGNED],
        is_cut=is_cut,
    )


def _lines(first: Iterable[tuple[Contact, ContactOutcome]], key_of: Callable[[Contact], str]) -> list[FirstContactLine]:
    """Return the figure of each key, the one with most contacts first."""
    by_key: dict[str, list[ContactOutcome]] = defaultdict(list)
    for contact, outcome in first:
        by_key[key_of(contact)].append(outcome)
    keys = sorted(by_key, key=lambda key: (-len(by_key[key]), key))[:MOST_LINES]
    return [FirstContactLine.model_validate({"key": key} | _values(figure_of(by_key[key]))) for key in keys]


def _values(figure: FirstContactFigure) -> dict[str, object]:
    return asdict(figure) | {"share": figure.share}
