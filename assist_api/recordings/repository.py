"""Every statement on recordings of telephone calls and on legal holds."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Literal
from uuid import UUID

from sqlalchemy import Select, and_, exists, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from assist_api.calls.models import CallEventRow, CallRow
from assist_api.calls.states import TERMINAL_STATES
from assist_api.recordings.comparing import KnownCall
from assist_api.recordings.models import CallRecording, ReconciledDay, RecordingHold
from cti_adapter.asterisk.self_test import SELF_TEST_AGENT

GapKind = Literal["recording", "sound", "text"]
"""What is missing of a call; `sound` where the recording breaks off."""
_GAPS: dict[str, GapKind] = {"missing": "recording", "cut_short": "sound"}
"""What a call lacks by the state of its recording."""
_HEARD = ("joined", "cut_short")
"""States of a recording that can be played."""


@dataclass(frozen=True, slots=True)
class Reconciled:
    """Telephone calls with an agent that ended within some time, against their recordings and transcripts.

    Attributes:
        calls: How many there were.
        joined: Of these, with a whole recording.
        missing: Of these, without a whole one: the exchange has no file of them, or the sound breaks off.
        cut_short: Of the missing, with a recording that breaks off.
        untranscribed: Of those with a recording, without a word of text.
    """

    calls: int
    joined: int
    missing: int
    cut_short: int
    untranscribed: int


class RecordingRepository:
    """Recordings and holds."""

    def __init__(self, session: AsyncSession) -> None:
        self.session = session

    async def find(self, call_id: UUID) -> CallRecording | None:
        """Return what became of a call's recording; None while nothing did."""
        return await self.session.get(CallRecording, call_id)

    async def save(self, row: CallRecording) -> None:
        """Insert the row, or replace the one that the call has."""
        await self.session.merge(row)

    async def find_hold(self, call_id: UUID) -> RecordingHold | None:
        """Return the hold on a call; None without one."""
        return await self.session.get(RecordingHold, call_id)

    async def unjoined(self, since: datetime, limit: int) -> Sequence[UUID]:
        """Return telephone calls that ended, began since then, and of whose recording nothing is known."""
        statement = (
            select(CallRow.id)
            .where(
                CallRow.source == "live",
                CallRow.state.in_(TERMINAL_STATES),
                CallRow.created_at >= since,
                ~exists().where(CallRecording.call_id == CallRow.id),
            )
            .order_by(CallRow.created_at)
        )
        return (await self.session.scalars(statement.limit(limit))).all()

    async def expired(self, before: datetime, limit: int) -> Sequence[UUID]:
        """Return calls that began before then, have audio and no hold, the oldest first."""
        statement = (
            select(CallRow.id)
            .where(
                CallRow.created_at < before,
                CallRow.state.in_(TERMINAL_STATES),
                CallRow.playable_file.is_not(None),
                ~exists().where(RecordingHold.call_id == CallRow.id),
            )
            .order_by(CallRow.created_at)
        )
        return (await self.session.scalars(statement.limit(limit))).all()

    async def reconcile(self, since: datetime) -> Reconciled:
        """Compare telephone calls with an agent that began since then with their recordings and transcripts."""
        talked = select(CallRow.id).where(
            CallRow.source == "live",
            CallRow.state.in_(TERMINAL_STATES),
            CallRow.created_at >= since,
            CallRow.agent_name != "",
        )
        ids = talked.subquery()
        calls = await self.session.scalar(select(func.count()).select_from(ids)) or 0
        states = select(CallRecording.state, func.count()).join(ids, ids.c.id == CallRecording.call_id)
        rows = await self.session.execute(states.group_by(CallRecording.state))
        counted: dict[str, int] = {state: count for state, count in rows}  # noqa: C416  # rejected: rows are no tuples for mypy
        has_text = exists().where(
            CallEventRow.call_id == CallRecording.call_id, CallEventRow.type == "transcript.final"
        )
        silent = select(func.count()).select_from(CallRecording).join(ids, ids.c.id == CallRecording.call_id)
        untranscribed = await self.session.scalar(silent.where(CallRecording.state.in_(_HEARD), ~has_text)) or 0
        cut_short = counted.get("cut_short", 0)
        missing = counted.get("missing", 0) + cut_short
        return Reconciled(calls, counted.get("joined", 0), missing, cut_short, untranscribed)

    async def gaps(self, since: datetime, limit: int) -> Sequence[tuple[CallRow, CallRecording, GapKind]]:
        """Return telephone calls with an agent whose recording, end of it or text is missing, the newest first."""
        has_text = exists().where(CallEventRow.call_id == CallRow.id, CallEventRow.type == "transcript.final")
        lacks_text = and_(CallRecording.state == "joined", ~has_text)
        lacks_sound = CallRecording.state.in_(("missing", "cut_short"))
        statement = (
            select(CallRow, CallRecording)
            .join(CallRecording, CallRecording.call_id == CallRow.id)
            .where(
                CallRow.source == "live",
                CallRow.created_at >= since,
                CallRow.agent_name != "",
                or_(lacks_sound, lacks_text),
            )
            .order_by(CallRow.created_at.desc(), CallRow.id)
            .limit(limit)
        )
        rows = (await self.session.execute(statement)).all()
        return [(call, recording, _GAPS.get(recording.state, "text")) for call, recording in rows]

    async def known_calls(self, call_ids: Iterable[UUID]) -> set[UUID]:
        """Return those of the ids that are calls."""
        wanted = list(call_ids)
        return set(await self.session.scalars(select(CallRow.id).where(CallRow.id.in_(wanted)))) if wanted else set()


