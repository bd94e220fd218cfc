"""Units and who belongs to them. One unit of work; the caller commits."""

from __future__ import annotations

from uuid import UUID, uuid4

from sqlalchemy.ext.asyncio import AsyncSession

from assist_api.http.actor import Actor
from assist_api.http.core import AuditTrail
from assist_api.organisation.repository import UnitRepository
from assist_api.organisation.schemas import OrganisationUnitList, OrganisationUnitView, UnitChange, UnitCreation
from assist_api.units.models import Unit
from assist_api.units.tree import LEVEL_ABOVE, UnitKind
from kit.clock import Clock
from kit.errors import ConflictError, InvalidInputError, NotFoundError


class UnitService:
    """What an administrator does with the tree of units; each change is an audit entry."""

    def __init__(self, session: AsyncSession, clock: Clock, audit: AuditTrail) -> None:
        self._session = session
        self._units = UnitRepository(session)
        self._clock = clock
        self._audit = audit

    async def list_all(self) -> OrganisationUnitList:
        """Return every unit by name, with how many accounts belong to it."""
        members = await self._units.count_members()
        return OrganisationUnitList(
            items=[_view(unit, members.get(unit.id, 0)) for unit in await self._units.list_all()]
        )

    async def create(self, actor: Actor, creation: UnitCreation) -> OrganisationUnitView:
        """Add a unit.

        Raises:
            InvalidInputError: `unit_parent_invalid`: no unit of the level above is given.
            ConflictError: `unit_name_taken`: the same unit has one of this name below it.
        """
        await self._check_parent(creation)
        await self._check_name(creation.name, creation.parent_id)
        unit = Unit(
            id=uuid4(),
            parent_id=creation.parent_id,
            kind=creation.kind,
            name=creation.name,
            sector=creation.sector,
            created_at=self._clock.now(),
        )
        await self._units.add(unit)
        view = _view(unit, 0)
        self._audit.record(self._session, actor, "unit.created", "unit", unit.id, after=view)
        return view

    async def change(self, actor: Actor, unit_id: UUID, change: UnitChange) -> OrganisationUnitView:
        """Rename a unit or give it another sector.

        Raises:
            NotFoundError: There is no such unit.
            ConflictError: `unit_name_taken`: the same unit has one of this name below it.
        """
        unit = await self._get(unit_id)
        if change.name != unit.name:
            await self._check_name(change.name, unit.parent_id)
        before = _view(unit, 0)
        unit.name, unit.sector = change.name, change.sector
        after = _view(unit, 0)
        self._audit.record(self._session, actor, "unit.changed", "unit", unit.id, before=before, after=after)
        await self._session.flush()
        return _view(unit, (await self._units.count_members()).get(unit.id, 0))

    async def remove(self, actor: Actor, unit_id: UUID) -> None:
        """Remove a unit that nobody belongs to.

        Raises:
            NotFoundError: There is no such unit.
            ConflictError: `unit_in_use`: units lie below it, or accounts belong to it.
        """
        unit = await self._get(unit_id)
        if await self._units.is_in_use(unit_id):
            text = "Units lie below this one, or accounts belong to it; move them first."
            raise ConflictError(text, code="unit_in_use")
        self._audit.record(self._session, actor, "unit.removed", "unit", unit.id, before=_view(unit, 0))
        await self._units.delete(unit)

    async def assign(self, actor: Actor, account_id: UUID, unit_id: UUID | None) -> None:
        """Let an account belong to a unit, or to none.

        Raises:
            NotFoundError: There is no such account.
            InvalidInputError: `unit_not_found`: there is no such unit.
        """
        account = await self._units.find_account(account_id)
        if account is None:
            raise NotFoundError("There is no such account.", code="account_not_found")
        if unit_id is not None and await self._units.find(unit_id) is None:
            raise InvalidInputError("There is no such unit.", field="unit_id", code="unit_not_found")
        before, account.unit_id = account.unit_id, unit_id
        details = {"unit": None if unit_id is None else str(unit_id)}
        self._audit.record(
            self._session, actor, "account.moved", "account", account_id, before=before, after=unit_id, details=details
        )
        await self._session.flush()

    async def _get(self, unit_id: UUID) -> Unit:
        unit = await self._units.find(unit_id)
        if unit is None:
            raise NotFoundError("There is no such unit.", code="unit_not_found")
        return unit

    async def _check_parent(self, creation: UnitCreation) -> None:
        wanted = LEVEL_ABOVE[creation.kind]
        parent = None if creation.parent_id is None else await self._units.find(creation.parent_id)
        found = None if parent is None else UnitKind(parent.kind)
        if found is not wanted or (creation.parent_id is None) is not (wanted is None):
            text = "A company has no unit above it." if wanted is None else f"It lies directly below a {wanted.value}."
            raise InvalidInputError(text, field="parent_id", code="unit_parent_invalid")

    async def _check_name(self, name: str, parent_id: UUID | None) -> None:
        if await self._units.find_twin(name, parent_id) is not None:
            raise ConflictError("There is a unit of this name already.", code="unit_name_taken")


def _view(unit: Unit, members: int) -> OrganisationUnitView:
    fields = {name: getattr(unit, name) for name in OrganisationUnitView.model_fields if name != "members"}
    return OrganisationUnitView.model_validate(fields | {"members": members})
