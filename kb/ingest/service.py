"""Use cases of imports that change rows: one unit of work; never commits, never touches a file."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID, uuid4

from sqlalchemy.ext.asyncio import AsyncSession

from kb.entries.schemas import EntryDraft
from kb.entries.validation import find_entry_problems, raise_problems
from kb.gold.changes import TextChange
from kb.ingest.archive import is_safe_path
from kb.ingest.changes import changes_of
from kb.ingest.document import Split, Unit, UnitKind
from kb.ingest.drafts import FileSettings, ImportSettings, PublishMode
from kb.ingest.models import FileState, ImportFile, ImportRow, ImportState, ImportUnit, Plan
from kb.ingest.planning import count_plans
from kb.ingest.publisher import FilePublisher, unit_of, unit_rows
from kb.ingest.refusals import FileRefusedError, refuse
from kb.ingest.repository import ImportRepository
from kb.ingest.schemas import (
    DropView,
    ImportDetail,
    ImportFileView,
    ImportPage,
    ImportSummary,
    Refusal,
    TakenBack,
    TestRefusal,
    UnitPage,
    UnitView,
)
from kb.ingest.taking_back import FileTakingBack
from kb.ingest.wire import refusal_to_wire
from kb.taxonomy.tree import load_taxonomy
from kit.clock import Clock
from kit.errors import ConflictError, InvalidInputError, NotFoundError, TooLargeError
from kit.paging import check_page_size, cut_page, decode_cursor

MAX_NAME_CHARACTERS = 400
_OPEN = (ImportState.COLLECTING, ImportState.READY)
_UNDER_WAY = (*_OPEN, ImportState.READING, ImportState.PUBLISHING)
_DONE_IN = {
    ImportState.READING: frozenset({FileState.READY, FileState.REFUSED}),
    ImportState.PUBLISHING: frozenset({FileState.PUBLISHED, FileState.REFUSED}),
    ImportState.TAKING_BACK: frozenset({FileState.TAKEN_BACK, FileState.REFUSED}),
}
_SETTLED = frozenset({FileState.READY, FileState.REFUSED, FileState.PUBLISHED, FileState.TAKEN_BACK})


class ImportService:
    """Imports and their files. The caller owns the session and commits it."""

    def __init__(self, session: AsyncSession, clock: Clock) -> None:
        self._imports = ImportRepository(session)
        self._session = session
        self._clock = clock

    async def create(self, settings: ImportSettings, author: str) -> ImportDetail:
        """Begin an import.

        Raises:
            InvalidInputError: A setting breaks a rule of entries.
        """
        check_settings(settings)
        import_id = uuid4()
        self._session.add(
            ImportRow(
                id=import_id,
                state=ImportState.COLLECTING,
                settings=settings.model_dump(mode="json"),
                author=author,
                created_at=self._clock.now(),
            )
        )
        await self._session.flush()
        return await self.get(import_id)

    async def get(self, import_id: UUID) -> ImportDetail:
        """Return an import with its files.

        Raises:
            NotFoundError: `import_not_found`.
        """
        row = await self._get(import_id)
        files = await self._imports.files(import_id)
        summary, settings = _summary(row, files), ImportSettings.model_validate(row.settings)
        return ImportDetail(
            **summary.model_dump(),
            settings=settings,
            is_testing=row.state == ImportState.PUBLISHING
            and settings.mode is PublishMode.PUBLISH
            and row.admitted_at is None,
            test_refusal=None if row.test_refusal is None else TestRefusal.model_validate(row.test_refusal),
            test_run_id=row.test_run_id,
            taken_back=await self._taken_back(row),
            files=[file_view(file) for file in files],
        )

    async def _taken_back(self, row: ImportRow) -> TakenBack | None:
        if row.taken_back_by is None:
            return None
        counts = await self._imports.count_taken_back(row.id)
        return TakenBack(
            by=row.taken_back_by, at=row.taken_back_at, entries=counts.get(True, 0), left=counts.get(False, 0)
        )

    async def list_imports(self, *, cursor: str | None = None, limit: int = 20) -> ImportPage:
        """Return imports, the newest first.

        Raises:
            InvalidInputError: The cursor or the page size cannot be used.
        """
        check_page_size(limit)
        rows = await self._imports.page(decode_cursor(cursor), limit + 1)
        shown, next_cursor = cut_page(rows, limit, lambda row: (row.created_at, row.id))
        files: dict[UUID, list[ImportFile]] = {row.id: [] for row in shown}
        for file in await self._imports.files_of(list(files)):
            files[file.import_id].append(file)
        return ImportPage(
            items=[_summary(row, files[row.id]) for row in shown],
            next_cursor=next_cursor,
        )

    async def units(self, import_id: UUID, file_id: UUID, after: int, limit: int) -> UnitPage:
        """Return the units of a file in order.

        Raises:
            NotFoundError: `import_not_found` or `import_file_not_found`.
        """
        file = await self._get_file(import_id, file_id)
        rows = await self._imports.units(file.id, after, limit + 1)
        items = [UnitView.model_validate(row) for row in rows[:limit]]
        return UnitPage(items=items, next_after=items[-1].position if len(rows) > limit else None)

    async def add_file(self, import_id: UUID, name: str, size_bytes: int, max_files: int) -> UUID:
        """Add a file that has been stored, or will be under the id that is returned.

        Raises:
            NotFoundError: `import_not_found`.
            ConflictError: `import_not_open`: reading or publishing has begun.
            InvalidInputError: The name cannot be used, or another file of the import has it.
            TooLargeError: `import_too_many_files`.
        """
        row = await self._get(import_id)
        if row.state not in _OPEN:
            raise _not_open()
        check_name(name)
        if await self._imports.find_file_named(import_id, name) is not None:
            refusal = refuse("file_duplicate")
            raise InvalidInputError(refusal.message, field="name", code=refusal.error_code)
        if await self._imports.count_files(import_id) >= max_files:
            message = f"An import has at most {max_files} files; send the rest as another."
            raise TooLargeError(message, code="import_too_many_files", limit=max_files)
        return self._add(import_id, name, size_bytes)

    def _add(self, import_id: UUID, name: str, size_bytes: int) -> UUID:
        file_id = uuid4()
        self._session.add(
            ImportFile(
                id=file_id, import_id=import_id, name=name, size_bytes=size_bytes, state=FileState.WAITING,
                title="", format="", encoding="", source_characters=0, kept_characters=0, drops=[], counts={},
            )
        )  # fmt: skip
        return file_id

    async def remove_file(self, import_id: UUID, file_id: UUID) -> None:
        """Leave a file out.

        Raises:
            NotFoundError: `import_not_found` or `import_file_not_found`.
            ConflictError: `import_not_open`.
        """
        row, file = await self._get(import_id), await self._get_file(import_id, file_id)
        if row.state not in _OPEN:
            raise _not_open()
        if row.test_refusal is not None:
            row.failure = row.test_refusal = None  # it was about other files
        await self._imports.clear_units(file_id)
        await self._session.delete(file)
        await self._session.flush()

    async def change_settings(self, import_id: UUID, settings: ImportSettings) -> None:
        """Change what the curator decided; a preview that was made has to be made again.

        Raises:
            NotFoundError: `import_not_found`.
            ConflictError: `import_not_open`.
            InvalidInputError: A setting breaks a rule of entries.
        """
        check_settings(settings)
        row = await self._get(import_id)
        if row.state not in _OPEN:
            raise _not_open()
        row.settings = settings.model_dump(mode="json")
        await self._session.flush()

    async def change_file_settings(self, import_id: UUID, file_id: UUID, settings: FileSettings | None) -> None:
        """Change what the curator decided for one file; None takes the batch's again. Raises as `change_settings`."""
        if settings is not None:
            check_settings(settings)
        row, file = await self._get(import_id), await self._get_file(import_id, file_id)
        if row.state not in _OPEN:
            raise _not_open()
        file.settings = None if settings is None else settings.model_dump(mode="json")
        await self._session.flush()

    async def begin_reading(self, import_id: UUID) -> None:
        """Let the preview be made.

        Raises:
            NotFoundError: `import_not_found`.
            ConflictError: `import_not_open`.
            InvalidInputError: `import_empty`: there is no file.
        """
        await self._get(import_id)
        if not await self._imports.count_files(import_id):
            raise InvalidInputError("There is no file to read; add one.", field="files", code="import_empty")
        if not await self._imports.move(import_id, _OPEN, ImportState.READING, failure=None, test_refusal=None):
            raise _not_open()

    async def begin_publishing(self, import_id: UUID, *, ask_before_drop: bool, override_reason: str) -> None:
        """Let the entries be written once the gold questions let them pass.

        Args:
            import_id: Of the import.
            ask_before_drop: See `Consent`; kept until the import is published.
            override_reason: As well.

        Raises:
            NotFoundError: `import_not_found`.
            ConflictError: `import_not_ready`: there is no preview, or it was published already.
        """
        await self._get(import_id)
        fresh = {"failure": None, "test_refusal": None, "admitted_at": None, "test_run_id": None}
        consent = {"ask_before_drop": ask_before_drop, "override_reason": override_reason}
        if not await self._imports.move(import_id, [ImportState.READY], ImportState.PUBLISHING, **fresh, **consent):
            raise ConflictError("Make the preview first; nothing is published unseen.", code="import_not_ready")

    async def cancel(self, import_id: UUID) -> None:
        """Stop the import; files that were published stay published.

        Raises:
            NotFoundError: `import_not_found`.
            ConflictError: `import_over`.
        """
        await self._get(import_id)
        now = self._clock.now()
        if not await self._imports.move(import_id, _UNDER_WAY, ImportState.CANCELLED, finished_at=now):
            raise ConflictError("The import is over already.", code="import_over")

    async def begin_taking_back(self, import_id: UUID, author: str) -> None:
        """Let what the import published be undone.

        Args:
            import_id: Of the import.
            author: Name of whoever takes it back; the restored texts bear it.

        Raises:
            NotFoundError: `import_not_found`.
            ConflictError: `import_nothing_published`: no file of it is published, or it is not over yet.
        """
        await self._get(import_id)
        ended = [ImportState.FINISHED, ImportState.CANCELLED]
        if not any(file.state == FileState.PUBLISHED for file in await self._imports.files(import_id)) or not (
            await self._imports.move(
                import_id, ended, ImportState.TAKING_BACK, failure=None, taken_back_by=author, taken_back_at=None
            )
        ):
            message = "Nothing of this import stands: it published nothing, is still at work, or was taken back."
            raise ConflictError(message, code="import_nothing_published")

    async def take_back_file(self, file: ImportFile, author: str) -> bool:
        """Undo what a file published; see `FileTakingBack.take_back`."""
        return await FileTakingBack(self._session, self._clock, author).take_back(file)

    async def store_members(self, file: ImportFile, names: Mapping[str, int]) -> dict[str, UUID]:
        """Put the files of an archive in its place; return their ids by name. Names that are taken are left out."""
        if not await self._imports.move_file(file.id, FileState.WAITING, FileState.UNPACKED):
            return {}
        taken = {known.name for known in await self._imports.files(file.import_id)}
        return {name: self._add(file.import_id, name, size) for name, size in names.items() if name not in taken}

    async def store_refused_member(self, import_id: UUID, name: str, size: int, error: FileRefusedError) -> None:
        """Add a file of an archive that was not unpacked."""
        shown = name[:MAX_NAME_CHARACTERS]
        if await self._imports.find_file_named(import_id, shown) is None:
            file_id = self._add(import_id, shown, size)
            await self._session.flush()
            await self.store_refusal(file_id, error)

    async def store_refusal(self, file_id: UUID, error: FileRefusedError) -> None:
        """Say why a file is refused."""
        wire = refusal_to_wire(error)
        await self._imports.move_file(file_id, FileState.WAITING, FileState.REFUSED, refusal=wire)

    async def store_split(self, file: ImportFile, split: Split, settings: ImportSettings) -> None:
        """Keep what a file would become, and what publishing would do with it."""
        planned = await FilePublisher(self._session, self._clock, settings, "").plan(file, split.units)
        drops = [{"reason": drop.reason, "characters": drop.characters, "count": drop.count, "example": drop.example}
                 for drop in split.drops]  # fmt: skip
        is_ours = await self._imports.move_file(
            file.id,
            FileState.WAITING,
            FileState.READY,
            title=split.title[:MAX_NAME_CHARACTERS],
            format=split.format,
            encoding=split.encoding,
            source_characters=split.source_characters,
            kept_characters=split.kept_characters,
            drops=drops,
            counts=count_plans(planned),
        )
        if is_ours:
            self._session.add_all(unit_rows(file.id, split.units, planned))
            await self._session.flush()

    async def plan_again(self, file: ImportFile, settings: ImportSettings) -> None:
        """Make the plan of a file that has been read anew, after its settings or the entries changed."""
        units = units_of(file, await self._imports.units(file.id))
        planned = await FilePublisher(self._session, self._clock, settings, "").plan(file, units)
        if await self._imports.move_file(file.id, FileState.READY, FileState.READY, counts=count_plans(planned)):
            await self._imports.clear_units(file.id)
            self._session.add_all(unit_rows(file.id, units, planned))
            await self._session.flush()

    async def changes(self, file: ImportFile, settings: ImportSettings) -> list[TextChange]:
        """Return what publishing a file would do to what search finds, as things are now."""
        units = units_of(file, await self._imports.units(file.id))
        return changes_of(await FilePublisher(self._session, self._clock, settings, "").plan(file, units))

    async def publish_file(self, file: ImportFile, settings: ImportSettings, author: str) -> bool:
        """Write the entries of a file; see `FilePublisher.publish`."""
        units = units_of(file, await self._imports.units(file.id))
        return await FilePublisher(self._session, self._clock, settings, author).publish(file, units)

    async def _get(self, import_id: UUID) -> ImportRow:
        row = await self._imports.find(import_id)
        if row is None:
            raise NotFoundError("There is no such import.", code="import_not_found")
        return row

    async def _get_file(self, import_id: UUID, file_id: UUID) -> ImportFile:
        file = await self._imports.find_file(import_id, file_id)
        if file is None:
            raise NotFoundError("There is no such file in this import.", code="import_file_not_found")
        return file