_IDS_AT_ONCE = 500
"""Values in one condition; SQLite takes 999 at least."""


class DayRepository:
    """Days that were compared, and the calls of a day."""

    def __init__(self, session: AsyncSession) -> None:
        self.session = session

    async def find(self, day: date) -> ReconciledDay | None:
        """Return a day; None when it was not compared."""
        return await self.session.get(ReconciledDay, day)

    async def newest(self, limit: int) -> Sequence[ReconciledDay]:
        """Return the newest days."""
        return (await self.session.scalars(select(ReconciledDay).order_by(ReconciledDay.day.desc()).limit(limit))).all()

    async def save(self, row: ReconciledDay) -> None:
        """Insert a day, or replace what was found before."""
        await self.session.merge(row)

    async def calls_within(self, since: datetime, before: datetime) -> list[KnownCall]:
        """Return the telephone calls with an agent that began within a span and are over."""
        return await self._calls(
            _telephone_calls().where(
                CallRow.agent_name.not_in(("", SELF_TEST_AGENT)),
                CallRow.created_at >= since,
                CallRow.created_at < before,
            )
        )

    async def calls_among(self, call_ids: Sequence[UUID], *, outside: tuple[datetime, datetime]) -> list[KnownCall]:
        """Return those of some calls that `calls_within` leaves out: they run, began elsewhen or name no agent."""
        since, before = outside
        found: list[KnownCall] = []
        for start in range(0, len(call_ids), _IDS_AT_ONCE):
            wanted = call_ids[start : start + _IDS_AT_ONCE]
            is_left_out = or_(
                CallRow.agent_name == "",
                CallRow.created_at < since,
                CallRow.created_at >= before,
                CallRow.state.not_in(TERMINAL_STATES),
            )
            found += await self._calls(_telephone_calls(is_over=False).where(CallRow.id.in_(wanted), is_left_out))
        return found

    async def _calls(self, statement: Select[CallRow, str, bool]) -> list[KnownCall]:
        rows = (await self.session.execute(statement)).all()
        return [
            # A call that runs has not ended before any moment: it is known, and nothing of it is lacking yet.
            KnownCall(row.id, row.created_at, row.ended_at or _NEVER, row.agent_name, recording, bool(has_text))
            for row, recording, has_text in rows
        ]


_NEVER = datetime.max.replace(tzinfo=UTC)


def _telephone_calls(*, is_over: bool = True) -> Select[CallRow, str, bool]:
    has_text = exists().where(CallEventRow.call_id == CallRow.id, CallEventRow.type == "transcript.final")
    statement = (
        select(CallRow, CallRecording.state, has_text)
        .outerjoin(CallRecording, CallRecording.call_id == CallRow.id)
        .where(CallRow.source == "live")
    )
    return statement.where(CallRow.state.in_(TERMINAL_STATES)) if is_over else statement
