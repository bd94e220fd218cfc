"""Puts the floor together: queues and agents of the exchange, calls that run here, alerts that nobody confirmed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

from assist_api.calls.events import CallSnapshot
from assist_api.calls.service import CallService
from assist_api.floor.exchange import FloorExchange, serving_agents
from assist_api.floor.figures import TARGET, WINDOW
from assist_api.floor.repository import FloorRepository
from assist_api.floor.schemas import FloorAgent, FloorAlert, FloorCall, FloorQueue, FloorView
from assist_api.telephony.agents import AgentAccounts, KnownAgent
from cti_adapter.adapter import CTIAdapter
from cti_adapter.asterisk.plan import SEAT_PREFIX
from cti_adapter.states import AgentState, Direction, LegRole, LegState
from cti_adapter.views import AgentView, CallView
from kit.clock import Clock
from kit.db import Database
from kit.db_faults import STORAGE_FAULTS

ALERTS_STAND = timedelta(hours=24)
"""An alert of a call that has ended stays on the floor until somebody confirms it, at most this long."""
STORED_EVERY = timedelta(seconds=5)
"""How often the alerts of ended calls and the names of agents are read from the database."""
ANGER: Literal["anger"] = "anger"
"""Kind of the floor's entry for a caller who is angry; it leaves the floor with the call."""
WORDS_SHOWN = 80


@dataclass(frozen=True, slots=True)
class _Stored:
    alerts: Sequence[FloorAlert]
    names: Mapping[str, KnownAgent]


