"""Free slots for visits and their reservation. One unit of work; the caller commits."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from assist_api.policies.service import Policies
from assist_api.work_orders.models import WorkOrder
from assist_api.work_orders.policy import SLOTS
from assist_api.work_orders.repository import WorkOrderRepository
from assist_api.work_orders.schemas import VisitSlot, VisitSlots
from assist_api.work_orders.slots import Slot, offer, slots_of, with_taken
from kit.calendar import ChinaHolidays
from kit.clock import Clock
from kit.errors import ConflictError, InvalidInputError


class Visits:
    """When crews can come, by the policy `work_order_slots` and what is promised already."""

    def __init__(self, session: AsyncSession, clock: Clock, policies: Policies, zone: ZoneInfo) -> None:
        self._orders = WorkOrderRepository(session)
        self._clock = clock
        self._policies = policies
        self._zone = zone

    async def offered(self, unit_id: UUID | None, place: str) -> VisitSlots:
        """Return the slots of a unit for a place and a sentence that offers the free ones."""
        slots = [] if unit_id is None else await self._slots(unit_id, place)
        items = [
            VisitSlot(starts_at=slot.starts_at, ends_at=slot.ends_at, free=slot.free, capacity=slot.capacity)
            for slot in slots
        ]
        return VisitSlots(unit_id=unit_id, items=items, offer=offer(slots, self._clock.now(), self._zone))

    async def reserve(self, order: WorkOrder, starts_at: datetime, place: str) -> Slot:
        """Take a place in the slot that begins at a moment; the order's earlier place becomes free.

        Two requests for the last place wait for each other at the row of the unit.

        Raises:
            InvalidInputError: `slot_not_found`: the unit offers none that begins then.
            ConflictError: `slot_taken`: every visit of the slot is promised.
        """
        slots: list[Slot] = []
        if order.unit_id is not None:
            await self._orders.lock_unit(order.unit_id)
            slots = await self._slots(order.unit_id, place)
        slot = next((item for item in slots if item.starts_at == starts_at), None)
        if slot is None:
            text = "The unit offers no visit at that time; ask for the free slots again."
            raise InvalidInputError(text, field="starts_at", code="slot_not_found")
        is_own = order.appointment_starts_at == starts_at and order.appointment_area == slot.area
        if not slot.free and not is_own:
            raise ConflictError("Somebody took the last visit of that time; choose another.", code="slot_taken")
        order.appointment_area = slot.area
        return slot

    async def _slots(self, unit_id: UUID, place: str) -> list[Slot]:
        now = self._clock.now()
        slots = slots_of(self._policies.current(SLOTS), unit_id, place, now, ChinaHolidays(), self._zone)
        if not slots:
            return []
        taken = await self._orders.appointments(unit_id, slots[0].starts_at, slots[-1].starts_at)
        return with_taken(slots, taken)
