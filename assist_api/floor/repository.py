"""Reads the alerts that nobody confirmed from the events of calls."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import literal_column, select
from sqlalchemy.ext.asyncio import AsyncSession

from assist_api.alerts.raised import AlertConfirmed, AlertRaised
from assist_api.calls.models import ALERT_EVENTS, CallEventRow, CallRow
from assist_api.floor.schemas import FloorAlert


class FloorRepository:
    """Every statement of the floor."""

    def __init__(self, session: AsyncSession) -> None:
        self.session = session

    async def unconfirmed_alerts(self, since: datetime) -> list[FloorAlert]:
        """Return the alerts raised since then that nobody confirmed, in the order they were raised."""
        statement = (
            select(CallEventRow.type, CallEventRow.at, CallEventRow.data, CallRow.id, CallRow.agent_name)
            .join(CallRow, CallRow.id == CallEventRow.call_id)
            # Written as the index has it: SQLite uses a partial index only for the same words.
            .where(literal_column(ALERT_EVENTS), CallEventRow.at >= since)
            .order_by(CallEventRow.at, CallEventRow.seq)
        )
        standing: dict[object, FloorAlert] = {}
        for kind, at, data, call_id, agent_name in await self.session.execute(statement):
            if kind == "alert.confirmed":
                standing.pop(AlertConfirmed.model_validate(data).alert_id, None)
                continue
            raised = AlertRaised.model_validate(data)
            known = standing.get(raised.alert_id)
            standing[raised.alert_id] = FloorAlert(
                alert_id=raised.alert_id,
                call_id=call_id,
                kind=raised.kind,
                name=raised.name,
                raised_at=at if known is None else known.raised_at,
                agent_name=agent_name,
                is_running=False,
            )
        return list(standing.values())
