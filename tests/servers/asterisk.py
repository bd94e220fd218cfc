"""A real Asterisk for tests, on ports and a folder of its own; stopped by its own process id."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from cti_adapter.asterisk.packages import find_asterisk
from cti_adapter.asterisk.plan import (
    CALLBACK_KEY,
    MESSAGE_KEY,
    AgentPhone,
    NumberPlan,
    PBXPlan,
    QueueMembership,
    QueuePlan,
    TrunkPlan,
)
from cti_adapter.asterisk.process import AsteriskProcess, free_addresses
from cti_adapter.settings import CTISettings

AGENTS = ("8001", "8002")
QUEUE = "hotline"
NUMBER = "95598"
AMI_SECRET = "real-exchange-secret"


def phone_secret(agent: str) -> str:
    """Return the password of an agent's telephone."""
    return f"telephone-{agent}"


@contextmanager
def run_asterisk(
    folder: Path,
    agi_address: str | None = None,
    *,
    ivr: tuple[str, str] | None = None,
    agents: Sequence[str] = AGENTS,
    network: str | None = None,
) -> Iterator[AsteriskProcess]:
    """Run one exchange with one queue.

    Args:
        folder: Of its files.
        agi_address: Where it asks for the route of a call.
        ivr: Where speech flows answer questions, and where their sound goes.
        agents: Telephones, all members of the queue; the first is rung first.
        network: host:port that calls to other numbers go to.
    """
    asked, sound = ivr or (None, None)
    plan = plan_of(agents, network=network)
    addresses = replace(plan.addresses, agi_address=agi_address, ivr_agi_address=asked, ivr_audio_address=sound)
    with run_plan(replace(plan, addresses=addresses), folder) as process:
        yield process


def plan_of(agents: Sequence[str], *, network: str | None = None) -> PBXPlan:
    """Return a plan with one queue, on free ports."""
    return PBXPlan(
        ami_secret=AMI_SECRET,
        addresses=free_addresses(),
        agents=tuple(AgentPhone(agent, phone_secret(agent), "坐席") for agent in agents),
        queues=(
            QueuePlan(
                QUEUE,
                tuple(QueueMembership(agent, penalty) for penalty, agent in enumerate(agents)),
                keys=(CALLBACK_KEY, MESSAGE_KEY),
            ),
        ),
        numbers=(NumberPlan(NUMBER, QUEUE),),
        trunks=(TrunkPlan("lab", ("127.0.0.1",), contact=network),),
    )


@contextmanager
def run_plan(plan: PBXPlan, folder: Path) -> Iterator[AsteriskProcess]:
    """Run one exchange as a plan says."""
    files = find_asterisk()
    if files is None:
        pytest.fail("Asterisk is not unpacked; run scripts/test-servers.sh")
    process = AsteriskProcess(files, plan, folder)
    process.start()
    try:
        yield process
    finally:
        process.stop()


def settings_of(process: AsteriskProcess, **changes: object) -> CTISettings:
    """Return settings that follow a running exchange."""
    values: dict[str, object] = {
        "ami_port": process.plan.addresses.ami_port,
        "sip_port": process.plan.addresses.sip_port,
        "ami_secret": process.plan.ami_secret,
        "tap_port": 0,
        "agi_port": 0,
        "reconnect_delay": 0.1,
        "_env_file": None,
    }
    return CTISettings(**{**values, **changes})  # type: ignore[arg-type]
