"""Follows the exchange for the figures of the floor: who waits since when, and since when an agent is in a state."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

import structlog

from assist_api.floor.figures import QueueCounter
from cti_adapter import events as told
from cti_adapter.adapter import CTIAdapter, Subscription, SubscriptionCutError
from cti_adapter.states import AgentState, CallState
from cti_adapter.views import AgentView
from kit.clock import Clock

log = structlog.get_logger(__name__)

SERVING = frozenset({AgentState.READY, AgentState.RINGING, AgentState.ON_CALL, AgentState.WRAP_UP})


class FloorExchange:
    """Counts the events of one exchange; `run` until cancelled."""

    def __init__(self, adapter: CTIAdapter, clock: Clock) -> None:
        self.adapter = adapter
        self.queues: defaultdict[str, QueueCounter] = defaultdict(QueueCounter)
        self.since: dict[str, datetime] = {}
        self.counted_since: datetime | None = None
        self._clock = clock
        self._answered: dict[UUID, tuple[str, datetime]] = {}

    async def run(self) -> None:
        """Follow the exchange; a listener that was too slow begins anew with what is known."""
        while True:
            try:
                async with self.adapter.subscribe() as subscription:
                    self._begin(subscription)
                    async for event in subscription:
                        self.take(event)
                return
            except SubscriptionCutError:
                log.warning("floor_events_lost")

    def _begin(self, subscription: Subscription) -> None:
        now = self._clock.now()
        self.counted_since = self.counted_since or now
        self._recount(now)
        for agent in subscription.agents:
            self.since.setdefault(agent.agent, now)

    def _recount(self, now: datetime) -> None:
        """Take over who waits as the exchange knows it; the beginning of an unseen wait is the arrival of the call."""
        waiting = {call.call_id: call for call in self.adapter.calls if call.is_waiting and call.queue is not None}
        for counter in self.queues.values():
            for call_id in [known for known in counter.joined if known not in waiting]:
                counter.leave(call_id, now, is_answered=False, is_counted=False)
        for call in waiting.values():
            if call.queue is not None:
                self.queues[call.queue].join(call.call_id, min(call.offered_at, now))

    def take(self, event: told.CTIEvent) -> None:
        """Count one event."""
        match event:
            case told.QueueJoined():
                counter = self.queues[event.queue]
                ready, serving = serving_agents(event.queue, self.adapter.agents)
                counter.join(event.call_id, event.at, counter.expected_wait(ready=ready, serving=serving))
            case told.QueueLeft():
                self.queues[event.queue].leave(
                    event.call_id, event.at, is_answered=event.reason == "answered", is_counted=event.reason != "left"
                )
                if event.reason == "answered":
                    self._answered[event.call_id] = (event.queue, event.at)
            case told.CallStateChanged(state=CallState.ENDED | CallState.ABANDONED | CallState.INTERRUPTED):
                queue, since = self._answered.pop(event.call_id, (None, event.at))
                if queue is not None:
                    self.queues[queue].talked(event.at - since)
            case told.AgentStateChanged():
                if event.previous_state is not event.state or event.agent not in self.since:
                    self.since[event.agent] = event.at
            case told.PBXConnected():
                self._recount(event.at)
            case _:
                pass


def serving_agents(queue: str, agents: Iterable[AgentView]) -> tuple[int, int]:
    """Return how many agents of a queue are ready, and how many serve it at all."""
    members = [agent.state for agent in agents if queue in agent.queues]
    return members.count(AgentState.READY), sum(state in SERVING for state in members)
