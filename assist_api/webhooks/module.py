"""Webhooks: third parties are told of what happens to work orders."""

from __future__ import annotations

from assist_api.http.core import Core
from assist_api.http.module import Module
from assist_api.policies.service import Policies
from assist_api.webhooks.delivery import WebhookDeliveries
from assist_api.webhooks.endpoints import router
from assist_api.webhooks.events import RULES


def build(core: Core, policies: Policies) -> Module[WebhookDeliveries]:
    """Build the module."""
    policies.add(RULES)
    deliveries = WebhookDeliveries(core, policies)
    core.outbox.subscribe(deliveries.subscriber())
    return Module(
        name="webhooks",
        service=deliveries,
        routers=(router,),
        jobs=(deliveries.handler(),),
        aclose=deliveries.aclose,
    )
