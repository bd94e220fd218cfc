"""Routing: rules as data, the configuration of the exchange made of them, and a decision for each call."""

from __future__ import annotations

from assist_api.accounts.service import TELEPHONES_CHANGED
from assist_api.http.core import Core
from assist_api.http.module import Module
from assist_api.routing.endpoints import of_call, router
from assist_api.routing.router import CallRouter
from assist_api.routing.service import RoutingBooks
from assist_api.training.skills import SKILLS_CHANGED
from cti_adapter.asterisk.applying import LocalExchange
from cti_adapter.settings import CTISettings
from kit.outbox import OutboxEvent, Subscriber


def build(core: Core, cti: CTISettings | None = None) -> Module[CallRouter]:
    """Build the module.

    Raises:
        MisconfiguredError: A `CTI_` variable cannot be used.
    """
    exchange = LocalExchange((cti or CTISettings.load()).data_dir)
    books = RoutingBooks(core.database, core.clock, core.audit, exchange, core.settings.zone)
    calls = CallRouter(core.database, core.clock, books, core.settings.zone)

    async def follow_members(event: OutboxEvent) -> None:
        await books.follow(event.topic)

    core.outbox.follow(Subscriber("routing-members", (SKILLS_CHANGED, TELEPHONES_CHANGED), follow_members))
    return Module(
        name="routing",
        service=calls,
        provides=(books,),
        routers=(router, of_call),
        start=books.refresh,
    )
