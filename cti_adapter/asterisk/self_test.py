"""The part of the exchange that the server calls itself with: a caller, a telephone and a queue of their own. Pure.

They stand in every configuration that we write. Nobody else reaches the number, no agent is in the queue, and neither
routing nor a speech flow is asked, so that a call to oneself is no work of anybody and counts nowhere.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterator
from dataclasses import replace

from cti_adapter.asterisk.plan import SEAT_PREFIX, AgentPhone, PBXPlan, QueueMembership, QueuePlan

SELF_TEST_NUMBER = "*0000*"
SELF_TEST_AGENT = "selftest"
SELF_TEST_CALLER = "self-test-caller"
SELF_TEST_QUEUE = f"{SEAT_PREFIX}{SELF_TEST_AGENT}"


def self_test_secret(plan: PBXPlan) -> str:
    """Return the password of the telephones of a self-call; it follows from that of the manager account."""
    return hmac.new(plan.ami_secret.encode(), b"self-test", hashlib.sha256).hexdigest()


def with_self_test(plan: PBXPlan) -> PBXPlan:
    """Return the plan with the telephone that answers and its queue."""
    phone = AgentPhone(SELF_TEST_AGENT, self_test_secret(plan), "Self-test")
    queue = QueuePlan(SELF_TEST_QUEUE, (QueueMembership(SELF_TEST_AGENT),), max_wait_seconds=30, has_wrap_up=False)
    return replace(plan, agents=(*plan.agents, phone), queues=(*plan.queues, queue))


def dialplan_lines() -> Iterator[str]:
    """Yield the context of the caller: the notice, the recording and the queue of every call, and nothing before."""
    yield "[self-test]"
    yield f"exten => {SELF_TEST_NUMBER},1,Set(DIALLED_NUMBER={SELF_TEST_NUMBER})"
    yield f" same => n,Gosub(queue-settings,{SELF_TEST_QUEUE},1)"
    yield " same => n,Set(ROUTING=)"
    yield " same => n,Set(IVR_ROUTING=)"
    yield " same => n,Goto(entry,s,1)"


def endpoint_lines(plan: PBXPlan) -> Iterator[str]:
    """Yield the SIP endpoint of the caller."""
    yield f"[{SELF_TEST_CALLER}](telephone)"
    yield "context = self-test"
    yield f"auth = {SELF_TEST_CALLER}"
    yield 'callerid = "Self-test" <0000>'
    yield f"[{SELF_TEST_CALLER}]"
    yield "type = auth"
    yield "auth_type = userpass"
    yield f"username = {SELF_TEST_CALLER}"
    yield f"password = {self_test_secret(plan)}"
    yield ""
