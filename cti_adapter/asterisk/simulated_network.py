"""A telephone network to try calls out with: the far end of a trunk, on the exchange itself. Pure.

A plan that simulates the network and has no trunk outward gets one whose far end is this exchange: the call leaves over
SIP with an account, comes back over SIP, rings for two seconds, plays an announcement and then returns what it hears.
So everything of ours is tried as with a carrier, and nobody outside is called. The far end is no party of a call: the
tracker leaves its channels out, and the exchange writes no call record (CDR) for them.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterator
from dataclasses import replace

from cti_adapter.asterisk.plan import PBXPlan, TrunkPlan

SIMULATED_TRUNK = "simulated"
SIMULATED_NETWORK = "simulated-network"
"""SIP endpoint of the far end; its name is the account with which the trunk signs in."""
_EVERY_ADDRESS = "0.0.0.0"  # noqa: S104 — compared with, never bound


def has_simulated_network(plan: PBXPlan) -> bool:
    """Whether calls out go to the simulated network: a trunk to a real one goes before."""
    return plan.simulates_network and not any(trunk.contact for trunk in plan.trunks)


def with_simulated_network(plan: PBXPlan) -> PBXPlan:
    """Return the plan with the trunk to the simulated network; unchanged where it has none."""
    if not has_simulated_network(plan):
        return plan
    host = plan.addresses.host
    trunk = TrunkPlan(
        SIMULATED_TRUNK,
        addresses=(),
        contact=f"{'127.0.0.1' if host == _EVERY_ADDRESS else host}:{plan.addresses.sip_port}",
        username=SIMULATED_NETWORK,
        secret=_secret(plan),
    )
    return replace(plan, trunks=(*plan.trunks, trunk))


def dialplan_lines() -> Iterator[str]:
    """Yield the context of the far end: any number answers."""
    yield f"[{SIMULATED_NETWORK}]"
    yield "exten => _[+0-9*#]!,1,Set(CDR_PROP(disable)=1)"
    yield " same => n,Ringing()"
    yield " same => n,Wait(2)"
    yield " same => n,Answer()"
    yield " same => n,Playback(hello-world)"
    yield " same => n,Echo()"
    yield " same => n,Hangup()"


def endpoint_lines(plan: PBXPlan) -> Iterator[str]:
    """Yield the SIP endpoint of the far end."""
    yield f"[{SIMULATED_NETWORK}](telephone)"
    yield f"context = {SIMULATED_NETWORK}"
    yield "rtp_timeout = 60"
    if plan.tls is not None:
        # A trunk to this far end may be tried over TLS with encrypted voice.
        yield "media_encryption = sdes"
        yield "media_encryption_optimistic = yes"
    yield f"auth = {SIMULATED_NETWORK}"
    yield f"[{SIMULATED_NETWORK}]"
    yield "type = auth"
    yield "auth_type = userpass"
    yield f"username = {SIMULATED_NETWORK}"
    yield f"password = {_secret(plan)}"
    yield ""


def _secret(plan: PBXPlan) -> str:
    return hmac.new(plan.ami_secret.encode(), SIMULATED_NETWORK.encode(), hashlib.sha256).hexdigest()
