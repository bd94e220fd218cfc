"""The notification of whoever ordered a job that failed for good."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncSession

from assist_api.http.permissions import Permission
from assist_api.notifications.rules import NotificationRule
from assist_api.notifications.service import Notifier
from kit.jobs import JobDetail, OnFailed

JOB_FAILED = NotificationRule(
    "job.failed", parameters=frozenset({"job_kind", "error_code"}), to_holders_of=Permission.MANAGE_JOBS
)


def tell_owner(notifier: Notifier, *, told_by_module: frozenset[str] = frozenset()) -> OnFailed:
    """Return what `kit.jobs` calls, in its transaction, for a job that failed for good.

    Args:
        notifier: Sends the notification.
        told_by_module: Kinds of jobs whose module sends a notification of its own, so that nobody is told twice.
    """

    async def tell(session: AsyncSession, job: JobDetail) -> None:
        if job.kind in told_by_module:
            return
        await notifier.notify(
            session,
            JOB_FAILED.kind,
            {"job_kind": job.kind, "error_code": job.error_code or "unexpected"},
            object_kind="job",
            object_id=job.id,
            owner_id=job.owner_account_id,
            dedup_key=f"job.failed:{job.id}:{job.attempts}",
        )

    return tell
