"""Versions of the taxonomy packs: read, changed with everything filed under them, and put in force."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from kb.cases.repository import CaseRepository
from kb.entries.models import Case, Revision, RevisionState
from kb.entries.schemas import EntryDraft
from kb.entries.service import KnowledgeService
from kb.kinds import DocumentKind
from kb.signals import TAXONOMY_CHANGED
from kb.taxonomy.edits import Merge, Recode, RenameIdea, RenameMeans, TaxonomyChange, apply_change
from kb.taxonomy.models import TaxonomyVersionRow
from kb.taxonomy.pack import TaxonomyPack, read_taxonomy_pack, write_taxonomy_pack
from kb.taxonomy.tree import PACK_NAMES, Taxonomy, put_in_force, shipped_branch, shipped_taxonomy
from kit.clock import Clock
from kit.db import Database
from kit.errors import ConflictError, InvalidInputError, NotFoundError
from kit.outbox import signal


@dataclass(frozen=True, slots=True)
class PackVersion:
    """A pack as it stands; number 0 is the shipped one."""

    pack: TaxonomyPack
    number: int


@dataclass(frozen=True, slots=True)
class Usage:
    """What is filed under each situation: published entries, cases."""

    entries: Mapping[str, int]
    cases: Mapping[str, int]

    def total(self, code: str) -> int:
        """Return how many entries and cases there are."""
        return self.entries.get(code, 0) + self.cases.get(code, 0)


class TaxonomyService:
    """Use cases on taxonomy packs. The caller owns the session, commits it, and then calls `refresh_taxonomy`."""

    def __init__(self, session: AsyncSession, clock: Clock) -> None:
        self._session = session
        self._clock = clock

    async def current(self, name: str) -> PackVersion:
        """Return a pack as it stands.

        Raises:
            NotFoundError: There is no such pack.
        """
        _check_name(name)
        return (await self.all_current())[name]

    async def all_current(self) -> dict[str, PackVersion]:
        """Return every pack as it stands, in menu order."""
        rows = {row.pack: row for row in await self._session.scalars(_newest())}
        return {
            name: PackVersion(TaxonomyPack.model_validate({"sector": None, **rows[name].content}), rows[name].number)
            if name in rows
            else PackVersion(shipped_pack(name), 0)
            for name in PACK_NAMES
        }

    async def history(self, name: str, limit: int = 100) -> Sequence[TaxonomyVersionRow]:
        """Return the versions of a pack, the newest first."""
        statement = select(TaxonomyVersionRow).where(TaxonomyVersionRow.pack == name)
        return (await self._session.scalars(statement.order_by(TaxonomyVersionRow.number.desc()).limit(limit))).all()

    async def usage(self) -> Usage:
        """Return how much is filed under each situation."""
        entries = select(Revision.situation, func.count()).where(Revision.state == RevisionState.PUBLISHED)
        cases = select(Case.situation, func.count()).group_by(Case.situation)
        return Usage(
            {row[0]: row[1] for row in await self._session.execute(entries.group_by(Revision.situation))},
            {row[0]: row[1] for row in await self._session.execute(cases)},
        )

    async def change(self, name: str, base_number: int, change: TaxonomyChange, author: str, note: str) -> PackVersion:
        """Make the next version of a pack, and move what is filed under a code or idea that goes away.

        Raises:
            NotFoundError: There is no such pack.
            ConflictError: `taxonomy_stale`: the pack is no longer at `base_number`; `taxonomy_unchanged`.
            InvalidInputError: The change does not fit the pack.
        """
        version = await self._at(name, base_number)
        changed = apply_change(version.pack, change)
        followed = await self._follow(changed, change, author)
        record = {**change.model_dump(mode="json"), "followed": followed}
        return await self._append(version.number + 1, changed, record, author, note)

    async def import_pack(self, name: str, base_number: int, text: str, author: str, note: str) -> PackVersion:
        """Replace a pack by a file's.

        Raises:
            InvalidInputError: The file is not a pack, is another sector's, or lacks a code that is in use.
            ConflictError: See `change`.
        """
        version, pack = await self._at(name, base_number), read_taxonomy_pack(text)
        if pack.name != name:
            message = f"The file is the pack of {pack.name}, not of {name}."
            raise InvalidInputError(message, field="sector", code="taxonomy_pack_invalid", line=1, reason=message)
        if pack == version.pack:
            raise ConflictError("The taxonomy is as this file has it already.", code="taxonomy_unchanged")
        kept = {situation.code for situation in pack.branch().situations}
        lost = [item.code for item in version.pack.branch().situations if item.code not in kept | pack.merged.keys()]
        usage = await self.usage()
        if in_use := [code for code in lost if usage.total(code)]:
            message = f"{', '.join(in_use)} is in use and not in the file; keep it, retire it, or merge it."
            raise InvalidInputError(message, field="groups", code="taxonomy_code_in_use", codes=in_use)
        followed: Counter[str] = Counter()
        for old, new in pack.merged.items():
            followed.update(await self._move(pack, old, new, author))
        record = {"kind": "import", "followed": dict(followed)}
        return await self._append(version.number + 1, pack, record, author, note)

    async def restore(self, name: str, base_number: int, number: int, author: str) -> PackVersion:
        """Make an earlier version the newest again, with the same checks as an import; 0 is the shipped pack."""
        pack = shipped_pack(name)
        if number:
            row = await self._session.get(TaxonomyVersionRow, (name, number))
            if row is None:
                raise NotFoundError("There is no such version of this pack.", code="taxonomy_pack_not_found")
            pack = TaxonomyPack.model_validate({"sector": None, **row.content})
        return await self.import_pack(name, base_number, write_taxonomy_pack(pack), author, f"v{number}")

    async def _at(self, name: str, base_number: int) -> PackVersion:
        version = await self.current(name)
        if version.number != base_number:
            message = "Someone changed this pack meanwhile; reload it and make your change again."
            raise ConflictError(message, code="taxonomy_stale", current_number=version.number)
        return version

    async def _append(
        self, number: int, pack: TaxonomyPack, change: dict[str, Any], author: str, note: str
    ) -> PackVersion:
        row = TaxonomyVersionRow(
            pack=pack.name,
            number=number,
            content=pack.plain(),
            change=change,
            author=author,
            note=note,
            created_at=self._clock.now(),
        )
        self._session.add(row)
        signal(self._session, TAXONOMY_CHANGED)
        try:
            await self._session.flush()
        except IntegrityError as error:
            message = "Someone changed this pack meanwhile; reload it and make your change again."
            raise ConflictError(message, code="taxonomy_stale", current_number=number) from error
        return PackVersion(pack, number)

    async def _follow(self, pack: TaxonomyPack, change: TaxonomyChange, author: str) -> dict[str, int]:
        match change:
            case Merge():
                return await self._move(pack, change.code, change.into, author)
            case Recode():
                return await self._move(pack, change.code, change.to, author)
            case RenameIdea():
                return await self._refacet(pack, change.code, {"idea": change.idea}, {"idea": change.to}, author)
            case RenameMeans():
                before = {"idea": change.idea, "means": change.means}
                return await self._refacet(pack, change.code, before, {"means": change.to}, author)
            case _:
                return {}

    async def _move(self, pack: TaxonomyPack, old: str, new: str, author: str) -> dict[str, int]:
        entries = await self._refacet(pack, old, {}, {"situation": new}, author)
        cases = (await self._session.scalars(select(Case).where(Case.situation == old))).all()
        repository = CaseRepository(self._session)
        for case in cases:
            case.situation = new
            await repository.record_change(DocumentKind.CASE, case.id, self._clock.now())
        return {**entries, "cases": len(cases)}

    async def _refacet(
        self, pack: TaxonomyPack, code: str, before: dict[str, str], after: dict[str, str], author: str
    ) -> dict[str, int]:
        """Publish the next revision of every entry of a situation whose facets are as before."""
        knowledge = KnowledgeService(self._session, self._clock, await self._taxonomy_with(pack))
        statement = select(Revision).where(Revision.situation == code, Revision.state == RevisionState.PUBLISHED)
        for field, value in before.items():
            statement = statement.where(getattr(Revision, field) == value)
        revisions = (await self._session.scalars(statement)).all()
        note = "; ".join(f"{field}: {value}" for field, value in after.items())
        for revision in revisions:
            fields = {name: getattr(revision, name) for name in EntryDraft.model_fields}
            draft = EntryDraft.model_validate(fields | after | {"change_note": note})
            await knowledge.revise_entry(revision.entry_id, revision.id, draft, author)
        return {"entries": len(revisions)}

    async def _taxonomy_with(self, pack: TaxonomyPack) -> Taxonomy:
        packs = {name: version.pack for name, version in (await self.all_current()).items()} | {pack.name: pack}
        return _taxonomy_of(packs)


def shipped_pack(name: str) -> TaxonomyPack:
    """Return the shipped pack of a sector, or `general`, as a curator would import it.

    Raises:
        NotFoundError: There is no such pack.
    """
    _check_name(name)
    branch = shipped_branch(name)
    groups = [
        {
            "code": group.code,
            "zh": group.name_zh,
            "en": group.name_en,
            "situations": [{"code": item.code, "zh": item.name_zh, "en": item.name_en} for item in group.situations],
        }
        for group in branch.groups
    ]
    head = {"sector": branch.code, "zh": branch.name_zh, "en": branch.name_en, "names": branch.names}
    return TaxonomyPack.model_validate({**head, "groups": groups})


async def refresh_taxonomy(database: Database) -> dict[str, int]:
    """Put the newest packs in force in this process; returns their numbers. Cheap when nothing changed."""
    async with database.session() as session:
        rows = {row.pack: row for row in await session.scalars(_newest())}
    numbers = {name: row.number for name, row in rows.items()}
    if numbers == _InForce.numbers:
        return numbers
    packs = {
        name: TaxonomyPack.model_validate({"sector": None, **rows[name].content})
        if name in rows
        else shipped_pack(name)
        for name in PACK_NAMES
    }
    put_in_force(_taxonomy_of(packs) if rows else None)
    _InForce.numbers = numbers
    return numbers


class _InForce:
    """Numbers of the packs that this process has in force."""

    numbers: Mapping[str, int] = {}  # rejected: replaced whole, never changed


def _taxonomy_of(packs: Mapping[str, TaxonomyPack]) -> Taxonomy:
    branches = tuple(packs[name].branch() for name in PACK_NAMES)
    return Taxonomy(branches, tuple(shipped_taxonomy().business_types.values()))


def _newest() -> Any:  # noqa: ANN401  # debt: SQLAlchemy's select types
    newest = select(TaxonomyVersionRow.pack, func.max(TaxonomyVersionRow.number).label("number"))
    top = newest.group_by(TaxonomyVersionRow.pack).subquery()
    is_top = (TaxonomyVersionRow.pack == top.c.pack) & (TaxonomyVersionRow.number == top.c.number)
    return select(TaxonomyVersionRow).join(top, is_top)


def _check_name(name: str) -> None:
    if name not in PACK_NAMES:
        raise NotFoundError("There is no such taxonomy pack.", code="taxonomy_pack_not_found")
