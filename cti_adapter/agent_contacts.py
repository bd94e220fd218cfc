"""Follows the registrations of agents' telephones: a page that was closed in a call takes its registration with it."""

from __future__ import annotations

from cti_adapter.agent_names import AgentNames
from cti_adapter.ami_message import AMIMessage

_GONE = "Removed"
"""Not `Unreachable`: one lost question on a bad line must not end a call whose voice still flows."""


class AgentContacts:
    """The addresses under which each agent is registered, as far as they were told since the link came up."""

    def __init__(self, names: AgentNames) -> None:
        self._names = names
        self._addresses: dict[str, set[str]] = {}

    def feed(self, message: AMIMessage) -> str | None:
        """Advance by one event; return the agent whose last known registration it took away, or None."""
        if message.event != "ContactStatus":
            return None
        agent = self._names.find_by_device(f"PJSIP/{message.get('EndpointName')}")
        if agent is None:
            return None
        addresses = self._addresses.setdefault(agent, set())
        if message.get("ContactStatus") != _GONE:
            addresses.add(message.get("URI"))
            return None
        addresses.discard(message.get("URI"))
        return None if addresses else agent

    def is_gone(self, agent: str) -> bool:
        """Whether an agent was registered and is not any more."""
        return agent in self._addresses and not self._addresses[agent]
