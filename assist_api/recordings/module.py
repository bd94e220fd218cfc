"""Recordings: joined after each telephone call, kept by policy, held where the law asks for it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import structlog

from assist_api.calls.service import CallService
from assist_api.http.core import Core
from assist_api.http.module import Module
from assist_api.http.parts import PartHealth, not_ok, ok
from assist_api.policies.service import Policies
from assist_api.recordings.endpoints import router
from assist_api.recordings.policy import RETENTION
from assist_api.recordings.service import CallRecordings, RecordingFolder
from cti_adapter.adapter import SubscriptionCutError
from cti_adapter.call_feed import CallFeed
from cti_adapter.events import CallStateChanged
from cti_adapter.settings import CTISettings
from cti_adapter.states import TERMINAL_STATES
from kit.metrics import gauge
from kit.periodic import Loop, run_and_log
from kit.tasks import TaskSupervisor

log = structlog.get_logger(__name__)

FORGOTTEN_SECONDS = 600.0
MISSING = gauge(
    "tingzhi_recordings_incomplete_calls",
    "Telephone calls of a day that lack a recording or text, or whose files belong to no known call.",
    ("lacks",),
)


def build(
    core: Core,
    calls: CallService,
    policies: Policies,
    feeds: Sequence[CallFeed],
    cti: CTISettings | None = None,
) -> Module[CallRecordings]:
    """Build the module; without a source of live calls it only keeps, holds and deletes the audio that calls have."""
    policies.add(RETENTION)
    settings = (cti or CTISettings.load()) if feeds else None
    folder = RecordingFolder(settings.recordings_folder, settings.node_name) if settings is not None else None
    recordings = CallRecordings(core.database, core.clock, calls, core.jobs, core.audit, policies, folder)
    tasks = TaskSupervisor("recordings")

    async def follow(feed: CallFeed) -> None:
        while True:
            try:
                async for event in feed.events():
                    if isinstance(event, CallStateChanged) and event.state in TERMINAL_STATES:
                        await run_and_log("order-recording", partial(recordings.order, event.call_id))
                return
            except SubscriptionCutError:
                log.warning("recording_events_lost")

    async def start() -> None:
        for feed in feeds:
            tasks.start(follow(feed), name="follow")

    async def probe() -> PartHealth:
        found, unknown = await recordings.reconcile()
        MISSING.labels("recording").set(found.missing)
        MISSING.labels("text").set(found.untranscribed)
        MISSING.labels("call").set(unknown)
        facts = {
            "calls": found.calls,
            "joined": found.joined,
            "missing": found.missing,
            "untranscribed": found.untranscribed,
            "unknown": unknown,
        }
        detail = (
            f"{found.joined} of {found.calls} calls recorded, {found.missing} missing, "
            f"{found.untranscribed} without text, {unknown} of unknown calls"
        )
        if found.missing or found.untranscribed or unknown:
            return not_ok("recordings", "degraded", "recordings_missing", detail, **facts)
        return ok("recordings", detail, **facts)

    return Module(
        name="recordings",
        service=recordings,
        routers=(router,),
        start=start,
        aclose=tasks.aclose,
        loops=(Loop("order-forgotten-recordings", FORGOTTEN_SECONDS, recordings.order_forgotten, is_due_at_start=True),)
        if feeds
        else (),
        jobs=recordings.handlers,
        probes={"recordings": probe} if feeds else {},
    )
