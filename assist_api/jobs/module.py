"""Jobs: their pages, the notification of a failure, the line of the health page."""

from __future__ import annotations

from assist_api.http.core import Core
from assist_api.http.module import Module
from assist_api.http.parts import PartHealth, not_ok, ok
from assist_api.jobs.endpoints import router
from assist_api.jobs.failures import JOB_FAILED
from assist_api.notifications.service import Notifier
from kit.jobs import JobQueue, JobState


def build(core: Core, notifier: Notifier) -> Module[JobQueue]:
    """Build the module."""
    notifier.rules.add(JOB_FAILED)

    async def probe() -> PartHealth:
        async with core.database.session() as session:
            counts = await core.jobs.counts(session)
        failed = sum(count for (_kind, state), count in counts.items() if state is JobState.FAILED)
        waiting = sum(count for (_kind, state), count in counts.items() if state is JobState.WAITING)
        detail = f"{waiting} jobs waiting, {failed} failed"
        if failed:
            return not_ok("jobs", "degraded", "jobs_failed", detail, waiting=waiting, failed=failed)
        return ok("jobs", detail, waiting=waiting, failed=failed)

    return Module(name="jobs", service=core.jobs, routers=(router,), probes={"jobs": probe})
