"""HTTP: jobs that wait, run or are over."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query

from assist_api.audit.deps import ActorDep, AuditDep
from assist_api.http.deps import CoreDep, CurrentAccountDep, SessionDep
from assist_api.http.permissions import Permission
from assist_api.http.principal import CurrentAccount
from kit.errors import NotFoundError
from kit.jobs import JobDetail, JobFilter, JobPage, JobState
from kit.paging import MAX_PAGE_SIZE

router = APIRouter(prefix="/jobs", tags=["jobs"])


@router.get("")
async def list_jobs(
    account: CurrentAccountDep,
    session: SessionDep,
    core: CoreDep,
    kind: Annotated[str | None, Query(max_length=64)] = None,
    state: JobState | None = None,
    cursor: Annotated[str | None, Query(max_length=300)] = None,
    limit: Annotated[int, Query(ge=1, le=MAX_PAGE_SIZE)] = 50,
) -> JobPage:
    """List jobs, newest first: one's own, or everyone's with the permission `jobs.manage`."""
    wanted = JobFilter(
        kinds=(kind,) if kind else (),
        states=(state,) if state else (),
        owner_account_id=None if account.may(Permission.MANAGE_JOBS) else account.id,
    )
    return await core.jobs.page(session, wanted, cursor=cursor, limit=limit)


async def get_reachable_job(job_id: UUID, account: CurrentAccountDep, session: SessionDep, core: CoreDep) -> JobDetail:
    """Return a job that the account may see.

    Raises:
        NotFoundError: There is none, or it is somebody else's.
    """
    job = await core.jobs.get(session, job_id)
    if not _is_reachable(job, account):
        raise NotFoundError("There is no such job; it may have been removed after its time.", code="job_not_found")
    return job


JobDep = Annotated[JobDetail, Depends(get_reachable_job)]


@router.get("/{job_id}")
async def get_job(job: JobDep) -> JobDetail:
    """Return one job with its progress."""
    return job


@router.post("/{job_id}/cancel")
async def cancel_job(job: JobDep, session: SessionDep, core: CoreDep, audit: AuditDep, actor: ActorDep) -> JobDetail:
    """End a waiting job, or ask a running one to stop; 409 `job_finished` when it is over."""
    audit.record(session, actor, "job.cancelled", "job", job.id, details={"kind": job.kind})
    return await core.jobs.cancel(session, job.id)


@router.post("/{job_id}/retry")
async def retry_job(job: JobDep, session: SessionDep, core: CoreDep, audit: AuditDep, actor: ActorDep) -> JobDetail:
    """Let a failed job wait again with all its attempts; 409 `job_not_failed` when it did not fail."""
    audit.record(session, actor, "job.retried", "job", job.id, details={"kind": job.kind})
    return await core.jobs.retry(session, job.id)


def _is_reachable(job: JobDetail, account: CurrentAccount) -> bool:
    return account.may(Permission.MANAGE_JOBS) or job.owner_account_id == account.id
