"""Every statement on cases, on the session of the caller's unit of work."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, and_, delete, func, or_, select, update
from sqlalchemy.orm import selectinload

from kb.cases.ranking import CaseCircumstances
from kb.entries.models import Case, CaseEntry, CaseEvidence, CaseOutcome, Entry, Revision, RevisionState
from kb.entries.repository import Repository, is_situation_or_group


@dataclass(frozen=True, slots=True)
class CaseFilter:
    """Which cases are wanted; None does not filter.

    Attributes:
        sector: Only cases of this sector.
        situation: Situation code, or the code of a group of situations.
        text: Part of the title or the problem.
        entry_id: Only cases that were solved with this entry.
        outcome: How they ended.
        equipment: Part of the equipment.
        area: Part of the area.
        occurred_from: First day.
        occurred_until: Last day.
    """

    sector: str | None = None
    situation: str | None = None
    text: str | None = None
    entry_id: UUID | None = None
    outcome: CaseOutcome | None = None
    equipment: str | None = None
    area: str | None = None
    occurred_from: date | None = None
    occurred_until: date | None = None


class CaseRepository(Repository):
    """Solved cases."""

    async def find(self, case_id: UUID) -> Case | None:
        """Return the case with its links."""
        return await self.session.scalar(_with_links().where(Case.id == case_id))

    async def find_by_key(self, key: str) -> Case | None:
        """Return the case a knowledge pack calls by this key."""
        return await self.session.scalar(_with_links().where(Case.key == key))

    async def find_by_call(self, call_id: UUID) -> Case | None:
        """Return the case that was made of a call."""
        return await self.session.scalar(_with_links().where(Case.call_id == call_id))

    async def find_many(self, case_ids: Sequence[UUID]) -> Sequence[Case]:
        """Return those of the cases that exist, in no order."""
        return (await self.session.scalars(_with_links().where(Case.id.in_(case_ids)))).all()

    async def circumstances_of(self, case_ids: Sequence[UUID]) -> dict[UUID, CaseCircumstances]:
        """Return what counts in ranking those of the cases that exist, without their texts."""
        statement = select(Case.id, Case.outcome, Case.equipment, Case.area).where(Case.id.in_(case_ids))
        rows = (await self.session.execute(statement)).all()
        return {
            case_id: CaseCircumstances(CaseOutcome(outcome), equipment, area)
            for case_id, outcome, equipment, area in rows
        }

    async def all_page(self, after: UUID | None, limit: int) -> Sequence[Case]:
        """Return cases by id, those behind `after`."""
        statement = _with_links().order_by(Case.id).limit(limit)
        if after is not None:
            statement = statement.where(Case.id > after)
        return (await self.session.scalars(statement)).all()

    async def list_page(self, wanted: CaseFilter, after: tuple[date, UUID] | None, limit: int) -> Sequence[Case]:
        """Return cases, the newest first."""
        statement = _with_links().where(*_conditions(wanted))
        if after is not None:
            day, last_id = after
            statement = statement.where(or_(Case.occurred_on < day, and_(Case.occurred_on == day, Case.id < last_id)))
        ordered = statement.order_by(Case.occurred_on.desc(), Case.id.desc()).limit(limit)
        return (await self.session.scalars(ordered)).all()

    async def ids(self, wanted: CaseFilter, limit: int) -> Sequence[UUID]:
        """Return the ids of the newest cases that fulfil a filter."""
        statement = select(Case.id).where(*_conditions(wanted)).order_by(Case.occurred_on.desc(), Case.id.desc())
        return (await self.session.scalars(statement.limit(limit))).all()

    async def take_version(self, case_id: UUID, base_version: int, at: datetime) -> bool:
        """Count a change up, if the case still has the version the change was made on."""
        statement = update(Case).where(Case.id == case_id, Case.version == base_version)
        return await self.hits_one_row(statement.values(version=base_version + 1, updated_at=at))

    async def delete(self, case_id: UUID, base_version: int) -> bool:
        """Delete a case with its links and evidence, if it still has this version."""
        # Explicitly, children first: SQLite deletes in cascades only where the connection has them switched on.
        await self.session.execute(delete(CaseEvidence).where(CaseEvidence.case_id == case_id))
        await self.session.execute(delete(CaseEntry).where(CaseEntry.case_id == case_id))
        return await self.hits_one_row(delete(Case).where(Case.id == case_id, Case.version == base_version))

    async def known_entries(self, entry_ids: Sequence[UUID]) -> set[UUID]:
        """Return those of the ids that are entries."""
        return set(await self.session.scalars(select(Entry.id).where(Entry.id.in_(entry_ids))))

    async def find_evidence(self, case_id: UUID) -> CaseEvidence | None:
        """Return what was said in the call of a case."""
        return await self.session.get(CaseEvidence, case_id)

    async def words_in_use(self, limit: int) -> tuple[Sequence[str], Sequence[str]]:
        """Return the names of equipment and the areas that cases already use, the most frequent first."""
        return await self._frequent(Case.equipment, limit), await self._frequent(Case.area, limit)

    async def _frequent(self, column: Any, limit: int) -> Sequence[str]:  # noqa: ANN401  # debt: SQLAlchemy's types
        statement = select(column).where(column != "").group_by(column).order_by(func.count().desc(), column)
        return (await self.session.scalars(statement.limit(limit))).all()

    async def outcomes_of_entries(self, entry_ids: Sequence[UUID]) -> Sequence[tuple[UUID, str, int]]:
        """Return how many cases were solved with each entry, by outcome."""
        statement = (
            select(CaseEntry.entry_id, Case.outcome, func.count())
            .join(Case, Case.id == CaseEntry.case_id)
            .where(CaseEntry.entry_id.in_(entry_ids))
            .group_by(CaseEntry.entry_id, Case.outcome)
        )
        return [(row[0], row[1], row[2]) for row in (await self.session.execute(statement)).all()]

    async def solutions_of(self, situation: str) -> Sequence[tuple[UUID, str, str, int]]:
        """Return entry, title, outcome and number of the cases of a situation; published entries only."""
        statement = (
            select(CaseEntry.entry_id, Revision.title, Case.outcome, func.count())
            .join(Case, Case.id == CaseEntry.case_id)
            .join(Revision, Revision.entry_id == CaseEntry.entry_id)
            .where(Case.situation == situation, Revision.state == RevisionState.PUBLISHED)
            .group_by(CaseEntry.entry_id, Revision.title, Case.outcome)
        )
        return [(row[0], row[1], row[2], row[3]) for row in (await self.session.execute(statement)).all()]


def _with_links() -> Select[Case]:
    return select(Case).options(selectinload(Case.links)).execution_options(populate_existing=True)


def _conditions(wanted: CaseFilter) -> list[Any]:
    conditions: list[Any] = []
    if wanted.sector is not None:
        conditions.append(Case.sector == wanted.sector)
    if wanted.situation is not None:
        conditions.append(is_situation_or_group(Case.situation, wanted.situation))
    if wanted.text:
        in_title = Case.title.icontains(wanted.text, autoescape=True)
        conditions.append(or_(in_title, Case.problem.icontains(wanted.text, autoescape=True)))
    if wanted.entry_id is not None:
        conditions.append(Case.links.any(entry_id=wanted.entry_id))
    if wanted.outcome is not None:
        conditions.append(Case.outcome == wanted.outcome)
    if wanted.equipment:
        conditions.append(Case.equipment.icontains(wanted.equipment, autoescape=True))
    if wanted.area:
        conditions.append(Case.area.icontains(wanted.area, autoescape=True))
    if wanted.occurred_from is not None:
        conditions.append(Case.occurred_on >= wanted.occurred_from)
    if wanted.occurred_until is not None:
        conditions.append(Case.occurred_on <= wanted.occurred_until)
    return conditions
