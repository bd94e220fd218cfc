"""What endpoints and command line ask of imports: rows in a transaction, files on the disk, work in the background."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import BinaryIO
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from assist_api.http.actor import Actor, program
from assist_api.http.core import AuditTrail, DetailValue
from assist_api.imports.notices import ImportNotices
from assist_api.imports.runner import ImportRunner, IndexNotice
from assist_api.imports.storage import ImportStore
from assist_api.knowledge.publishing import ASSENT, AdmitBatch, Consent
from kb.ingest.drafts import FileSettings, ImportSettings
from kb.ingest.limits import ReadLimits
from kb.ingest.schemas import ImportDetail, ImportFileView, ImportPage, UnitPage
from kb.ingest.service import ImportService
from kb.settings import KBSettings
from kit.clock import Clock
from kit.db import Database
from kit.disk import DiskFullError, is_disk_full
from kit.errors import DependencyCategory, DependencyError, TooLargeError
from kit.jobs import JobFilter, JobHandler, JobQueue, JobRunner, JobState

KIND = "documents.import"
"""Of the job that reads or publishes an import, whichever its state asks for."""
POLL_SECONDS = 0.2
RECOVERY = program("tingzhi serve")
LEASE = timedelta(seconds=10)
"""So long after the death of its process an import goes on in another one; reading one file may take longer."""


def read_limits(settings: KBSettings, file_bytes: int) -> ReadLimits:
    """Return the bounds of one file."""
    return ReadLimits(
        file_bytes=file_bytes,
        unpacked_bytes=settings.import_max_unpacked_bytes,
        members=settings.import_max_files,
        units=settings.import_max_units,
        seconds=settings.import_read_seconds,
        memory_bytes=settings.import_memory_bytes,
    )


class DocumentImports:
    """Use cases of imports, each in transactions of its own."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        index: IndexNotice,
        admit: AdmitBatch,
        *,
        jobs: JobQueue,
        data_dir: Path,
        max_file_bytes: int,
        settings: KBSettings,
        audit: AuditTrail,
        notices: ImportNotices,
    ) -> None:
        self._database = database
        self._clock = clock
        self._jobs = jobs
        self._audit = audit
        self._max_file_bytes = max_file_bytes
        self._max_files = settings.import_max_files
        self._store = ImportStore(data_dir / "imports")
        limits = read_limits(settings, max_file_bytes)
        self._runner = ImportRunner(database, clock, self._store, limits, self._max_files, index, admit, notices)
        self.handler = JobHandler(KIND, self._runner.run, lease=LEASE, on_failed=notices.job_failed)

    async def create(self, settings: ImportSettings, actor: Actor) -> ImportDetail:
        """Begin an import; see `ImportService.create`."""
        async with self._edit() as (session, service):
            created = await service.create(settings, actor.name)
            self._audit.record(session, actor, "import.created", "import", created.id, after=created.settings)
            return created

    async def get(self, import_id: UUID) -> ImportDetail:
        """Return an import with its files; see `ImportService.get`."""
        async with self._service() as service:
            return await service.get(import_id)

    async def list_imports(self, cursor: str | None, limit: int) -> ImportPage:
        """Return imports, the newest first."""
        async with self._service() as service:
            return await service.list_imports(cursor=cursor, limit=limit)

    async def units(self, import_id: UUID, file_id: UUID, after: int, limit: int) -> UnitPage:
        """Return units of a file in order."""
        async with self._service() as service:
            return await service.units(import_id, file_id, after, limit)

    async def add_file(
        self, import_id: UUID, actor: Actor, name: str, stream: BinaryIO, size_bytes: int
    ) -> ImportFileView:
        """Take a file in; see `ImportService.add_file`.

        Raises:
            TooLargeError: The file is above the limit.
            DiskFullError: Nothing is left of the file.
        """
        if size_bytes > self._max_file_bytes:
            message = f"The file is larger than {self._max_file_bytes} bytes; split it."
            raise TooLargeError(message, code="file_too_large", limit_bytes=self._max_file_bytes)
        async with self._edit() as (session, service):
            file_id = await service.add_file(import_id, name, size_bytes, self._max_files)
            details: dict[str, DetailValue] = {"file_id": str(file_id), "kilobytes": size_bytes // 1024}
            self._audit.record(session, actor, "import.file_added", "import", import_id, details=details)
            # Inside the transaction: a row whose file did not fit on the disk is never seen.
            try:
                await asyncio.to_thread(self._store.put, import_id, file_id, stream)
            except OSError as error:
                raise _disk_error(error) from error
        detail = await self.get(import_id)
        return next(file for file in detail.files if file.id == file_id)

    async def remove_file(self, import_id: UUID, file_id: UUID, actor: Actor) -> ImportDetail:
        """Leave a file out; see `ImportService.remove_file`."""
        async with self._edit() as (session, service):
            await service.remove_file(import_id, file_id)
            details = {"file_id": str(file_id)}
            self._audit.record(session, actor, "import.file_removed", "import", import_id, details=details)
        await asyncio.to_thread(self._store.discard_file, import_id, file_id)
        return await self.get(import_id)

    async def change_settings(self, import_id: UUID, settings: ImportSettings, actor: Actor) -> ImportDetail:
        """Change the settings of the batch; see `ImportService.change_settings`."""
        async with self._edit() as (session, service):
            before = (await service.get(import_id)).settings
            await service.change_settings(import_id, settings)
            self._audit.record(
                session, actor, "import.settings_changed", "import", import_id, before=before, after=settings
            )
            is_previewed = (await service.get(import_id)).state == "ready"
        return await (self.read(import_id, actor) if is_previewed else self.get(import_id))

    async def change_file_settings(
        self, import_id: UUID, file_id: UUID, settings: FileSettings | None, actor: Actor
    ) -> ImportDetail:
        """Change the settings of one file; see `ImportService.change_file_settings`."""
        async with self._edit() as (session, service):
            await service.change_file_settings(import_id, file_id, settings)
            details = {"file_id": str(file_id)}
            self._audit.record(
                session, actor, "import.settings_changed", "import", import_id, after=settings, details=details
            )
            is_previewed = (await service.get(import_id)).state == "ready"
        return await (self.read(import_id, actor) if is_previewed else self.get(import_id))

    async def read(self, import_id: UUID, actor: Actor) -> ImportDetail:
        """Make the preview, in the background; see `ImportService.begin_reading`.

        Args:
            import_id: The import.
            actor: Told when it fails.
        """
        async with self._edit() as (session, service):
            await service.begin_reading(import_id)
            await self._order(session, import_id, actor)
            self._audit.record(session, actor, "import.read", "import", import_id)
        return await self.get(import_id)

    async def publish(self, import_id: UUID, actor: Actor, consent: Consent = ASSENT) -> ImportDetail:
        """Run the gold questions, then write the entries, in the background; see `ImportService.begin_publishing`."""
        async with self._edit() as (session, service):
            await service.begin_publishing(
                import_id, ask_before_drop=consent.ask_before_drop, override_reason=consent.override_reason
            )
            await self._order(session, import_id, actor)
            details = {"has_override_reason": bool(consent.override_reason.strip())}
            self._audit.record(session, actor, "import.published", "import", import_id, details=details)
        return await self.get(import_id)

    async def cancel(self, import_id: UUID, actor: Actor) -> ImportDetail:
        """Stop an import between two files; see `ImportService.cancel`."""
        async with self._edit() as (session, service):
            await service.cancel(import_id)
            self._audit.record(session, actor, "import.cancelled", "import", import_id)
        await asyncio.to_thread(self._store.discard, import_id)
        return await self.get(import_id)

    async def take_back(self, import_id: UUID, actor: Actor) -> ImportDetail:
        """Undo what an import published, in the background; see `ImportService.begin_taking_back`."""
        async with self._edit() as (session, service):
            await service.begin_taking_back(import_id, actor.name)
            await self._order(session, import_id, actor)
            self._audit.record(session, actor, "import.taken_back", "import", import_id)
        return await self.get(import_id)

    async def work(
        self, import_id: UUID, actor: Actor, begin: Callable[[UUID, Actor], Awaitable[ImportDetail]]
    ) -> ImportDetail:
        """Begin a stage (`read` or `publish`) and return the import when the stage is over; for the command line."""
        await begin(import_id, actor)
        await self.work_off()
        return await self.get(import_id)

    async def work_off(self) -> None:
        """Run what was ordered, here, to its end, and wait for what a server runs; for commands and tests."""
        runner = JobRunner(self._database, self._clock, self._jobs, [self.handler])
        unfinished = JobFilter(kinds=(KIND,), states=(JobState.WAITING, JobState.RUNNING))
        try:
            while True:
                await runner.run_due()
                async with self._database.session() as session:
                    if not (await self._jobs.page(session, unfinished, limit=1)).items:
                        return
                await self._clock.sleep(POLL_SECONDS)
        finally:
            await runner.aclose()

    async def recover(self) -> None:
        """Remove files of imports that are over, and order the jobs of those that a version without jobs left."""
        for import_id in await self._runner.sweep():
            async with self._database.session() as session:
                await self._order(session, import_id, RECOVERY)

    async def _order(self, session: AsyncSession, import_id: UUID, actor: Actor) -> None:
        payload = {"import_id": str(import_id)}
        await self._jobs.enqueue(session, KIND, payload, actor.account_id, unique_key=str(import_id))

    @asynccontextmanager
    async def _edit(self) -> AsyncIterator[tuple[AsyncSession, ImportService]]:
        async with self._database.session() as session:
            yield session, ImportService(session, self._clock)

    @asynccontextmanager
    async def _service(self) -> AsyncIterator[ImportService]:
        async with self._database.session() as session:
            yield ImportService(session, self._clock)


def _disk_error(error: OSError) -> DependencyError:
    if is_disk_full(error):
        return DiskFullError("The disk is full; free some space and send the file again.")
    message = "The file could not be stored; look at the data folder."
    return DependencyError(message, category=DependencyCategory.REJECTED, retryable=True, code="data_dir_not_writable")
