"""Import of knowledge packs: every file whole or not at all, by key, never over a person's edit."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from uuid import UUID

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from kb.cases.service import CaseService
from kb.entries.models import Entry, RevisionOrigin, RevisionState
from kb.entries.repository import EntryRepository
from kb.entries.schemas import CaseDetail, CaseDraft
from kb.entries.service import KnowledgeService, has_same_text
from kb.filing.service import refresh_taxonomy
from kb.gold.questions import GoldQuestionService
from kb.packs.file_format import SUFFIXES, Pack, PackCase, PackEntry, PackQuestions, Refusal, read_pack
from kit.clock import Clock
from kit.db import Database
from kit.errors import InvalidInputError

log = structlog.get_logger(__name__)

PACK_AUTHOR = "pack"


class ItemOutcome(StrEnum):
    """What the import did with an item; `kept` when a person changed it and the pack now says something else."""

    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    KEPT = "kept"


@dataclass(frozen=True, slots=True)
class FileReport:
    """What became of one file.

    Attributes:
        path: The file.
        items: Outcome by key; empty when the file was refused.
        refused: Why nothing of the file was imported; empty when it was.
    """

    path: Path
    items: dict[str, ItemOutcome]
    refused: tuple[Refusal, ...]

    def keys(self, outcome: ItemOutcome) -> list[str]:
        """Return the keys of the items with this outcome, in file order."""
        return [key for key, value in self.items.items() if value is outcome]


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What became of every file, in the order of import."""

    files: tuple[FileReport, ...]

    @property
    def has_refusals(self) -> bool:
        """Whether any file was left out."""
        return any(report.refused for report in self.files)

    def count(self, outcome: ItemOutcome) -> int:
        """Return how many items had this outcome."""
        return sum(len(report.keys(outcome)) for report in self.files)


