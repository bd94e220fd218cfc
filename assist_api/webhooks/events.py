"""Events that third parties are told of, as CloudEvents 1.0; and who may be sent what callers said. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from assist_api.policies.kinds import PolicyKind, PolicyModel

ORDER_CHANGED = "tingzhi.work_order.changed"
ORDER_ACCEPTED = "tingzhi.work_order.accepted"
COMPLAINT_CHANGED = "tingzhi.complaint.changed"
TESTED = "tingzhi.webhook.tested"
EVENT_TYPES = (ORDER_CHANGED, ORDER_ACCEPTED, COMPLAINT_CHANGED)
"""What a webhook can ask for; `TESTED` reaches every webhook when somebody tries it."""
CONTENT_TYPE = "application/cloudevents+json"
"""CloudEvents JSON format 1.0, structured mode."""


class WebhookRules(PolicyModel):
    """What webhooks may be sent."""

    caller_data_hosts: tuple[str, ...] = ()
    """Hosts that may be sent names, numbers, addresses and words of callers; none by default."""
    timeout_seconds: float = 10.0
    """How long a receiver may take to answer; Standard Webhooks recommends 15 to 30 seconds at most."""


RULES = PolicyKind("webhooks", WebhookRules, WebhookRules)


def host_of(url: str) -> str:
    """Return the host of an address, in lower case."""
    return (urlsplit(url).hostname or "").lower()


def may_have_caller_data(url: str, rules: WebhookRules) -> bool:
    """Tell whether the policy lets an address have caller data."""
    return host_of(url) in {host.lower() for host in rules.caller_data_hosts}


def cloud_event(
    *, event_id: UUID, event_type: str, source: str, subject: str, time: datetime, data: Mapping[str, Any]
) -> dict[str, Any]:
    """Return an event in the JSON format of CloudEvents 1.0."""
    return {
        "specversion": "1.0",
        "id": str(event_id),
        "type": event_type,
        "source": source,
        "subject": subject,
        "time": time.isoformat(),
        "datacontenttype": "application/json",
        "data": dict(data),
    }
