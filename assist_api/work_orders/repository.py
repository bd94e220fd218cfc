"""Every statement on work orders, their events, photos and links."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, case, func, or_, select, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from assist_api.accounts.models import Account
from assist_api.calls.models import ALERT_EVENTS, CallEventRow
from assist_api.units.models import Unit
from assist_api.units.reach import Reach
from assist_api.work_orders.models import CrewLink, WorkOrder, WorkOrderCount, WorkOrderEventRow, WorkOrderPhoto
from assist_api.work_orders.transitions import FINAL, OPEN, OrderState
from kit.db_insert import insert_into
from kit.paging import PagePlace, is_after


@dataclass(frozen=True, slots=True)
class OrderFilter:
    """Which orders a list shows; None filters nothing."""

    state: OrderState | None = None
    is_open: bool = False
    sector: str | None = None
    business_type: str | None = None
    unit_id: UUID | None = None
    number: str | None = None
    overdue_at: datetime | None = None


def _equal(wanted: OrderFilter) -> list[ColumnElement[bool]]:
    """Return the conditions for columns that have one wanted value."""
    equal = {
        WorkOrder.state: wanted.state,
        WorkOrder.sector: wanted.sector,
        WorkOrder.business_type: wanted.business_type,
        WorkOrder.unit_id: wanted.unit_id,
        WorkOrder.number: wanted.number,
    }
    return [column == value for column, value in equal.items() if value is not None]


def within(reach: Reach) -> ColumnElement[bool]:
    """Return the condition for orders that an account may see: taken by its units, or dispatched to them."""
    return or_(
        reach.rows(owner=WorkOrder.created_by, unit=WorkOrder.unit_id),
        reach.rows(owner=WorkOrder.created_by, unit=WorkOrder.origin_unit_id),
    )


class WorkOrderRepository:
    """Work orders."""

    def __init__(self, session: AsyncSession) -> None:
        self.session = session

    async def next_number(self, day: date) -> int:
        """Return the next number of a day; the count stays locked until the transaction ends."""
        statement = (
            insert_into(self.session, WorkOrderCount)
            .values(day=day, given=1)
            .on_conflict_do_update(index_elements=["day"], set_={"given": WorkOrderCount.given + 1})
            .returning(WorkOrderCount.given)
        )
        return int((await self.session.execute(statement)).scalar_one())

    async def add(self, order: WorkOrder) -> None:
        """Insert an order."""
        self.session.add(order)
        await self.session.flush()

    async def find(self, order_id: UUID, *, is_locked: bool = False) -> WorkOrder | None:
        """Return an order, or None; locked, its row stays so until the transaction ends."""
        return await self.session.get(WorkOrder, order_id, with_for_update=is_locked or None)

    async def find_all(self, order_ids: Sequence[UUID]) -> Sequence[WorkOrder]:
        """Return the orders of these ids that there are."""
        return (await self.session.scalars(select(WorkOrder).where(WorkOrder.id.in_(order_ids)))).all()

    async def find_by_key(self, created_by: UUID | None, key: str) -> WorkOrder | None:
        """Return the order that the same request made before, or None."""
        wanted = select(WorkOrder).where(WorkOrder.created_by == created_by, WorkOrder.idempotency_key == key)
        return await self.session.scalar(wanted)

    async def find_by_call(self, call_id: UUID) -> WorkOrder | None:
        """Return the newest order that a call made, or None."""
        wanted = select(WorkOrder).where(WorkOrder.call_id == call_id).order_by(WorkOrder.created_at.desc()).limit(1)
        return await self.session.scalar(wanted)

    async def page(
        self, wanted: OrderFilter, reach: Reach, *, limit: int, place: PagePlace | None
    ) -> Sequence[WorkOrder]:
        """Return orders within reach, the newest first."""
        statement = select(WorkOrder).where(within(reach))
        statement = statement.where(*_equal(wanted))
        if wanted.is_open:
            statement = statement.where(WorkOrder.state.not_in(FINAL))
        if wanted.overdue_at is not None:
            statement = statement.where(WorkOrder.due_at < wanted.overdue_at)
        if place is not None:
            statement = statement.where(is_after(place, WorkOrder.created_at, WorkOrder.id))
        order = (WorkOrder.created_at.desc(), WorkOrder.id.desc())
        return (await self.session.scalars(statement.order_by(*order).limit(limit))).all()

    async def of_customers(self, customer_ids: Sequence[UUID], limit: int) -> Sequence[WorkOrder]:
        """Return the orders of customers, the newest first."""
        wanted = select(WorkOrder).where(WorkOrder.customer_id.in_(customer_ids))
        return (await self.session.scalars(wanted.order_by(WorkOrder.created_at.desc()).limit(limit))).all()

    async def open_of_callers(
        self, customer_ids: Sequence[UUID], phones: Sequence[str], limit: int
    ) -> Sequence[WorkOrder]:
        """Return the orders of customers or under telephone numbers that are not over, the newest first."""
        if not customer_ids and not phones:
            return []
        wanted = or_(WorkOrder.customer_id.in_(customer_ids), WorkOrder.contact_phone.in_(phones))
        statement = select(WorkOrder).where(wanted, WorkOrder.state.not_in(FINAL))
        return (await self.session.scalars(statement.order_by(WorkOrder.created_at.desc()).limit(limit))).all()

    async def newly_overdue(self, now: datetime, limit: int) -> Sequence[WorkOrder]:
        """Return open orders whose limit passed and of which nobody was told since, the longest overdue first."""
        is_untold = or_(WorkOrder.overdue_told_at.is_(None), WorkOrder.overdue_told_at < WorkOrder.due_at)
        statement = select(WorkOrder).where(WorkOrder.due_at < now, WorkOrder.state.not_in(FINAL), is_untold)
        return (await self.session.scalars(statement.order_by(WorkOrder.due_at).limit(limit))).all()

    async def people_of(self, unit_ids: Collection[UUID]) -> Sequence[UUID]:
        """Return the accounts of units that can sign in."""
        wanted = select(Account.id).where(Account.is_active, Account.unit_id.in_(unit_ids))
        return (await self.session.scalars(wanted)).all()

    async def accounts_named(self, name: str) -> Sequence[UUID]:
        """Return the accounts of a folded user name or display name."""
        wanted = select(Account.id).where(or_(Account.username == name, func.lower(Account.display_name) == name))
        return (await self.session.scalars(wanted.limit(2))).all()

    async def sentences_of(self, call_id: UUID) -> dict[str, tuple[str, int]]:
        """Return text and beginning (ms) of every sentence of a call, by segment."""
        wanted = select(CallEventRow.data).where(
            CallEventRow.call_id == call_id, CallEventRow.type == "transcript.final"
        )
        return {data["segment_id"]: (data["text"], data["start_ms"]) for data in await self.session.scalars(wanted)}

    async def has_alert(self, call_id: UUID | None) -> bool:
        """Tell whether the call that made an order raised a safety alert."""
        if call_id is None:
            return False
        wanted = select(CallEventRow.seq).where(CallEventRow.call_id == call_id, text(ALERT_EVENTS)).limit(1)
        return await self.session.scalar(wanted) is not None

    async def children_of(self, order_id: UUID) -> Sequence[WorkOrder]:
        """Return the orders that were merged into an order, the oldest first."""
        wanted = select(WorkOrder).where(WorkOrder.parent_id == order_id)
        return (await self.session.scalars(wanted.order_by(WorkOrder.created_at, WorkOrder.id).limit(200))).all()

    async def events_of(self, order_id: UUID) -> Sequence[WorkOrderEventRow]:
        """Return the log of an order, in order."""
        wanted = select(WorkOrderEventRow).where(WorkOrderEventRow.order_id == order_id)
        return (await self.session.scalars(wanted.order_by(WorkOrderEventRow.seq))).all()

    def add_event(self, event: WorkOrderEventRow) -> None:
        """Append to the log of an order."""
        self.session.add(event)

    async def photos_of(self, order_id: UUID) -> Sequence[WorkOrderPhoto]:
        """Return the photos of an order, the oldest first."""
        wanted = select(WorkOrderPhoto).where(WorkOrderPhoto.order_id == order_id)
        return (await self.session.scalars(wanted.order_by(WorkOrderPhoto.created_at, WorkOrderPhoto.id))).all()

    async def find_photo(self, photo_id: UUID) -> WorkOrderPhoto | None:
        """Return a photo, or None."""
        return await self.session.get(WorkOrderPhoto, photo_id)

    def add_photo(self, photo: WorkOrderPhoto) -> None:
        """Insert a photo."""
        self.session.add(photo)

    async def find_link(self, link_id: UUID) -> CrewLink | None:
        """Return a crew link, or None."""
        return await self.session.get(CrewLink, link_id)

    async def replace_link(self, link: CrewLink) -> None:
        """Make the link of an order; earlier ones of the same order are gone."""
        for known in await self.session.scalars(select(CrewLink).where(CrewLink.order_id == link.order_id)):
            await self.session.delete(known)
        self.session.add(link)
        await self.session.flush()

    async def lock_unit(self, unit_id: UUID) -> None:
        """Lock the row of a unit until the transaction ends."""
        await self.session.get(Unit, unit_id, with_for_update=True)

    async def appointments(self, unit_id: UUID, first: datetime, last: datetime) -> dict[tuple[str, datetime], int]:
        """Return how many visits of a unit are promised, by area of the rule and beginning."""
        columns = (WorkOrder.appointment_area, WorkOrder.appointment_starts_at)
        wanted = select(*columns, func.count()).where(
            WorkOrder.unit_id == unit_id, WorkOrder.appointment_starts_at.between(first, last)
        )
        rows = await self.session.execute(wanted.group_by(*columns))
        return {(area, starts_at): count for area, starts_at, count in rows if starts_at is not None}

    async def board(
        self, wanted: OrderFilter, reach: Reach, column: InstrumentedAttribute[Any], now: datetime, limit: int
    ) -> tuple[dict[Any, tuple[int, int]], Sequence[WorkOrder]]:
        """Return open and overdue orders of each value of a column, and the first orders of each value.

        The order whose limit comes first stands first, orders without a clock last.
        """
        conditions = [within(reach), WorkOrder.state.in_(OPEN), *_equal(wanted)]
        is_late = case((WorkOrder.due_at < now, 1), else_=0)
        counted = select(column, func.count(), func.sum(is_late)).where(*conditions).group_by(column)
        counts = {key: (count, int(late)) for key, count, late in await self.session.execute(counted)}
        urgent = (WorkOrder.due_at.is_(None), WorkOrder.due_at, WorkOrder.created_at)
        place = func.row_number().over(partition_by=column, order_by=urgent).label("place")
        ranked = select(WorkOrder.id, place).where(*conditions).subquery()
        first = select(WorkOrder).join(ranked, ranked.c.id == WorkOrder.id).where(ranked.c.place <= limit)
        return counts, (await self.session.scalars(first.order_by(*urgent))).all()

    async def units(self) -> Sequence[Unit]:
        """Return every unit by name."""
        return (await self.session.scalars(select(Unit).order_by(Unit.name, Unit.id))).all()

    async def unit_names(self) -> dict[UUID, str]:
        """Return the name of every unit."""
        return {row.id: row.name for row in await self.session.execute(select(Unit.id, Unit.name))}
