"""What the owner of an import is told: that it is finished, or that it stopped."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from assist_api.http.permissions import Permission
from assist_api.notifications.rules import NotificationRule
from assist_api.notifications.service import Notifier
from kit.jobs import JobDetail, RunningJob

IMPORT_FINISHED = NotificationRule("import.finished", parameters=frozenset({"files", "refused_files"}))
IMPORT_FAILED = NotificationRule(
    "import.failed", parameters=frozenset({"error_code"}), to_holders_of=Permission.MANAGE_JOBS
)
"""Stands in for `job.failed`, so that nobody is told twice."""
IMPORT_REFUSED = NotificationRule("import.refused", parameters=frozenset({"error_code"}))
"""The gold questions did not let it pass; only the owner can do something about that."""


class ImportNotices:
    """Sends the notifications of imports; a command, which nobody waits for at a page, has no notifier."""

    def __init__(self, notifier: Notifier | None = None) -> None:
        self._notifier = notifier
        if notifier is not None:
            for rule in (IMPORT_FINISHED, IMPORT_FAILED, IMPORT_REFUSED):
                notifier.rules.add(rule)

    async def finished(
        self, session: AsyncSession, job: RunningJob, import_id: UUID, *, files: int, refused: int
    ) -> None:
        """Tell the owner that every file is published or refused, in the transaction that says so."""
        if self._notifier is not None:
            await self._notifier.notify(
                session,
                IMPORT_FINISHED.kind,
                {"files": files, "refused_files": refused},
                object_kind="import",
                object_id=import_id,
                owner_id=job.owner_account_id,
                dedup_key=f"{IMPORT_FINISHED.kind}:{import_id}",
            )

    async def refused(self, session: AsyncSession, job: RunningJob, import_id: UUID, code: str) -> None:
        """Tell the owner that the gold questions refused the publication."""
        if self._notifier is not None:
            await self._notifier.notify(
                session,
                IMPORT_REFUSED.kind,
                {"error_code": code},
                object_kind="import",
                object_id=import_id,
                owner_id=job.owner_account_id,
                dedup_key=f"{IMPORT_REFUSED.kind}:{job.id}",
            )

    async def job_failed(self, session: AsyncSession, job: JobDetail) -> None:
        """Tell the owner and whoever manages jobs that the import stopped; called by `kit.jobs`."""
        if self._notifier is not None:
            await self._notifier.notify(
                session,
                IMPORT_FAILED.kind,
                {"error_code": job.error_code or "unexpected"},
                object_kind="import",
                object_id=str(job.payload["import_id"]),
                owner_id=job.owner_account_id,
                dedup_key=f"{IMPORT_FAILED.kind}:{job.id}:{job.attempts}",
            )
