"""Reads and publishes imports as durable jobs; a run that was cut off is taken up where it was."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from typing import Protocol
from uuid import UUID

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from assist_api.imports.notices import ImportNotices
from assist_api.imports.storage import ImportStore
from assist_api.knowledge.publishing import Admission, AdmitBatch, Consent, PublicationRefusedError
from kb.gold.changes import TextChange
from kb.ingest.archive import Member
from kb.ingest.drafts import ImportSettings, PublishMode, import_title
from kb.ingest.formats import Format, suffix_of
from kb.ingest.limits import ReadLimits
from kb.ingest.models import FileState, ImportFile, ImportRow, ImportState
from kb.ingest.refusals import FileRefusedError, refuse
from kb.ingest.repository import ImportRepository
from kb.ingest.sandbox import DocumentReader
from kb.ingest.service import ImportService, check_name
from kit.clock import Clock
from kit.db import Database
from kit.db_faults import STORAGE_FAULTS
from kit.disk import DiskFullError, is_disk_full
from kit.errors import ConflictError, InvalidInputError
from kit.jobs import JobCancelledError, LeaseLostError, RunningJob

log = structlog.get_logger(__name__)


class IndexNotice(Protocol):
    """The part of the indexer that an import needs."""

    def notify(self) -> None:
        """Say that there are changes."""
        ...


class ImportRunner:
    """Owner of the work on imports; the state in the database says what there is to do."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        store: ImportStore,
        limits: ReadLimits,
        max_files: int,
        index: IndexNotice,
        admit: AdmitBatch,
        notices: ImportNotices,
    ) -> None:
        self._database = database
        self._clock = clock
        self._store = store
        self._limits = limits
        self._max_files = max_files
        self._index = index
        self._admit = admit
        self._notices = notices

    async def sweep(self) -> Sequence[UUID]:
        """Remove files of imports that are over, and return the imports that are being worked on."""
        async with self._database.session() as session:
            imports = ImportRepository(session)
            under_way = await imports.in_state(ImportState.READING, ImportState.PUBLISHING, ImportState.TAKING_BACK)
            waiting = await imports.in_state(ImportState.COLLECTING, ImportState.READY)
        await asyncio.to_thread(self._store.sweep, [*under_way, *waiting])
        return under_way

    async def run(self, job: RunningJob) -> None:
        """Read an import, publish it or take it back, whichever its state asks for; a fault is kept with it.

        Raises:
            ConflictError: The run stopped; its code is the failure that the import has.
            JobCancelledError: Somebody cancelled the job; the stage can be asked for again.
        """
        import_id = UUID(str(job.payload["import_id"]))
        try:
            await self._run(import_id, job)
        except JobCancelledError:
            await self._fail(import_id, "job_cancelled")
            raise
        except LeaseLostError:
            raise
        except Exception as error:
            code = failure_code(error)
            log.exception("import_stopped", code=code)
            await self._fail(import_id, code)
            raise ConflictError("The import stopped; look at it and ask for the stage again.", code=code) from error
        finally:
            self._index.notify()

    async def _run(self, import_id: UUID, job: RunningJob) -> None:
        row = await self._row(import_id)
        if row is None:
            return
        settings = ImportSettings.model_validate(row.settings)
        if row.state == ImportState.READING:
            await self._read(import_id, settings, job)
        elif row.state == ImportState.PUBLISHING:
            await self._publish(row, settings, job)
        elif row.state == ImportState.TAKING_BACK:
            await self._take_back(row, job)

    async def _read(self, import_id: UUID, settings: ImportSettings, job: RunningJob) -> None:
        reader = DocumentReader(self._limits)
        try:
            while (file := await self._next(import_id, ImportState.READING, FileState.WAITING)) is not None:
                await self._report(import_id, FileState.WAITING, job)
                await self._read_file(reader, file, settings)
        finally:
            await reader.aclose()
        for known in await self._files(import_id, FileState.READY):
            if await self._is_still(import_id, ImportState.READING):
                async with self._database.session() as session:
                    await ImportService(session, self._clock).plan_again(known, settings)
        await self._move(import_id, ImportState.READING, ImportState.READY)

    async def _read_file(self, reader: DocumentReader, file: ImportFile, settings: ImportSettings) -> None:
        path = self._store.path(file.import_id, file.id)
        try:
            if suffix_of(file.name) == Format.ZIP:
                folder = await asyncio.to_thread(self._store.unpacking_folder, file.import_id)
                await self._take_members(file, await reader.unpack(path, folder))
                return
            split = await reader.read(path, file.name)
        except FileRefusedError as error:
            log.info("import_file_refused", code=error.error_code)
            async with self._database.session() as session:
                await ImportService(session, self._clock).store_refusal(file.id, error)
            return
        async with self._database.session() as session:
            await ImportService(session, self._clock).store_split(file, split, settings)

    async def _take_members(self, file: ImportFile, members: Sequence[Member]) -> None:
        usable, refused = _judge(members)
        async with self._database.session() as session:
            service = ImportService(session, self._clock)
            room = self._max_files - await ImportRepository(session).count_files(file.import_id)
            if len(usable) > room:
                await service.store_refusal(file.id, refuse("archive_too_many", limit=self._max_files))
                return
            ids = await service.store_members(file, {member.name: member.size_bytes for member in usable})
            for name, size, error in refused:
                await service.store_refused_member(file.import_id, name, size, error)
            # Before the commit: a file the database knows of lies in its place.
            folder = self._store.path(file.import_id, file.id).parent / ".unpacking"
            for member in usable:
                if member.name in ids:
                    self._store.adopt(file.import_id, folder / member.stored, ids[member.name])

    async def _publish(self, row: ImportRow, settings: ImportSettings, job: RunningJob) -> None:
        import_id = row.id
        try:
            admission = await self._admission(row, settings)
        except PublicationRefusedError as refusal:
            log.info("import_refused_by_tests", code=refusal.error_code)
            why = {"failure": refusal.error_code, "test_refusal": dict(refusal.details)}
            async with self._database.session() as session:
                if await ImportRepository(session).move(import_id, [ImportState.PUBLISHING], ImportState.READY, **why):
                    await self._notices.refused(session, job, import_id, refusal.error_code)
            return
        while (file := await self._next(import_id, ImportState.PUBLISHING, FileState.READY)) is not None:
            await self._report(import_id, FileState.READY, job)
            async with self._database.session() as session:
                is_ours = await ImportService(session, self._clock).publish_file(file, settings, row.author)
                if is_ours and admission is not None:
                    # With the first file: a crash before it leaves nothing and tests again, a crash after it leaves
                    # the run once, and the other files are what it let through.
                    await self._record(session, row, admission)
            if is_ours:
                admission = None
            log.info("import_file_published", counts=file.counts)
            self._index.notify()
        if await self._finish(import_id, job):
            await asyncio.to_thread(self._store.discard, import_id)

    async def _finish(self, import_id: UUID, job: RunningJob) -> bool:
        now = self._clock.now()
        async with self._database.session() as session:
            imports = ImportRepository(session)
            if not await imports.move(import_id, [ImportState.PUBLISHING], ImportState.FINISHED, finished_at=now):
                return False
            files = await imports.files(import_id)
            refused = sum(file.state == FileState.REFUSED for file in files)
            await self._notices.finished(session, job, import_id, files=len(files) - refused, refused=refused)
        return True

    async def _take_back(self, row: ImportRow, job: RunningJob) -> None:
        """Undo the published files one by one, the last first: a later file may have changed an earlier one's entry."""
        author = row.taken_back_by or row.author
        while files := await self._files(row.id, FileState.PUBLISHED):
            await self._report(row.id, FileState.PUBLISHED, job)
            async with self._database.session() as session:
                await ImportService(session, self._clock).take_back_file(files[-1], author)
            self._index.notify()
        await self._move(row.id, ImportState.TAKING_BACK, ImportState.TAKEN_BACK, taken_back_at=self._clock.now())

    async def _admission(self, row: ImportRow, settings: ImportSettings) -> Admission | None:
        """Let the gold questions run before anything is written; None when they have let the import pass already.

        What waits for review is tested when it is published.

        Raises:
            PublicationRefusedError: They do not let it pass.
        """
        if settings.mode is not PublishMode.PUBLISH or row.admitted_at is not None:
            return None
        consent = Consent(bool(row.ask_before_drop), row.override_reason or "")
        return await self._admit(lambda: self._changes(row.id, settings), consent)

    async def _changes(self, import_id: UUID, settings: ImportSettings) -> AsyncIterator[list[TextChange]]:
        """Yield what each file that is ready would change; no session is open while the caller works."""
        for file in await self._files(import_id, FileState.READY):
            async with self._database.session() as session:
                changes = await ImportService(session, self._clock).changes(file, settings)
            yield changes

    async def _record(self, session: AsyncSession, row: ImportRow, admission: Admission) -> None:
        """Keep the run in the transaction of the first file, once, whoever else works on the import."""
        imports = ImportRepository(session)
        if await imports.admit(row.id, self._clock.now()):
            title = import_title([file.name for file in await imports.files(row.id)])
            run_id = await admission.record_import(session, self._clock, title, row.author)
            await imports.keep_run(row.id, run_id)

    async def _next(self, import_id: UUID, stage: ImportState, state: FileState) -> ImportFile | None:
        """Return the next file of the stage; None when there is none, or the import was cancelled."""
        if not await self._is_still(import_id, stage):
            return None
        return next(iter(await self._files(import_id, state)), None)

    async def _files(self, import_id: UUID, state: FileState) -> list[ImportFile]:
        async with self._database.session() as session:
            return [file for file in await ImportRepository(session).files(import_id) if file.state == state]

    async def _is_still(self, import_id: UUID, stage: ImportState) -> bool:
        row = await self._row(import_id)
        return row is not None and row.state == stage

    async def _row(self, import_id: UUID) -> ImportRow | None:
        async with self._database.session() as session:
            return await ImportRepository(session).find(import_id)

    async def _move(self, import_id: UUID, before: ImportState, after: ImportState, **values: object) -> bool:
        async with self._database.session() as session:
            return await ImportRepository(session).move(import_id, [before], after, **values)

    async def _report(self, import_id: UUID, left: FileState, job: RunningJob) -> None:
        """Show how many files of the stage are behind."""
        async with self._database.session() as session:
            files = await ImportRepository(session).files(import_id)
        await job.report(sum(file.state != left for file in files), len(files))

    async def _fail(self, import_id: UUID, code: str) -> None:
        """Put the import back to where the stage can be asked for again, with the reason."""
        try:
            async with self._database.session() as session:
                imports = ImportRepository(session)
                await imports.move(import_id, [ImportState.PUBLISHING], ImportState.READY, failure=code)
                await imports.move(import_id, [ImportState.READING], ImportState.COLLECTING, failure=code)
                await imports.move(import_id, [ImportState.TAKING_BACK], ImportState.FINISHED, failure=code)
        except STORAGE_FAULTS:
            # The state stays; the next start goes on from it.
            log.exception("import_failure_not_kept")


def failure_code(error: Exception) -> str:
    """Return the stable code of what stopped a run."""
    if isinstance(error, ConflictError):
        return error.error_code
    if is_disk_full(error):
        return DiskFullError.code
    return "import_file_missing" if isinstance(error, FileNotFoundError) else "import_interrupted"


def _judge(members: Sequence[Member]) -> tuple[list[Member], list[tuple[str, int, FileRefusedError]]]:
    """Tell the files of an archive that can be used from those that cannot, by name."""
    usable: dict[str, Member] = {}
    refused: list[tuple[str, int, FileRefusedError]] = []
    for member in members:
        error = member.refusal
        if error is None:
            try:
                check_name(member.name)
            except InvalidInputError:
                error = refuse("file_path_unsafe")
        if error is not None:
            refused.append((member.name, member.size_bytes, error))
        elif member.name not in usable:
            usable[member.name] = member
    return list(usable.values()), refused
