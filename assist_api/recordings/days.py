"""Compares each day's calls with what exchanges recorded of them, and keeps what is lacking."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from uuid import UUID
from zoneinfo import ZoneInfo

import structlog

from assist_api.recordings.comparing import Comparison, Gap, compare
from assist_api.recordings.models import ReconciledDay
from assist_api.recordings.repository import DayRepository
from assist_api.recordings.schemas import DayGap, DayGaps, DayView
from cti_adapter.agent_names import AgentNames
from cti_adapter.call_records import CallRecord, read_asterisk, read_sessions
from kit.clock import Clock
from kit.db import Database
from kit.errors import NotFoundError
from kit.jobs import Every, JobHandler, JobResult, RunningJob

log = structlog.get_logger(__name__)

COMPARE = "recording.compare"
COMPARED_EVERY = timedelta(minutes=15)
DAYS_SHOWN = 31
MOST_GAPS = 500
_NEAR = timedelta(hours=1)
"""A call that begins at midnight may stand under the other day in the exchange's records."""


@dataclass(frozen=True, slots=True)
class RecordFiles:
    """Where exchanges keep records of their calls, as this machine sees it.

    Attributes:
        asterisk: `Master.csv`; None where no exchange is followed.
        node_name: Name of the exchange; identities of calls are made from it.
        names: Tell an agent's channel.
        sessions: Folder of the SIPREC server; None where it is off.
    """

    asterisk: Path | None
    node_name: str
    names: AgentNames
    sessions: Path | None

    def read(self, since: datetime, before: datetime) -> Mapping[UUID, CallRecord] | None:
        """Return the conversations that began within a span; None when a file is lacking. Blocks on the disk."""
        found: dict[UUID, CallRecord] = {}
        if self.asterisk is not None:
            if not self.asterisk.is_file():
                return None
            found |= read_asterisk(self.asterisk, self.node_name, self.names, since, before)
        if self.sessions is not None:
            found |= read_sessions(self.sessions, since, before)
        return found


class RecordingDays:
    """Days, compared.

    Args:
        database: Where days are kept.
        clock: Tells which day is today.
        zone: In which days begin.
        files: Records of exchanges; None where telephony is off.
    """

    def __init__(self, database: Database, clock: Clock, zone: ZoneInfo, files: RecordFiles | None) -> None:
        self._database = database
        self._clock = clock
        self._zone = zone
        self._files = files

    @property
    def handlers(self) -> tuple[JobHandler, ...]:
        """Kinds of durable work."""
        if self._files is None:
            return ()
        return (JobHandler(COMPARE, self._compare, schedule=Every(COMPARED_EVERY)),)

    @property
    def today(self) -> date:
        """The day that it is here."""
        return self._clock.now().astimezone(self._zone).date()

    async def _compare(self, _job: RunningJob) -> JobResult | None:
        """Compare today and yesterday, whose last calls were still being joined at midnight."""
        days = [self.today - timedelta(days=1), self.today]
        return {day.isoformat(): sum((await self.compare(day)).reasons.values()) for day in days}

    async def compare(self, day: date) -> ReconciledDay:
        """Compare one day and keep what was found."""
        since, before = (datetime.combine(at, time(), self._zone).astimezone(UTC) for at in (day, _next(day)))
        records = await self._read(since - _NEAR, before + _NEAR)
        async with self._database.session() as session:
            repository = DayRepository(session)
            calls = [
                *await repository.calls_within(since, before),
                *await repository.calls_among(
                    [key for key, record in (records or {}).items() if since <= record.began_at < before],
                    outside=(since, before),
                ),
            ]
            # Records near midnight serve to find those of our calls; they count on their own day.
            ours = {call.call_id for call in calls}
            counted = (
                {key: found for key, found in records.items() if key in ours or since <= found.began_at < before}
                if records is not None
                else None
            )
            row = self._row(day, compare(counted, calls, self._clock.now()), has_records=records is not None)
            await repository.save(row)
        return row

    async def _read(self, since: datetime, before: datetime) -> Mapping[UUID, CallRecord] | None:
        if self._files is None:
            return None
        try:
            return await asyncio.to_thread(self._files.read, since, before)
        except OSError as error:
            log.warning("call_records_unreadable", reason=error.strerror)
            return None

    def _row(self, day: date, found: Comparison, *, has_records: bool) -> ReconciledDay:
        return ReconciledDay(
            day=day,
            compared_at=self._clock.now(),
            has_records=has_records,
            records=found.records,
            calls=found.calls,
            joined=found.joined,
            transcribed=found.transcribed,
            reasons=dict(Counter(gap.reason for gap in found.gaps)),
            gaps=[_gap(gap) for gap in found.gaps[:MOST_GAPS]],
        )

    async def newest(self) -> list[DayView]:
        """Return the days that were compared, the newest first, a month at most."""
        async with self._database.session() as session:
            return [_view(row) for row in await DayRepository(session).newest(DAYS_SHOWN)]

    async def gaps(self, day: date) -> DayGaps:
        """Return what a day lacks.

        Raises:
            NotFoundError: The day was not compared.
        """
        async with self._database.session() as session:
            row = await DayRepository(session).find(day)
        if row is None:
            raise NotFoundError("This day was not compared.", code="day_not_compared")
        return DayGaps(
            day=row.day, total=sum(row.reasons.values()), items=[DayGap.model_validate(gap) for gap in row.gaps]
        )


def _next(day: date) -> date:
    return day + timedelta(days=1)


def _gap(gap: Gap) -> dict[str, str]:
    return {
        "call_id": str(gap.call_id),
        "began_at": gap.began_at.isoformat(),
        "agent": gap.agent,
        "lacks": gap.lacks,
        "reason": gap.reason,
    }


def _view(row: ReconciledDay) -> DayView:
    return DayView(
        day=row.day,
        compared_at=row.compared_at,
        has_records=row.has_records,
        records=row.records,
        calls=row.calls,
        joined=row.joined,
        transcribed=row.transcribed,
        lacking=sum(row.reasons.values()),
        reasons=row.reasons,
    )
