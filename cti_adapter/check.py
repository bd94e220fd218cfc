"""What is missing before calls can be taken: each finding with the setting or command that mends it."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Literal

from cti_adapter.adapter import CTIAdapter
from cti_adapter.asterisk.packages import MINIMUM_VERSION, find_asterisk
from cti_adapter.settings import CTISettings
from cti_adapter.states import AgentState
from kit.errors import AssistError

CONNECT_SECONDS = 8.0


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at.

    Attributes:
        part: What it was.
        state: `degraded` when calls can be taken all the same.
        detail: What was found.
        fix: What mends it; empty when ok.
    """

    part: str
    state: Literal["ok", "degraded", "failed"]
    detail: str
    fix: str = ""


async def check_pbx(settings: CTISettings) -> list[Finding]:
    """Look for Asterisk, sign in, and look at queues and telephones; nothing is changed."""
    findings = [await asyncio.to_thread(_find_packages, settings)]
    adapter = CTIAdapter(settings)
    try:
        await adapter.start()
        await adapter.wait_connected(CONNECT_SECONDS)
    except AssistError as error:
        findings.append(Finding("exchange", "failed", error.message, "tingzhi pbx run, or the settings CTI_…"))
    else:
        where = f"{settings.host}:{settings.ami_port}"
        findings.append(Finding("exchange", "ok", f"followed at {where}, {len(adapter.calls)} calls"))
        findings += _look_at_agents(adapter)
    finally:
        await adapter.aclose()
    return findings


def _find_packages(settings: CTISettings) -> Finding:
    found = find_asterisk()
    if found is not None:
        return Finding("packages", "ok", f"Asterisk {'.'.join(map(str, found.version))} is unpacked")
    wanted = ".".join(map(str, MINIMUM_VERSION))
    return Finding(
        "packages",
        "degraded",
        f"no Asterisk of ours is unpacked here; {settings.host} must have {wanted} or newer",
        "tingzhi pbx run brings one",
    )


def _look_at_agents(adapter: CTIAdapter) -> list[Finding]:
    in_queues = [agent for agent in adapter.agents if agent.queues]
    if not in_queues:
        return [
            Finding(
                "agents",
                "failed",
                "no queue has an agent whose telephone we know",
                "add members to queues.conf, or set CTI_AGENT_CHANNELS and CTI_AGENT_DEVICE to your names",
            )
        ]
    there = [agent.agent for agent in in_queues if agent.state is not AgentState.OFFLINE]
    if not there:
        return [
            Finding(
                "telephones",
                "degraded",
                f"none of {len(in_queues)} agents' telephones is registered: callers wait",
                "register a telephone, or tingzhi answer 8001 --audio agent.wav",
            )
        ]
    return [Finding("telephones", "ok", f"{len(there)} of {len(in_queues)} agents' telephones are registered")]
