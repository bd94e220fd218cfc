"""The plan of the exchange on this machine, as a file beside its configuration; only its owner may read it."""

from __future__ import annotations

import os
import secrets
from dataclasses import asdict, replace
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from cti_adapter.asterisk.plan import (
    CALLBACK_KEY,
    MESSAGE_KEY,
    AgentPhone,
    NumberPlan,
    PBXAddresses,
    PBXPlan,
    QueueMembership,
    QueuePlan,
    TLSPlan,
    TrunkPlan,
    check_plan,
)
from cti_adapter.settings import CTISettings
from kit.errors import MisconfiguredError

PLAN_FILE = "plan.json"
DEMO_NUMBER = "95598"
DEMO_QUEUE = "hotline"
DEMO_AGENTS = ("8001", "8002", "8003", "8004")
"""Desk telephones, and those of `tingzhi answer`."""
BROWSER_AGENTS = ("8101", "8102", "8103", "8104")
"""Telephones in the page: their voice is encrypted, which a desk telephone does not understand."""
_DEMO_TRUNKS = (TrunkPlan("lab", ("127.0.0.1",)),)
"""Callers from this machine."""
_SECRET_BYTES = 18
_PLANS = TypeAdapter(PBXPlan)


def demo_plan(addresses: PBXAddresses) -> PBXPlan:
    """Return a small call centre on one machine: one number, one queue, four agents, callers from this machine."""
    agents = tuple(AgentPhone(agent, _secret(), f"Agent {agent}") for agent in DEMO_AGENTS)
    members = tuple(QueueMembership(agent) for agent in DEMO_AGENTS)
    plan = PBXPlan(
        ami_secret=_secret(),
        addresses=addresses,
        agents=agents,
        queues=(QueuePlan(DEMO_QUEUE, members, keys=(CALLBACK_KEY, MESSAGE_KEY)),),
        numbers=(NumberPlan(DEMO_NUMBER, DEMO_QUEUE),),
        trunks=_DEMO_TRUNKS,
        simulates_network=True,
    )
    return with_browser_phones(plan)


def with_network(plan: PBXPlan) -> PBXPlan:
    """Return a plan of the demo that is older than the simulated network with it; any other plan stays as it is."""
    return replace(plan, simulates_network=True) if plan.trunks == _DEMO_TRUNKS else plan


def with_browser_phones(plan: PBXPlan) -> PBXPlan:
    """Return the plan with telephones for the page, members of every queue; one that has any stays as it is."""
    if any(phone.is_browser for phone in plan.agents):
        return plan
    free = [agent for agent in BROWSER_AGENTS if agent not in {phone.agent for phone in plan.agents}]
    phones = tuple(AgentPhone(agent, _secret(), f"Agent {agent}", is_browser=True) for agent in free)
    members = tuple(QueueMembership(agent) for agent in free)
    queues = tuple(replace(queue, members=(*queue.members, *members)) for queue in plan.queues)
    return replace(plan, agents=(*plan.agents, *phones), queues=queues)


def with_encryption(plan: PBXPlan, settings: CTISettings) -> PBXPlan:
    """Return the plan with the certificate of the settings, and with encrypted desk telephones where they ask for it.

    What the plan itself says stays where the settings say nothing.
    """
    if settings.tls_certificate is not None and settings.tls_key is not None:
        authority = settings.tls_authority.resolve() if settings.tls_authority is not None else None
        tls = TLSPlan(settings.tls_certificate.resolve(), settings.tls_key.resolve(), authority, settings.tls_port)
        plan = replace(plan, tls=tls)
    if not settings.encrypt_phones:
        return plan
    agents = tuple(phone if phone.is_browser else replace(phone, encrypts_voice=True) for phone in plan.agents)
    return replace(plan, agents=agents)


def _secret() -> str:
    return secrets.token_urlsafe(_SECRET_BYTES)


def save_plan(plan: PBXPlan, folder: Path) -> None:
    """Write a plan, whole or not at all.

    Raises:
        InvalidInputError: The plan cannot be used; names the field.
    """
    check_plan(plan)
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / PLAN_FILE
    part = path.with_suffix(".part")
    part.unlink(missing_ok=True)
    part.touch(mode=0o600)
    part.write_bytes(_PLANS.dump_json(_PLANS.validate_python(asdict(plan)), indent=2))
    with part.open("rb") as written:
        os.fsync(written.fileno())
    part.replace(path)


def find_plan(folder: Path) -> PBXPlan | None:
    """Return the plan of a folder, or None when there is none.

    Raises:
        MisconfiguredError: The file is damaged or its plan cannot be used.
    """
    path = folder / PLAN_FILE
    if not path.is_file():
        return None
    try:
        plan = _PLANS.validate_json(path.read_bytes())
    except ValidationError as error:
        raise MisconfiguredError(
            f"{path} cannot be read as a plan of an exchange: {error.errors()[0]['msg']}. Mend it, or remove it and "
            "run tingzhi pbx run, which writes a new one."
        ) from error
    check_plan(plan)
    return plan
