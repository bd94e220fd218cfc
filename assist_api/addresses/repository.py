"""Every statement on the address tree."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from uuid import UUID

from sqlalchemy import false, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from assist_api.addresses.finding import Place
from assist_api.addresses.models import AddressKey, AddressPlace
from assist_api.addresses.names import PlaceLevel

_AT_ONCE = 500
"""Values in one statement; SQLite takes 32,766."""
TREE_LOCK = 0x7472_6565
"""Number of the advisory lock of PostgreSQL that an import of addresses holds."""
MOST_CHILDREN = 2_000
"""Places below one that are shown or searched; a street with more buildings is cut into communities."""


class AddressRepository:
    """Places and their keys."""

    def __init__(self, session: AsyncSession) -> None:
        self.session = session

    async def find(self, place_id: UUID) -> AddressPlace | None:
        """Return a place, or None."""
        return await self.session.get(AddressPlace, place_id)

    async def named(self, keys: Collection[str]) -> dict[str, list[AddressPlace]]:
        """Return the places of each key that has any."""
        found: dict[str, list[AddressPlace]] = {}
        wanted = list(keys)
        for start in range(0, len(wanted), _AT_ONCE):
            statement = (
                select(AddressKey.key, AddressPlace)
                .join(AddressPlace, AddressPlace.id == AddressKey.place_id)
                .where(AddressKey.key.in_(wanted[start : start + _AT_ONCE]))
            )
            for key, place in await self.session.execute(statement):
                found.setdefault(key, []).append(place)
        return found

    async def by_ids(self, ids: Collection[UUID]) -> Sequence[AddressPlace]:
        """Return the places of these ids."""
        wanted, found = list(ids), list[AddressPlace]()
        for start in range(0, len(wanted), _AT_ONCE):
            statement = select(AddressPlace).where(AddressPlace.id.in_(wanted[start : start + _AT_ONCE]))
            found += (await self.session.scalars(statement)).all()
        return found

    async def by_codes(self, codes: Collection[str]) -> Sequence[AddressPlace]:
        """Return the places of these area codes."""
        return (await self.session.scalars(select(AddressPlace).where(AddressPlace.code.in_(codes)))).all()

    async def children(
        self, parent_id: UUID | None, level: PlaceLevel | None = None, limit: int = MOST_CHILDREN
    ) -> Sequence[AddressPlace]:
        """Return the places right below one, or the districts, by code."""
        wanted = select(AddressPlace).where(AddressPlace.parent_id == parent_id)
        if level is not None:
            wanted = wanted.where(AddressPlace.level == level)
        return (await self.session.scalars(wanted.order_by(AddressPlace.code).limit(limit))).all()

    async def child_counts(self, parent_ids: Collection[UUID]) -> dict[UUID, int]:
        """Return how many places stand right below each place that has any."""
        wanted = select(AddressPlace.parent_id, func.count()).where(AddressPlace.parent_id.in_(parent_ids))
        rows = await self.session.execute(wanted.group_by(AddressPlace.parent_id))
        return {parent_id: count for parent_id, count in rows if parent_id is not None}

    async def counts(self) -> dict[str, int]:
        """Return how many places each level has."""
        rows = await self.session.execute(select(AddressPlace.level, func.count()).group_by(AddressPlace.level))
        return {row[0]: row[1] for row in rows}

    async def lock_tree(self) -> None:
        """Let no other import change the tree until the transaction ends; otherwise two would give one code twice.

        SQLite takes its one lock for writers with the first change, so a change of nothing comes before the reading.
        """
        if self.session.get_bind().dialect.name == "postgresql":
            await self.session.execute(select(func.pg_advisory_xact_lock(TREE_LOCK)))
        else:
            await self.session.execute(update(AddressPlace).where(false()).values(name=AddressPlace.name))

    async def all(self) -> Sequence[AddressPlace]:
        """Return every place, for an import that compares."""
        return (await self.session.scalars(select(AddressPlace))).all()

    async def store(
        self, places: Iterable[AddressPlace], keys: Iterable[tuple[UUID, str]], old: Collection[UUID]
    ) -> None:
        """Insert places and replace the keys of those that are `old`."""
        self.session.add_all(places)
        await self.session.flush()
        gone = list(old)
        for start in range(0, len(gone), _AT_ONCE):
            statement = select(AddressKey).where(AddressKey.place_id.in_(gone[start : start + _AT_ONCE]))
            for row in await self.session.scalars(statement):
                await self.session.delete(row)
        await self.session.flush()
        self.session.add_all([AddressKey(place_id=place_id, key=key) for place_id, key in keys])
        await self.session.flush()


def place_of(row: AddressPlace) -> Place:
    """Return a stored place as the search needs it."""
    return Place(
        id=row.id, code=row.code, parent_id=row.parent_id, level=PlaceLevel(row.level), name=row.name,
        aliases=tuple(row.aliases), area_class=row.area_class, equipment=row.equipment, feeder=row.feeder,
    )  # fmt: skip