def check_settings(settings: FileSettings) -> None:
    """Refuse settings with which no entry could be written.

    Raises:
        InvalidInputError: For the first problem; `details["errors"]` lists every one.
    """
    fields = settings.model_dump(include=set(FileSettings.model_fields))
    sample = EntryDraft(title="-", answer="-", script="-", **fields)
    raise_problems(list(find_entry_problems(sample, load_taxonomy())))


def check_name(name: str) -> None:
    """Refuse a name that is no path below a folder.

    Raises:
        InvalidInputError: It is empty, too long or leads out of its folder.
    """
    if not name.strip() or len(name) > MAX_NAME_CHARACTERS or not is_safe_path(name):
        refusal = refuse("file_path_unsafe")
        raise InvalidInputError(refusal.message, field="name", code=refusal.error_code)


def units_of(file: ImportFile, rows: Iterable[ImportUnit]) -> list[Unit]:
    """Return the units of a file that its document has."""
    return [unit_of(row, file.name) for row in rows if row.kind != UnitKind.MISSING]


def file_view(file: ImportFile) -> ImportFileView:
    """Return a file as the page shows it."""
    drops = [DropView.model_validate(drop) for drop in file.drops]
    dropped = sum(drop.characters for drop in drops)
    return ImportFileView(
        id=file.id,
        name=file.name,
        size_bytes=file.size_bytes,
        state=FileState(file.state),
        settings=None if file.settings is None else FileSettings.model_validate(file.settings),
        refusal=None if file.refusal is None else Refusal.model_validate(file.refusal),
        title=file.title,
        format=file.format,
        encoding=file.encoding,
        source_characters=file.source_characters,
        kept_characters=file.kept_characters,
        unexplained_characters=file.source_characters - file.kept_characters - dropped,
        drops=drops,
        counts=_counts([file]),
    )


def _summary(row: ImportRow, files: Sequence[ImportFile]) -> ImportSummary:
    shown = [file for file in files if file.state != FileState.UNPACKED]
    done = _DONE_IN.get(ImportState(row.state), _SETTLED)
    return ImportSummary(
        id=row.id,
        state=ImportState(row.state),
        author=row.author,
        created_at=row.created_at,
        finished_at=row.finished_at,
        failure=row.failure,
        file_count=len(shown),
        done_count=sum(file.state in done for file in shown),
        refused_count=sum(file.state == FileState.REFUSED for file in shown),
        counts=_counts(shown),
        first_name=min((file.name for file in files), default=""),
    )


def _counts(files: Iterable[ImportFile]) -> dict[Plan, int]:
    counts = dict.fromkeys(Plan, 0)
    for file in files:
        for plan, count in file.counts.items():
            counts[Plan(plan)] += count
    return counts


def _not_open() -> ConflictError:
    return ConflictError("The import is being read or published, or is over.", code="import_not_open")
