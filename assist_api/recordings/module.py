"""Recordings: joined after each telephone call, kept by policy, held where the law asks for it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date, timedelta
from functools import partial
from typing import get_args

import structlog

from assist_api.calls.service import CallService
from assist_api.http.core import Core
from assist_api.http.module import Module
from assist_api.http.parts import PartHealth, Probe, not_ok, ok
from assist_api.policies.service import Policies
from assist_api.recordings.comparing import Reason
from assist_api.recordings.cuts import LegLengths
from assist_api.recordings.days import RecordFiles, RecordingDays
from assist_api.recordings.endpoints import router
from assist_api.recordings.keeping import KeptAudio
from assist_api.recordings.policy import RETENTION
from assist_api.recordings.schemas import DayView
from assist_api.recordings.service import CallRecordings, RecordingFolder
from assist_api.recordings.store import AudioStore, RecordingStoreSettings
from cti_adapter.adapter import CTIAdapter, SubscriptionCutError
from cti_adapter.agent_names import AgentNames
from cti_adapter.call_feed import CallFeed
from cti_adapter.events import CallStateChanged
from cti_adapter.settings import CTISettings
from cti_adapter.siprec.server import SiprecServer
from cti_adapter.states import TERMINAL_STATES
from kit.metrics import gauge
from kit.periodic import Loop, run_and_log
from kit.tasks import TaskSupervisor

log = structlog.get_logger(__name__)

FORGOTTEN_SECONDS = 600.0
MOVE_SECONDS = 60.0
MISSING = gauge(
    "tingzhi_recordings_incomplete_calls",
    "Telephone calls of a day that lack a recording or text, or whose files belong to no known call.",
    ("lacks",),
)


def build(
    core: Core,
    calls: CallService,
    policies: Policies,
    exchange: CTIAdapter | None,
    siprec: SiprecServer | None = None,
    cti: CTISettings | None = None,
    store: RecordingStoreSettings | None = None,
) -> Module[CallRecordings]:
    """Build the module; without a source of live calls it only keeps, holds and deletes the audio that calls have."""
    policies.add(RETENTION)
    feeds: list[CallFeed] = [feed for feed in (exchange, siprec) if feed is not None]
    settings = (cti or CTISettings.load()) if feeds else None
    folder = RecordingFolder(settings.recordings_folder, settings.node_name) if settings is not None else None
    kept = _kept_audio(core, store or RecordingStoreSettings.load())
    if kept is not None:
        calls.archive.bring_back = kept.bring_back
    recordings = CallRecordings(core.database, core.clock, calls, core.jobs, core.audit, policies, folder, kept)
    files = None
    if settings is not None:
        files = RecordFiles(
            settings.call_records_file if exchange is not None else None,
            settings.node_name,
            AgentNames(settings.agent_channels, settings.agent_device),
            settings.session_records_folder if siprec is not None else None,
        )
    days = RecordingDays(core.database, core.clock, core.settings.zone, files)
    tasks = TaskSupervisor("recordings")

    async def follow(feed: CallFeed) -> None:
        while True:
            lengths = LegLengths()
            try:
                async for event in feed.events():
                    lengths.feed(event)
                    if isinstance(event, CallStateChanged) and event.state in TERMINAL_STATES:
                        expected = lengths.take(event.call_id, event.at)
                        await run_and_log("order-recording", partial(recordings.order, event.call_id, expected))
                return
            except SubscriptionCutError:
                log.warning("recording_events_lost")

    async def start() -> None:
        for feed in feeds:
            tasks.start(follow(feed), name="follow")

    async def probe_days() -> PartHealth:
        return _health_of(await days.newest(), days.today)

    loops = [Loop("order-forgotten-recordings", FORGOTTEN_SECONDS, recordings.order_forgotten, is_due_at_start=True)]
    probes: dict[str, Probe] = {"recordings": partial(recordings_health, recordings), "call_records": probe_days}
    if not feeds:
        loops, probes = [], {}
    if kept is not None:
        loops.append(Loop("move-recordings", MOVE_SECONDS, kept.move, is_due_at_start=True))
        probes["recording_store"] = partial(_store_health, kept)

    async def aclose() -> None:
        await tasks.aclose()
        if kept is not None:
            await kept.aclose()

    return Module(
        name="recordings",
        service=recordings,
        provides=(days,),
        routers=(router,),
        start=start,
        aclose=aclose,
        loops=tuple(loops),
        jobs=(*recordings.handlers, *days.handlers),
        probes=probes,
    )


def _kept_audio(core: Core, settings: RecordingStoreSettings) -> KeptAudio | None:
    if settings.url is None:
        return None
    folder, keep = core.settings.data_dir / "recordings", timedelta(hours=settings.keep_local_hours)
    return KeptAudio(core.database, core.clock, folder, AudioStore(settings), keep)


async def recordings_health(recordings: CallRecordings) -> PartHealth:
    """Return the health line of a day's recordings and of the disk that the exchange writes them to."""
    found, unknown = await recordings.reconcile()
    MISSING.labels("recording").set(found.missing)
    MISSING.labels("text").set(found.untranscribed)
    MISSING.labels("call").set(unknown)
    facts = {
        "calls": found.calls,
        "joined": found.joined,
        "missing": found.missing,
        "cut_short": found.cut_short,
        "untranscribed": found.untranscribed,
        "unknown": unknown,
    }
    detail = (
        f"{found.joined} of {found.calls} calls recorded, {found.missing} missing "
        f"(of these {found.cut_short} break off), "
        f"{found.untranscribed} without text, {unknown} of unknown calls"
    )
    if not await recordings.has_space():
        return not_ok("recordings", "degraded", "recordings_disk_full", f"{detail}; the disk is nearly full", **facts)
    if found.missing or found.untranscribed or unknown:
        return not_ok("recordings", "degraded", "recordings_missing", detail, **facts)
    return ok("recordings", detail, **facts)


async def _store_health(kept: KeptAudio) -> PartHealth:
    stored, waiting, problem = await kept.state()
    facts = {"stored": stored, "waiting": waiting}
    if problem:
        return not_ok("recording_store", "degraded", "recording_store_unreachable", problem, **facts)
    return ok("recording_store", f"{stored} calls stored, {waiting} wait", **facts)


def _health_of(days: Sequence[DayView], today: date) -> PartHealth:
    """Return the health line of the comparison: today and yesterday, with the number of gaps for each reason."""
    recent = [day for day in days if day.day >= today - timedelta(days=1)]
    counted: Counter[str] = Counter()
    for day in recent:
        counted.update(day.reasons)
    lacking = sum(counted.values())
    records, calls = sum(day.records for day in recent), sum(day.calls for day in recent)
    facts: dict[str, int | str] = {"records": records, "calls": calls, "lacking": lacking}
    facts |= {reason: counted[reason] for reason in get_args(Reason)}
    why = ", ".join(f"{reason} {count}" for reason, count in sorted(counted.items()))
    detail = f"{records} conversations recorded by exchanges, {calls} known here, {lacking} lacking something"
    if recent and not all(day.has_records for day in recent):
        return not_ok("call_records", "degraded", "call_records_missing", f"{detail}; records cannot be read.", **facts)
    if lacking > counted["too_short"]:
        return not_ok("call_records", "degraded", "calls_lacking", f"{detail}: {why}", **facts)
    return ok("call_records", detail, **facts)
