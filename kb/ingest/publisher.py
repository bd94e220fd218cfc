"""Writes the entries of one file, all of them or none. One unit of work; never commits."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy.ext.asyncio import AsyncSession

from kb.entries.category_tree import category_rows
from kb.entries.models import Entry, Revision, RevisionOrigin, RevisionState
from kb.entries.repository import EntryRepository
from kb.entries.schemas import EntryDraft
from kb.ingest.changes import new_entry_id
from kb.ingest.document import Unit, UnitKind
from kb.ingest.drafts import FileSettings, ImportSettings, PublishMode, document_prefix, draft_of, entry_key
from kb.ingest.models import FileState, ImportFile, ImportUnit, Plan
from kb.ingest.planning import Circumstances, PlannedUnit, count_plans, plan_document
from kb.ingest.repository import ImportRepository
from kb.kinds import DocumentKind
from kb.taxonomy.tree import load_taxonomy
from kit.clock import Clock
from kit.errors import ConflictError


class FilePublisher:
    """Plans and publishes the files of one import. The caller owns the session and commits it."""

    def __init__(self, session: AsyncSession, clock: Clock, settings: ImportSettings, author: str) -> None:
        self._session = session
        self._imports = ImportRepository(session)
        self._entries = EntryRepository(session)
        self._clock = clock
        self._settings = settings
        self._author = author
        self._taxonomy = load_taxonomy()

    async def plan(self, file: ImportFile, units: Sequence[Unit]) -> list[PlannedUnit]:
        """Return what publishing would do with each unit, and with entries whose unit is gone."""
        settings = settings_of(file, self._settings)
        drafts = {entry_key(file.name, unit): draft_of(unit, file.name, settings) for unit in units}
        known = await self._imports.known_entries(document_prefix(file.name))
        titles = [draft.title for draft in drafts.values()]
        taken: dict[str, UUID] = {}
        for sector in dict.fromkeys(draft.sector for draft in drafts.values()):
            own = [draft.title for draft in drafts.values() if draft.sector == sector]
            taken |= await self._imports.titles_taken(own, sector, settings.region)
        taken |= await self._imports.titles_promised(file, titles)
        now = Circumstances(known, taken, self._settings.mode, self._settings.retires_gone, self._taxonomy)
        return plan_document(drafts, now)

    async def publish(self, file: ImportFile, units: Sequence[Unit]) -> bool:
        """Write the entries of a file that is ready; return False when another run was faster.

        The plan is made again: what people did since the preview counts.

        Raises:
            ConflictError: `stale_revision`: somebody edited an entry at this very moment; nothing is written.
        """
        planned = await self.plan(file, units)
        counts = count_plans(planned)
        if not await self._imports.move_file(file.id, FileState.READY, FileState.PUBLISHED, counts=counts):
            return False
        now = self._clock.now()
        written = await self._write(planned, now)
        await self._imports.clear_units(file.id)
        self._session.add_all(unit_rows(file.id, units, planned, written))
        await self._session.flush()
        if self._settings.mode is PublishMode.PUBLISH or any(unit.plan is Plan.GONE for unit in planned):
            changed = [entry_id for entry_id, _ in written.values()]
            await self._entries.record_changes(DocumentKind.ENTRY, changed, now)
        return True

    async def _write(self, planned: Sequence[PlannedUnit], now: datetime) -> dict[str, tuple[UUID, UUID]]:
        """Write what is new, changed or gone; return entry and revision by key."""
        written: dict[str, tuple[UUID, UUID]] = {}
        categories: dict[tuple[str, str, str], UUID] = {}
        for unit in planned:
            if unit.plan not in (Plan.NEW, Plan.CHANGED) or unit.draft is None:
                continue
            entry_id = new_entry_id(unit.key) if unit.known is None else unit.known.entry.id
            revision_id = uuid4()
            facets = (unit.draft.situation, unit.draft.idea, unit.draft.means)
            if facets not in categories:
                categories[facets] = await self._category(*facets)
            if unit.known is None:
                self._session.add(Entry(id=entry_id, key=unit.key, current_revision_id=revision_id, created_at=now))
            self._session.add(self._revision(unit, unit.draft, entry_id, revision_id, categories[facets], now))
            written[unit.key] = (entry_id, revision_id)
        await self._replace([unit for unit in planned if unit.plan is Plan.CHANGED], written, now)
        await self._session.flush()
        return written | await self._retire_gone(planned, now)

    async def _category(self, situation: str, idea: str, means: str) -> UUID:
        nodes = category_rows(self._taxonomy, situation, idea, means)
        for node in nodes:
            await self._entries.add_category(node)
        category_id: UUID = nodes[-1]["id"]
        return category_id

    def _revision(
        self, unit: PlannedUnit, draft: EntryDraft, entry_id: UUID, revision_id: UUID, category_id: UUID, now: datetime
    ) -> Revision:
        is_published = self._settings.mode is PublishMode.PUBLISH
        return Revision(
            id=revision_id,
            entry_id=entry_id,
            number=1 if unit.known is None else unit.known.latest_number + 1,
            state=RevisionState.PUBLISHED if is_published else RevisionState.IN_REVIEW,
            origin=RevisionOrigin.DOCUMENT,
            category_id=category_id,
            author=self._author,
            created_at=now,
            published_at=now if is_published else None,
            **draft.model_dump(mode="python"),
        )

    async def _replace(
        self, changed: Sequence[PlannedUnit], written: dict[str, tuple[UUID, UUID]], now: datetime
    ) -> None:
        """Put new texts in the place of old ones; beside a published text a new one for review waits."""
        retired: list[UUID] = []
        for unit in changed:
            if unit.known is None:
                continue
            base, imported = unit.known.entry.current, unit.known.imported
            if imported is not None and imported.state == RevisionState.IN_REVIEW:
                retired.append(imported.id)
            if self._settings.mode is PublishMode.REVIEW and base.state == RevisionState.PUBLISHED:
                continue
            if not await self._imports.swap_current(base.entry_id, base.id, written[unit.key][1]):
                message = "An entry of the file was edited at this moment; publish again."
                raise ConflictError(message, code="stale_revision")
            retired.append(base.id)
        await self._imports.retire(retired, now)

    async def _retire_gone(self, planned: Sequence[PlannedUnit], now: datetime) -> dict[str, tuple[UUID, UUID]]:
        gone = {
            unit.key: (unit.known.entry.id, unit.known.entry.current_revision_id)
            for unit in planned
            if unit.plan is Plan.GONE and unit.known is not None
        }
        await self._imports.retire([revision_id for _, revision_id in gone.values()], now)
        return gone


def settings_of(file: ImportFile, settings: ImportSettings) -> FileSettings:
    """Return the file's own settings, or those of the batch."""
    return settings if file.settings is None else FileSettings.model_validate(file.settings)


