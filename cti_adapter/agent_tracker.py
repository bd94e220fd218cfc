"""From messages of the exchange to events about agents: what their telephones do, and their pauses. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from cti_adapter.agent_names import AgentNames
from cti_adapter.ami_message import AMIMessage
from cti_adapter.events import AgentStateChanged
from cti_adapter.outbox import Outbox
from cti_adapter.tracked import MEMBER_STATUS, TrackedAgent
from cti_adapter.views import AgentView


class AgentTracker:
    """Follows the agents of one exchange.

    Args:
        names: Which devices are agents' telephones.
        outbox: Takes the events.
    """

    def __init__(self, names: AgentNames, outbox: Outbox) -> None:
        self._names = names
        self._outbox = outbox
        self._agents: dict[str, TrackedAgent] = {}
        self.handlers: Mapping[str, Callable[[AMIMessage], None]] = {
            "QueueMemberStatus": self._on_member,
            "QueueMemberPause": self._on_member,
            "QueueMemberAdded": self._on_member,
            "QueueMemberRemoved": self._on_member_removed,
            "DeviceStateChange": self._on_device,
        }

    @property
    def agents(self) -> tuple[AgentView, ...]:
        """Agents that the exchange named, in the order of their numbers."""
        return tuple(self._agents[agent].view() for agent in sorted(self._agents))

    def rebuild(self, members: Iterable[AMIMessage], devices: Iterable[AMIMessage]) -> None:
        """Take what the exchange lists as the truth."""
        for agent in self._agents.values():
            agent.pauses = {}
        for member in members:
            self._apply_member(member)
        for device in devices:
            self._on_device(device)
        for agent in self._agents.values():
            self._tell_agent(agent)

    def refresh_members(self, members: Iterable[AMIMessage]) -> None:
        """Take over which agents are in which queues: another configuration adds and removes them without an event.

        Pauses of queues that were known stay as events told them, since a list may be older than the last event.
        """
        listed: dict[str, set[str]] = {}
        for member in members:
            name = self._names.find_by_device(member.get("Interface") or member.get("Location"))
            if name is None:
                continue
            queue = member.get("Queue")
            listed.setdefault(name, set()).add(queue)
            if name not in self._agents or queue not in self._agents[name].pauses:
                self._apply_member(member)
        for agent in self._agents.values():
            for queue in agent.pauses.keys() - listed.get(agent.agent, set()):
                del agent.pauses[queue]
            self._tell_agent(agent)

    def _on_member(self, message: AMIMessage) -> None:
        agent = self._apply_member(message)
        if agent is not None:
            self._tell_agent(agent)

    def _apply_member(self, message: AMIMessage) -> TrackedAgent | None:
        name = self._names.find_by_device(message.get("Interface") or message.get("Location"))
        if name is None:
            return None
        agent = self._agents.setdefault(name, TrackedAgent(name))
        is_paused = message.get("Paused") == "1"
        agent.pauses[message.get("Queue")] = (message.get("PausedReason") or "paused") if is_paused else None
        status = message.number("Status")
        if message.get("Status") and 0 <= status < len(MEMBER_STATUS):
            agent.device = MEMBER_STATUS[status]
        return agent

    def _on_member_removed(self, message: AMIMessage) -> None:
        agent = self._agents.get(self._names.find_by_device(message.get("Interface")) or "")
        if agent is not None:
            agent.pauses.pop(message.get("Queue"), None)
            self._tell_agent(agent)

    def _on_device(self, message: AMIMessage) -> None:
        name = self._names.find_by_device(message.get("Device"))
        if name is not None:
            agent = self._agents.setdefault(name, TrackedAgent(name))
            agent.device = message.get("State")
            self._tell_agent(agent)

    def _tell_agent(self, agent: TrackedAgent) -> None:
        now = (agent.state, agent.reason, tuple(sorted(agent.pauses)))
        if now == agent.told:
            return
        previous = agent.told[0] if agent.told is not None else None
        agent.told = now
        self._outbox.tell(
            AgentStateChanged,
            agent=agent.agent,
            previous_state=previous,
            state=agent.state,
            reason=agent.reason,
            queues=now[2],
        )