class PackImporter:
    """Imports packs into the database, one transaction a file."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def import_pack(self, paths: Sequence[Path]) -> ImportReport:
        """Import files, and folders with every pack file below them.

        Files with entries alone go first, so that cases and gold questions find the entries they name.

        Raises:
            InvalidInputError: A path does not exist, or there is no pack file at all.
        """
        await refresh_taxonomy(self._database)
        packs = [await asyncio.to_thread(read_pack, path) for path in find_pack_files(paths)]
        owners: dict[str, Path] = {}
        reports = []
        for pack in sorted(packs, key=lambda pack: bool(pack.cases or pack.questions)):
            refused = pack.refused or _repeated_keys(pack, owners)
            report = FileReport(pack.path, {}, refused) if refused else await self._import_file(pack)
            owners |= {key: pack.path for key in pack.lines if key not in owners}
            reports.append(report)
            log.info("pack_file_imported", file=pack.path.name, items=len(report.items), refused=len(report.refused))
        return ImportReport(tuple(reports))

    async def _import_file(self, pack: Pack) -> FileReport:
        try:
            async with self._database.session() as session:
                items = await _FileImport(session, self._clock, pack).run()
        except _RefusedError as error:
            return FileReport(pack.path, {}, error.refused)
        return FileReport(pack.path, items, ())


class _RefusedError(Exception):
    def __init__(self, refused: Sequence[Refusal]) -> None:
        super().__init__(f"{len(refused)} items refused")
        self.refused = tuple(refused)


class _FileImport:
    """One file in one unit of work."""

    def __init__(self, session: AsyncSession, clock: Clock, pack: Pack) -> None:
        self._session = session
        self._knowledge = KnowledgeService(session, clock)
        self._cases = CaseService(session, clock)
        self._entries = EntryRepository(session)
        self._gold = GoldQuestionService(session, clock)
        self._pack = pack

    async def run(self) -> dict[str, ItemOutcome]:
        """Import every item.

        Raises:
            _RefusedError: An item does not fit what is in the database; the caller rolls back.
        """
        outcomes: dict[str, ItemOutcome] = {}
        refused: list[Refusal] = []
        for item in self._pack.items():
            try:
                outcomes[item.key] = await self._put(item)
            except InvalidInputError as error:
                line = self._pack.lines[item.key]
                refused.append(Refusal(line, item.key, error.field, error.error_code, error.message))
        if refused:
            raise _RefusedError(refused)
        return outcomes

    async def _put(self, item: PackEntry | PackCase | PackQuestions) -> ItemOutcome:
        if isinstance(item, PackQuestions):
            return await self._put_questions(item)
        return await (self._put_entry(item) if isinstance(item, PackEntry) else self._put_case(item))

    async def _put_questions(self, item: PackQuestions) -> ItemOutcome:
        entry_ids = await self._known_entries([item.entry], "entry")
        added = await self._gold.put_from_pack(entry_ids[0], item.questions, PACK_AUTHOR)
        return ItemOutcome.CREATED if added else ItemOutcome.UNCHANGED

    async def _put_entry(self, item: PackEntry) -> ItemOutcome:
        draft = item.draft()
        entry = await self._entries.find_by_key(item.key)
        if entry is None:
            await self._knowledge.create_entry(draft, PACK_AUTHOR, key=item.key, origin=RevisionOrigin.PACK)
            return ItemOutcome.CREATED
        last_imported = await self._entries.latest_from_pack(entry.id)
        if last_imported is not None and has_same_text(last_imported, draft):
            return ItemOutcome.UNCHANGED
        if _was_touched_by_a_person(entry):
            return ItemOutcome.KEPT
        base = entry.current_revision_id
        await self._knowledge.revise_entry(entry.id, base, draft, PACK_AUTHOR, origin=RevisionOrigin.PACK)
        return ItemOutcome.UPDATED

    async def _put_case(self, item: PackCase) -> ItemOutcome:
        draft, entry_ids = item.draft(), await self._known_entries(item.entries, "entries")
        case = await self._cases.find_case_by_key(item.key)
        if case is None:
            await self._cases.add_case(draft, entry_ids, key=item.key)
            return ItemOutcome.CREATED
        if _case_draft(case) == draft and case.entry_ids == entry_ids:
            return ItemOutcome.UNCHANGED
        await self._cases.update_case(case.id, draft, entry_ids)
        return ItemOutcome.UPDATED

    async def _known_entries(self, keys: Sequence[str], field: str) -> list[UUID]:
        known = await self._entries.find_ids_by_key(keys)
        unknown = [key for key in keys if key not in known]
        if unknown:
            message = f"No entry has the key {', '.join(unknown)}; import it first or correct the key."
            raise InvalidInputError(message, field=field, code="entry_key_unknown")
        return [known[key] for key in dict.fromkeys(keys)]


def find_pack_files(paths: Sequence[Path]) -> list[Path]:
    """Return the pack files that the paths name, sorted within each folder, each once.

    Raises:
        InvalidInputError: A path does not exist, or there is no pack file at all.
    """
    found: dict[Path, None] = {}
    for path in paths:
        if not path.exists():
            raise InvalidInputError(f"{path} does not exist.", field="paths", code="pack_not_found")
        below = sorted(child for child in path.rglob("*") if child.suffix in SUFFIXES) if path.is_dir() else [path]
        found |= dict.fromkeys(below)
    if not found:
        message = "There is no knowledge pack here; packs end in .yaml, .yml or .jsonl."
        raise InvalidInputError(message, field="paths", code="pack_not_found")
    return list(found)


def _was_touched_by_a_person(entry: Entry) -> bool:
    return entry.current.origin != RevisionOrigin.PACK or entry.current.state == RevisionState.RETIRED


def _case_draft(case: CaseDetail) -> CaseDraft:
    return CaseDraft.model_validate(case.model_dump(include=set(CaseDraft.model_fields)))


def _repeated_keys(pack: Pack, owners: dict[str, Path]) -> tuple[Refusal, ...]:
    return tuple(
        Refusal(line, key, "key", "key_duplicate", f"{owners[key].name} has an item with this key already.")
        for key, line in pack.lines.items()
        if key in owners and key not in pack.questions
    )