def unit_rows(
    file_id: UUID,
    units: Sequence[Unit],
    planned: Sequence[PlannedUnit],
    written: dict[str, tuple[UUID, UUID]] | None = None,
) -> list[ImportUnit]:
    """Return the rows of a file's units in their order, those that are gone last."""
    rows: list[ImportUnit] = []
    for position, plan in enumerate(planned):
        entry_id, revision_id = (written or {}).get(plan.key, (plan.known.entry.id if plan.known else None, None))
        texts = _texts(units[position]) if position < len(units) else _texts_of_gone(plan)
        rows.append(
            ImportUnit(
                id=uuid4(),
                file_id=file_id,
                position=position,
                key=plan.key,
                plan=plan.plan,
                problem=plan.problem or None,
                entry_id=entry_id,
                revision_id=revision_id,
                **texts,
            )
        )
    return rows


def _texts(unit: Unit) -> dict[str, object]:
    return {
        "kind": unit.kind,
        "title": unit.title,
        "path": list(unit.path),
        "number": unit.number,
        "page": unit.page,
        "answer": unit.answer,
        "script": unit.script,
        "variants": list(unit.variants),
        "sector": unit.sector,
    }


def _texts_of_gone(plan: PlannedUnit) -> dict[str, object]:
    current = plan.known.entry.current if plan.known is not None else None
    return {
        "kind": UnitKind.MISSING,
        "title": current.title if current else "",
        "path": [],
        "number": "",
        "page": None,
        "answer": current.answer if current else "",
        "script": current.script if current else "",
        "variants": list(current.variants) if current else [],
        "sector": "",
    }


def unit_of(row: ImportUnit, file_name: str) -> Unit:
    """Return the unit that a row keeps."""
    return Unit(
        key=row.key.removeprefix(document_prefix(file_name)),
        kind=row.kind,
        title=row.title,
        path=tuple(row.path),
        number=row.number,
        answer=row.answer,
        script=row.script,
        variants=tuple(row.variants),
        page=row.page,
        sector=row.sector,
    )
