"""Statements on items and moments, on the session of the caller's unit of work."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import and_, case, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from assist_api.accounts.models import Account
from assist_api.calls.models import CallRow
from assist_api.calls.states import RUNNING_STATES, TERMINAL_STATES
from assist_api.curation.models import CapturedCall, CurationItem, CurationMoment, ItemKind, ItemState, MomentReason
from assist_api.http.permissions import Role
from kit.db_insert import insert_into

LIVE = (ItemState.OPEN, ItemState.TAKEN, ItemState.IN_REVIEW)
"""States in which an item waits for somebody."""
URGENCY = (
    ItemKind.UNANSWERED,
    ItemKind.FLAG,
    ItemKind.DISMISSED,
    ItemKind.CONTRADICTION,
    ItemKind.CHECK,
    ItemKind.EXPIRING,
    ItemKind.FAILING,
    ItemKind.OVERDUE,
    ItemKind.DUPLICATE,
)
"""Order of the kinds on the desk: what callers and agents ran into comes before what a look through texts found.
Weights of different kinds are days, calls and percents, and do not compare."""


@dataclass(frozen=True, slots=True)
class ItemFilter:
    """Which items are listed; None filters nothing."""

    states: tuple[ItemState, ...] = LIVE
    kind: ItemKind | None = None
    assignee_id: UUID | None = None
    awake_at: datetime | None = None
    """Leaves out items that sleep at this moment."""


class CurationRepository:
    """Items, moments and captured calls."""

    def __init__(self, session: AsyncSession) -> None:
        self.session = session

    async def page(self, wanted: ItemFilter, limit: int) -> Sequence[CurationItem]:
        """Return items: drafts that wait for a second person, then kind by kind, the heaviest of each first."""
        statement = select(CurationItem).where(*_conditions(wanted))
        waits_for_second = case((CurationItem.state == ItemState.IN_REVIEW, 0), else_=1)
        urgency = case({kind.value: place for place, kind in enumerate(URGENCY)}, value=CurationItem.kind)
        order = (waits_for_second, urgency, CurationItem.weight.desc(), CurationItem.created_at, CurationItem.id)
        return (await self.session.scalars(statement.order_by(*order).limit(limit))).all()

    async def counts(self, wanted: ItemFilter) -> Mapping[str, int]:
        """Return how many items of each kind there are."""
        statement = select(CurationItem.kind, func.count()).where(*_conditions(wanted)).group_by(CurationItem.kind)
        return {row[0]: row[1] for row in await self.session.execute(statement)}

    async def find(self, item_id: UUID) -> CurationItem | None:
        """Return an item as it stands in the database."""
        return await self.session.get(CurationItem, item_id, populate_existing=True)

    async def change(self, item_id: UUID, version: int, values: Mapping[str, Any]) -> bool:
        """Change an item if nobody changed it since `version`."""
        statement = (
            update(CurationItem)
            .where(CurationItem.id == item_id, CurationItem.version == version)
            .values(**values, version=version + 1)
            .returning(CurationItem.id)
        )
        return (await self.session.execute(statement)).first() is not None

    async def known_keys(self, keys: Sequence[str]) -> set[str]:
        """Return those of the subjects that have an item, whatever its state."""
        found: set[str] = set()
        for at in range(0, len(keys), 500):
            statement = select(CurationItem.subject_key).where(CurationItem.subject_key.in_(keys[at : at + 500]))
            found |= set(await self.session.scalars(statement))
        return found

    async def by_key(self, key: str) -> CurationItem | None:
        """Return the item of a subject."""
        return await self.session.scalar(select(CurationItem).where(CurationItem.subject_key == key))

    async def add_once(self, table: type[CurationItem | CurationMoment | CapturedCall], row: dict[str, Any]) -> bool:
        """Insert a row unless another has its key; safe when two writers do so at once."""
        key = next(iter(table.__mapper__.primary_key))
        statement = insert_into(self.session, table).values(row).on_conflict_do_nothing().returning(key)
        return (await self.session.execute(statement)).first() is not None

    async def add_all(self, table: type[CurationMoment | CapturedCall], rows: Sequence[dict[str, Any]]) -> None:
        """Insert rows unless others have their keys, in one statement."""
        if rows:
            await self.session.execute(insert_into(self.session, table).on_conflict_do_nothing(), list(rows))

    async def live_entry_items(self) -> Sequence[CurationItem]:
        """Return the items that wait and are about an entry, without those whose draft is in review."""
        statement = select(CurationItem).where(
            CurationItem.state.in_((ItemState.OPEN, ItemState.TAKEN)), CurationItem.entry_id.is_not(None)
        )
        return (await self.session.scalars(statement)).all()

    async def clusters(self) -> Sequence[CurationItem]:
        """Return the questions asked in vain that are not decided, the oldest first."""
        statement = select(CurationItem).where(CurationItem.kind == ItemKind.UNANSWERED, CurationItem.state.in_(LIVE))
        return (await self.session.scalars(statement.order_by(CurationItem.created_at, CurationItem.id))).all()

    async def in_review(self) -> Sequence[CurationItem]:
        """Return the items whose draft waits for a second person."""
        return (await self.session.scalars(select(CurationItem).where(CurationItem.state == ItemState.IN_REVIEW))).all()

    async def loose_moments(self, limit: int) -> Sequence[CurationMoment]:
        """Return unanswered questions that belong to no item yet, the oldest first."""
        statement = (
            select(CurationMoment)
            .where(
                CurationMoment.item_id.is_(None),
                CurationMoment.reason.in_((MomentReason.ASKED, MomentReason.MISSING)),
            )
            .order_by(CurationMoment.created_at, CurationMoment.id)
            .limit(limit)
        )
        return (await self.session.scalars(statement)).all()

    async def moments_of(self, item_id: UUID, limit: int = 50) -> Sequence[CurationMoment]:
        """Return the moments of an item, the newest first."""
        statement = select(CurationMoment).where(CurationMoment.item_id == item_id)
        order = (CurationMoment.created_at.desc(), CurationMoment.id)
        return (await self.session.scalars(statement.order_by(*order).limit(limit))).all()

    async def find_moment(self, moment_id: UUID) -> CurationMoment | None:
        """Return a moment."""
        return await self.session.get(CurationMoment, moment_id)

    async def flaggers(self, item_id: UUID) -> set[UUID]:
        """Return the accounts whose moments speak for the item."""
        statement = select(CurationMoment.account_id).where(CurationMoment.item_id == item_id).distinct()
        return {account_id for account_id in await self.session.scalars(statement) if account_id is not None}

    async def flagged_calls(self, item_id: UUID) -> Mapping[UUID, UUID]:
        """Return the accounts whose moments speak for the item, each with the newest call of its moments."""
        moments = await self.moments_of(item_id)
        return {row.account_id: row.call_id for row in reversed(moments) if row.account_id is not None}

    async def count_moments(self, item_id: UUID) -> int:
        """Return how many moments speak for an item."""
        statement = select(func.count()).where(CurationMoment.item_id == item_id)
        return await self.session.scalar(statement) or 0

    async def give_moments(self, item_of: Mapping[UUID, UUID]) -> None:
        """Let moments speak for items; the item stands by the moment."""
        if item_of:
            rows = [{"id": moment_id, "item_id": item_id} for moment_id, item_id in item_of.items()]
            await self.session.execute(update(CurationMoment), rows)

    async def weigh(self, item_id: UUID, now: datetime) -> None:
        """Set the weight of an item to the number of its moments."""
        item = await self.find(item_id)
        if item is not None:
            await self.change(item_id, item.version, {"weight": await self.count_moments(item_id), "changed_at": now})

    async def move_moments(self, from_item: UUID, to_item: UUID) -> None:
        """Give the moments of one item to another."""
        statement = update(CurationMoment).where(CurationMoment.item_id == from_item)
        await self.session.execute(statement.values(item_id=to_item))

    async def calls_to_capture(self, limit: int) -> Sequence[CallRow]:
        """Return calls that ended and were not looked through, the oldest first."""
        statement = (
            select(CallRow)
            .where(CallRow.state.in_(TERMINAL_STATES), CallRow.id.not_in(select(CapturedCall.call_id)))
            .order_by(CallRow.created_at, CallRow.id)
            .limit(limit)
        )
        return (await self.session.scalars(statement)).all()

    async def has_running_call(self) -> bool:
        """Whether a call goes on."""
        statement = select(CallRow.id).where(CallRow.state.in_(RUNNING_STATES)).limit(1)
        return await self.session.scalar(statement) is not None

    async def curators(self, roles: Sequence[Role]) -> Sequence[Account]:
        """Return the active accounts of some roles, by name."""
        statement = select(Account).where(Account.role.in_(roles), Account.is_active.is_(True))
        return (await self.session.scalars(statement.order_by(Account.display_name))).all()


def _conditions(wanted: ItemFilter) -> list[Any]:
    conditions: list[Any] = [CurationItem.state.in_(wanted.states)]
    if wanted.kind is not None:
        conditions.append(CurationItem.kind == wanted.kind)
    if wanted.assignee_id is not None:
        conditions.append(CurationItem.assignee_id == wanted.assignee_id)
    if wanted.awake_at is not None:
        is_awake = or_(CurationItem.snoozed_until.is_(None), CurationItem.snoozed_until <= wanted.awake_at)
        conditions.append(and_(is_awake))
    return conditions
