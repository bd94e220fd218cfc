"""The address tree: find the place of an address, look at the tree, import. One unit of work; the caller commits."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from assist_api.addresses.file_format import PlaceLine
from assist_api.addresses.finding import FoundPlace, Place, chain_of, choose_place, with_building
from assist_api.addresses.importing import Change, plan_import
from assist_api.addresses.models import AddressPlace
from assist_api.addresses.names import LEVELS, PlaceLevel, keys_in, keys_of, plain_address
from assist_api.addresses.repository import AddressRepository, place_of
from assist_api.addresses.schemas import AddressImport, AddressMatch, AddressPlaces, AddressPlaceView
from assist_api.http.actor import Actor
from assist_api.http.core import AuditTrail
from kit.clock import Clock
from kit.errors import NotFoundError

SHOWN_CHANGES = 20
"""Changes that the preview of an import shows one by one."""


class AddressFinder:
    """Finds the places that addresses mean; without a tree it finds none."""

    def __init__(self, session: AsyncSession) -> None:
        self._rows = AddressRepository(session)

    async def find(self, address: str) -> FoundPlace | None:
        """Return the place that an address means, or None."""
        return (await self.find_all([address]))[address]

    async def find_all(self, addresses: Collection[str]) -> dict[str, FoundPlace | None]:
        """Return the place that each address means."""
        keys = {address: {key for key, _, _ in keys_in(plain_address(address))} for address in addresses}
        named = {
            key: [place_of(row) for row in rows]
            for key, rows in (await self._rows.named(set().union(*keys.values()))).items()
        }
        places = await self._with_parents({place.id: place for items in named.values() for place in items})
        found: dict[str, FoundPlace | None] = {}
        buildings: dict[UUID, list[Place]] = {}
        for address, wanted in keys.items():
            place = choose_place(address, {key: named[key] for key in wanted if key in named}, places)
            if place is not None and place.place.level is not PlaceLevel.DISTRICT:
                below = place.place.id
                if below not in buildings:
                    rows = await self._rows.children(below, PlaceLevel.BUILDING)
                    buildings[below] = [place_of(row) for row in rows]
                place = with_building(place, address, buildings[below])
            found[address] = place
        return found

    async def by_code(self, code: str) -> FoundPlace | None:
        """Return the place of an area code, or None."""
        return (await self.by_codes([code])).get(code) if code else None

    async def by_codes(self, codes: Collection[str]) -> dict[str, FoundPlace]:
        """Return the places of area codes."""
        places = {row.code: place_of(row) for row in await self._rows.by_codes(codes)}
        above = await self._with_parents({place.id: place for place in places.values()})
        return {code: FoundPlace(chain_of(place, above), is_sure=True) for code, place in places.items()}

    async def _with_parents(self, places: dict[UUID, Place]) -> dict[UUID, Place]:
        known = dict(places)
        for _level in LEVELS:
            missing = {place.parent_id for place in known.values() if place.parent_id} - known.keys()
            if not missing:
                break
            known |= {row.id: place_of(row) for row in await self._rows.by_ids(missing)}
        return known


class AddressService:
    """What people do with the tree."""

    def __init__(self, session: AsyncSession, clock: Clock, audit: AuditTrail) -> None:
        self._session = session
        self._rows = AddressRepository(session)
        self._finder = AddressFinder(session)
        self._clock = clock
        self._audit = audit

    async def below(self, parent_id: UUID | None) -> AddressPlaces:
        """Return the districts, or what stands right below a place.

        Raises:
            NotFoundError: `address_place_not_found`.
        """
        if parent_id is not None and await self._rows.find(parent_id) is None:
            raise NotFoundError("There is no such place.", code="address_place_not_found")
        rows = await self._rows.children(parent_id)
        counts = await self._rows.child_counts([row.id for row in rows])
        items = [_view(row, counts.get(row.id, 0)) for row in rows]
        return AddressPlaces(items=items, counts=await self._rows.counts())

    async def match(self, address: str) -> AddressMatch:
        """Return what an address means, as orders will see it."""
        found = await self._finder.find(address)
        if found is None:
            return AddressMatch(code=None, level=None, area="", path=[], is_sure=False)
        return match_of(found)

    async def take(self, actor: Actor, lines: Sequence[PlaceLine], *, is_preview: bool = False) -> AddressImport:
        """Add or change the places of a file, all of them; a preview writes nothing.

        A second import at the same time waits, and compares with what the first one wrote.

        Raises:
            InvalidInputError: `address_file_invalid`: a line gives a place another code, or a code of another place.
        """
        if not is_preview:
            await self._rows.lock_tree()
        standing = await self._rows.all()
        changes = plan_import(lines, [place_of(row) for row in standing])
        result = _summary(changes, len(lines), is_preview=is_preview)
        if not is_preview:
            await self._write(changes, {row.id: row for row in standing})
            details = {"created": result.created, "changed": result.changed}
            self._audit.record(self._session, actor, "addresses.imported", "address_tree", "all", details=details)
        return result

    async def _write(self, changes: Sequence[Change], standing: Mapping[UUID, AddressPlace]) -> None:
        now = self._clock.now()
        made: list[AddressPlace] = []
        for change in changes:
            values = _values(change.place)
            row = standing.get(change.place.id)
            if row is None:
                made.append(AddressPlace(**values, changed_at=now))
            else:
                for name, value in values.items():
                    setattr(row, name, value)
                row.changed_at = now
        # Parents first: a child names its parent.
        made.sort(key=lambda row: LEVELS.index(PlaceLevel(row.level)))
        touched = [change.place for change in changes]
        keys = [(place.id, key) for place in touched for key in keys_of(place.name, place.aliases, place.level)]
        await self._rows.store(made, keys, [place.id for place in touched if place.id in standing])


def match_of(found: FoundPlace) -> AddressMatch:
    """Return a found place as pages show it."""
    return AddressMatch(
        code=found.place.code, level=found.place.level, area=found.area, path=[place.name for place in found.chain],
        area_class=found.nearest("area_class"), equipment=found.nearest("equipment"), feeder=found.nearest("feeder"),
        is_sure=found.is_sure,
    )  # fmt: skip


def _values(place: Place) -> dict[str, object]:
    return {
        "id": place.id, "code": place.code, "parent_id": place.parent_id, "level": place.level.value,
        "name": place.name, "aliases": list(place.aliases), "area_class": place.area_class,
        "equipment": place.equipment, "feeder": place.feeder,
    }  # fmt: skip


def _view(row: AddressPlace, children: int) -> AddressPlaceView:
    copied = AddressPlaceView.model_fields.keys() - {"children"}
    return AddressPlaceView.model_validate({name: getattr(row, name) for name in copied} | {"children": children})


def _summary(changes: Sequence[Change], lines: int, *, is_preview: bool) -> AddressImport:
    created = sum(change.is_new for change in changes)
    return AddressImport(
        lines=lines, created=created, changed=len(changes) - created, is_preview=is_preview,
        examples=[f"{change.place.code} {' '.join(change.path)}" for change in changes[:SHOWN_CHANGES]],
    )  # fmt: skip
