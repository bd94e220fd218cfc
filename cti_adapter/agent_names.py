"""Which telephones are agents': from the exchange's names of channels and devices to agents' numbers, and back."""

from __future__ import annotations

import re
from dataclasses import dataclass

from kit.errors import MisconfiguredError

_MASQUERADE_MARK = "<"
"""Asterisk adds `<MASQ>` and `<ZOMBIE>` to names of channels that are on their way out."""


@dataclass(frozen=True)
class AgentNames:
    """Two patterns of `CTISettings`, checked.

    Attributes:
        channels: Regular expression of an agent's channel, with a group `agent`.
        device: Name of an agent's device, with `{agent}` in it.

    Raises:
        MisconfiguredError: A pattern lacks its `agent`.
    """

    channels: str = r"^PJSIP/agent-(?P<agent>[^/@]+)-[0-9a-f]{8}$"
    device: str = "PJSIP/agent-{agent}"

    def __post_init__(self) -> None:
        try:
            is_named = "agent" in re.compile(self.channels).groupindex
        except re.error as error:
            raise MisconfiguredError(f"CTI_AGENT_CHANNELS is no regular expression: {error}.") from error
        if not is_named:
            raise MisconfiguredError("CTI_AGENT_CHANNELS needs a group named agent: (?P<agent>…).")
        if "{agent}" not in self.device:
            raise MisconfiguredError("CTI_AGENT_DEVICE needs {agent} where the number of the agent stands.")

    def find_by_channel(self, channel: str) -> str | None:
        """Return the agent whose telephone a channel is, or None."""
        found = re.search(self.channels, channel)
        return found["agent"] if found else None

    def find_by_device(self, device: str) -> str | None:
        """Return the agent whose telephone a device is, or None."""
        before, _, after = self.device.partition("{agent}")
        is_one = device.startswith(before) and device.endswith(after) and len(device) > len(before) + len(after)
        return device[len(before) : len(device) - len(after)] if is_one else None

    def device_of(self, agent: str) -> str:
        """Return the device of an agent."""
        return self.device.replace("{agent}", agent)


def is_leaving(channel: str) -> bool:
    """Whether a channel's name says that its call has moved to another channel."""
    return _MASQUERADE_MARK in channel