class FloorBoard:
    """Builds the view that all supervisors share; reading it often costs little."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        calls: CallService,
        agents: AgentAccounts,
        exchange: FloorExchange | None = None,
    ) -> None:
        self._database = database
        self._clock = clock
        self._calls = calls
        self._agents = agents
        self._exchange = exchange
        self._stored = _Stored((), {})
        self._stored_at: float | None = None

    async def view(self, extension: str | None = None) -> FloorView:
        """Return the floor as it stands.

        Args:
            extension: Telephone of the supervisor who looks; None without one.
        """
        now = self._clock.now()
        running = self._calls.running
        stored = await self._read_stored(running)
        exchange = self._exchange
        adapter = exchange.adapter if exchange is not None else None
        views = {call.call_id: call for call in adapter.calls} if adapter is not None else {}
        online = {view.agent for view in adapter.agents if view.state is not AgentState.OFFLINE} if adapter else set()
        state = "none" if adapter is None else "connected" if adapter.is_connected else "lost"
        counted = exchange.counted_since if exchange is not None else None
        calls = [_call(snapshot, views.get(snapshot.call.id)) for snapshot in running]
        return FloorView.model_validate(
            {
                "exchange": state,
                "extension": extension if extension in online else None,
                "counted_since": None if counted is None else max(counted, now - WINDOW),
                "target_seconds": round(TARGET.total_seconds()),
                "window_minutes": round(WINDOW.total_seconds() / 60),
                "queues": self._queues(),
                "agents": self._agent_rows(running, stored.names),
                "calls": sorted(calls, key=lambda call: (call.began_at, call.call_id)),
                "alerts": _alerts(running, stored.alerts),
            }
        )

    def queue(self, name: str) -> FloorQueue | None:
        """Return the figures of one queue; None where no exchange is followed or none of its queues is known so."""
        if self._exchange is None or not self._exchange.adapter.is_connected:
            return None
        agents = self._exchange.adapter.agents
        is_known = name in self._exchange.queues or any(name in agent.queues for agent in agents)
        return self._queue(name, agents) if is_known else None

    def expected_wait(self, name: str, ahead: int) -> int | None:
        """Return how many seconds a caller with so many before him still waits; None where nobody can tell."""
        if self._exchange is None:
            return None
        ready, serving = serving_agents(name, self._exchange.adapter.agents)
        return self._exchange.queues[name].expected_wait(ready=ready, serving=serving, ahead=ahead)

    def _queues(self) -> list[FloorQueue]:
        if self._exchange is None:
            return []
        agents = self._exchange.adapter.agents
        names = {queue for agent in agents for queue in agent.queues} | set(self._exchange.queues)
        # The queue of one agent is a step of routing, not a line that anybody watches.
        return [self._queue(name, agents) for name in sorted(names) if not name.startswith(SEAT_PREFIX)]

    def _queue(self, name: str, agents: Sequence[AgentView]) -> FloorQueue:
        assert self._exchange is not None  # noqa: S101  # a queue is of an exchange
        counter = self._exchange.queues[name]
        counter.forget(self._clock.now())
        ready, serving = serving_agents(name, agents)
        return FloorQueue(
            queue=name,
            waiting=len(counter.joined),
            longest_since=counter.longest_since,
            expected_wait_seconds=counter.expected_wait(ready=ready, serving=serving),
            wait_error_seconds=counter.wait_error,
            service_level=counter.service_level,
            answered=counter.answered,
            abandoned=counter.abandoned,
            ready=ready,
            serving=serving,
        )

    def _agent_rows(self, running: Iterable[CallSnapshot], names: Mapping[str, KnownAgent]) -> list[FloorAgent]:
        snapshots = {snapshot.call.id: snapshot for snapshot in running}
        rows = [*self._agents_of_exchange(snapshots, names), *map(_listener, filter(_has_listener, snapshots.values()))]
        return sorted(rows, key=lambda row: (row.agent == "", row.agent, row.name, str(row.call_id)))

    def _agents_of_exchange(
        self, snapshots: Mapping[UUID, CallSnapshot], names: Mapping[str, KnownAgent]
    ) -> Iterator[FloorAgent]:
        if self._exchange is None:
            return
        of_agent = {
            leg.agent: call.call_id
            for call in self._exchange.adapter.calls
            for leg in call.legs
            if leg.agent is not None and leg.state is not LegState.ENDED and call.call_id in snapshots
        }
        for view in self._exchange.adapter.agents:
            call_id = of_agent.get(view.agent)
            known = names.get(view.agent, KnownAgent(view.agent, None))
            yield FloorAgent(
                agent=view.agent,
                account_id=known.account_id,
                name=known.name,
                state=view.state,
                reason=view.reason,
                since=self._exchange.since.get(view.agent),
                queues=[queue for queue in view.queues if not queue.startswith(SEAT_PREFIX)],
                call_id=call_id,
                topic=_topic(snapshots[call_id]) if call_id is not None else [],
            )

    async def _read_stored(self, running: Sequence[CallSnapshot]) -> _Stored:
        now = self._clock.monotonic()
        if self._stored_at is not None and now - self._stored_at < STORED_EVERY.total_seconds():
            return self._stored
        try:
            async with self._database.session() as session:
                alerts = await FloorRepository(session).unconfirmed_alerts(self._clock.now() - ALERTS_STAND)
            adapter: CTIAdapter | None = self._exchange.adapter if self._exchange is not None else None
            numbers = [view.agent for view in adapter.agents] if adapter is not None else []
            names = {number: await self._agents.find(number) for number in numbers}
        except STORAGE_FAULTS:
            # A database that is away costs the alerts of ended calls; what runs is in memory.
            return self._stored
        self._stored, self._stored_at = _Stored(alerts, names), now
        return self._stored


def _has_listener(snapshot: CallSnapshot) -> bool:
    """Tell whether somebody is at work in the call without a telephone: with a recording that is heard."""
    return bool(snapshot.call.agent_name) and snapshot.call.source != "live"


def _listener(snapshot: CallSnapshot) -> FloorAgent:
    return FloorAgent(
        agent="",
        account_id=None,
        name=snapshot.call.agent_name,
        state=AgentState.ON_CALL,
        reason="",
        since=snapshot.call.created_at,
        queues=[],
        call_id=snapshot.call.id,
        topic=_topic(snapshot),
    )


def _call(snapshot: CallSnapshot, view: CallView | None) -> FloorCall:
    call = snapshot.call
    said = next((item for item in reversed(snapshot.utterances) if item.is_final and item.text), None)
    talking = [
        leg
        for leg in (view.legs if view is not None else ())
        if leg.role is LegRole.AGENT and leg.agent is not None and leg.state in {LegState.ANSWERED, LegState.HELD}
    ]
    return FloorCall(
        call_id=call.id,
        source=call.source,
        state=call.state,
        title=call.title,
        sector=call.sector,
        customer_number_masked=call.customer_number_masked,
        agent_name=call.agent_name,
        began_at=call.created_at,
        topic=_topic(snapshot),
        last_words=said.text[:WORDS_SHOWN] if said is not None else "",
        last_role=said.leg_role.value if said is not None else None,
        alerts=sum(alert.confirmed_by is None for alert in snapshot.alerts),
        can_supervise=bool(talking) and view is not None and view.direction is not Direction.INTERNAL,
    )


def _topic(snapshot: CallSnapshot) -> list[str]:
    if snapshot.chosen_category is not None:
        return snapshot.chosen_category.path
    ranking = snapshot.category
    return [] if ranking is None or ranking.has_abstained or not ranking.categories else ranking.categories[0].path


def _alerts(running: Iterable[CallSnapshot], stored: Iterable[FloorAlert]) -> list[FloorAlert]:
    """Return the alerts of running calls as memory has them, angry callers too, and those of ended calls as stored."""
    snapshots = {snapshot.call.id: snapshot for snapshot in running}
    times = {alert.alert_id: alert.raised_at for alert in stored}
    standing = [
        FloorAlert(
            alert_id=alert.alert_id,
            call_id=snapshot.call.id,
            kind=alert.kind,
            name=alert.name,
            raised_at=times.get(alert.alert_id, _said_at(snapshot, alert.segment_id)),
            agent_name=snapshot.call.agent_name,
            is_running=True,
        )
        for snapshot in snapshots.values()
        for alert in snapshot.alerts
        if alert.confirmed_by is None
    ]
    standing += [
        FloorAlert(
            alert_id=hint.hint_id,
            call_id=snapshot.call.id,
            kind=ANGER,
            name=hint.name,
            raised_at=_said_at(snapshot, hint.segment_id),
            agent_name=snapshot.call.agent_name,
            is_running=True,
        )
        for snapshot in snapshots.values()
        for hint in snapshot.hints
        if hint.tells_supervisor
    ]
    ended = [alert.model_copy(update={"is_running": False}) for alert in stored if alert.call_id not in snapshots]
    return sorted((*standing, *ended), key=lambda alert: (alert.raised_at, alert.alert_id))


def _said_at(snapshot: CallSnapshot, segment_id: UUID) -> datetime:
    start = next((item.start_ms for item in snapshot.utterances if item.segment_id == segment_id), 0)
    return snapshot.call.created_at + timedelta(milliseconds=start)
