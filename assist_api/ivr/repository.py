"""Every statement on flows, number rules and dialogues."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import and_, delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from assist_api.ivr.dialogue import End
from assist_api.ivr.models import (
    CallbackRequest,
    Dialogue,
    DialogueStep,
    FlowVersion,
    NumberRule,
    Voicemail,
)

CALLED_AGAIN_WITHIN = timedelta(hours=24)
_MOST_TIMED = 5_000
"""Dialogues of which the time to answer is read."""


class FlowRepository:
    """Flows, the numbers that lead to them, and what callers did in them."""

    def __init__(self, session: AsyncSession) -> None:
        self.session = session

    # Flows -------------------------------------------------------------------------------------------------------

    async def newest(self) -> Sequence[FlowVersion]:
        """Return the newest version of every flow, by name."""
        top = select(FlowVersion.flow, func.max(FlowVersion.number).label("number")).group_by(FlowVersion.flow)
        return await self._joined(top)

    async def live(self) -> Sequence[FlowVersion]:
        """Return the version of every flow that was published last."""
        found = await self.session.scalars(select(FlowVersion).where(FlowVersion.published_at.is_not(None)))
        best: dict[str, FlowVersion] = {}
        for row in found:
            known = best.get(row.flow)
            if known is None or _published(row) > _published(known):
                best[row.flow] = row
        return list(best.values())

    async def versions(self, flow: str) -> Sequence[FlowVersion]:
        """Return the versions of a flow, the newest first; at most a hundred."""
        wanted = select(FlowVersion).where(FlowVersion.flow == flow)
        return (await self.session.scalars(wanted.order_by(FlowVersion.number.desc()).limit(100))).all()

    async def find(self, flow: str, number: int) -> FlowVersion | None:
        """Return a version, or None."""
        return await self.session.get(FlowVersion, (flow, number))

    async def add(self, version: FlowVersion) -> None:
        """Insert a version."""
        self.session.add(version)
        await self.session.flush()

    async def _joined(self, top: object) -> Sequence[FlowVersion]:
        found = top.subquery()  # type: ignore[attr-defined]  # rejected: a select of SQLAlchemy
        is_same = and_(FlowVersion.flow == found.c.flow, FlowVersion.number == found.c.number)
        statement = select(FlowVersion).join(found, is_same).order_by(FlowVersion.flow)
        return (await self.session.scalars(statement)).all()

    # Numbers -----------------------------------------------------------------------------------------------------

    async def number_rules(self) -> Sequence[NumberRule]:
        """Return the lines of the table, in order."""
        return (await self.session.scalars(select(NumberRule).order_by(NumberRule.position))).all()

    async def replace_number_rules(self, rules: Sequence[NumberRule]) -> None:
        """Put another table in the place of the one there is."""
        await self.session.execute(delete(NumberRule))
        self.session.add_all(rules)
        await self.session.flush()

    # Dialogues ---------------------------------------------------------------------------------------------------

    async def add_dialogue(self, dialogue: Dialogue, steps: Sequence[DialogueStep]) -> bool:
        """Insert a dialogue with its steps; False where it is known already, and nothing changes."""
        if await self.session.get(Dialogue, dialogue.id) is not None:
            return False
        self.session.add(dialogue)
        await self.session.flush()
        self.session.add_all(steps)
        await self.session.flush()
        return True

    async def dialogue_of_call(self, call_id: UUID) -> Dialogue | None:
        """Return the first dialogue of a call, which is the one before an agent took it; or None."""
        wanted = select(Dialogue).where(Dialogue.call_id == call_id).order_by(Dialogue.started_at).limit(1)
        return await self.session.scalar(wanted)

    async def dialogues_of_call(self, call_id: UUID) -> Sequence[Dialogue]:
        """Return every dialogue of a call, the newest first."""
        wanted = select(Dialogue).where(Dialogue.call_id == call_id).order_by(Dialogue.started_at.desc()).limit(20)
        return (await self.session.scalars(wanted)).all()

    async def step_counts(self, flow: str, since: datetime) -> Sequence[tuple[str, str, int]]:
        """Return how often each kind of step happened at each node."""
        statement = (
            select(DialogueStep.node, DialogueStep.kind, func.count())
            .join(Dialogue, Dialogue.id == DialogueStep.dialogue_id)
            .where(DialogueStep.flow == flow, Dialogue.started_at >= since)
            .group_by(DialogueStep.node, DialogueStep.kind)
        )
        return [(node, kind, count) for node, kind, count in await self.session.execute(statement)]

    async def end_counts(self, flow: str, since: datetime) -> Sequence[tuple[str, int]]:
        """Return how dialogues that began in a flow ended."""
        statement = (
            select(Dialogue.end, func.count())
            .where(Dialogue.flow == flow, Dialogue.started_at >= since)
            .group_by(Dialogue.end)
        )
        return [(end, count) for end, count in await self.session.execute(statement)]

    async def called_again(self, flow: str, since: datetime, before: datetime) -> tuple[int, int]:
        """Return how many callers with a known number got a goodbye, and how many of them called again within a day.

        Args:
            flow: That the dialogues began in.
            since: Start of the first dialogue that counts.
            before: Dialogues that ended later have not had their day yet and do not count.
        """
        again = aliased(Dialogue)
        contained = and_(
            Dialogue.flow == flow,
            Dialogue.end == End.GOODBYE.value,
            Dialogue.caller_number != "",
            Dialogue.started_at >= since,
            Dialogue.ended_at < before,
        )
        rows = await self.session.execute(
            select(Dialogue.id, Dialogue.ended_at, func.min(again.started_at))
            .join(
                again,
                and_(again.caller_number == Dialogue.caller_number, again.started_at > Dialogue.ended_at),
                isouter=True,
            )
            .where(contained)
            .group_by(Dialogue.id, Dialogue.ended_at)
        )
        gaps = [None if next_at is None else next_at - ended_at for _id, ended_at, next_at in rows]
        return len(gaps), sum(gap is not None and gap <= CALLED_AGAIN_WITHIN for gap in gaps)

    async def responses_ms(self, flow: str, since: datetime) -> list[int]:
        """Return how long callers waited for each answer, of the newest dialogues."""
        statement = (
            select(Dialogue.responses_ms)
            .where(Dialogue.flow == flow, Dialogue.started_at >= since)
            .order_by(Dialogue.started_at.desc())
            .limit(_MOST_TIMED)
        )
        return [waited for row in await self.session.scalars(statement) for waited in row or ()]

    async def marks(self, flow: str, since: datetime) -> tuple[int, float | None]:
        """Return how many callers gave a mark, and their mean mark."""
        statement = select(func.count(Dialogue.mark), func.avg(Dialogue.mark)).where(
            Dialogue.flow == flow, Dialogue.started_at >= since
        )
        count, mean = (await self.session.execute(statement)).one()
        return int(count), None if mean is None else float(mean)

    # Messages and callbacks --------------------------------------------------------------------------------------

    def add_row(self, row: CallbackRequest | Voicemail) -> None:
        """Insert a message or a request."""
        self.session.add(row)


def _published(row: FlowVersion) -> tuple[datetime, int]:
    assert row.published_at is not None  # noqa: S101 — asked for in the statement
    return row.published_at, row.number
