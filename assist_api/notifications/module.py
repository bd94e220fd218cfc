"""Notifications to people and roles."""

from __future__ import annotations

from uuid import UUID

from assist_api.channel.hub import AccountChannel
from assist_api.http.core import Core
from assist_api.http.module import Module
from assist_api.notifications.endpoints import router
from assist_api.notifications.repository import NotificationRepository
from assist_api.notifications.service import Notifier


def build(core: Core, channel: AccountChannel) -> Module[Notifier]:
    """Build the module; later modules declare their kinds with `service.rules.add` and call `service.notify`."""
    notifier = Notifier(core.clock, channel)

    async def count_unread(account_id: UUID) -> int:
        async with core.database.session() as session:
            return await NotificationRepository(session).count_unread(account_id)

    channel.show("unread_notifications", count_unread)
    return Module(name="notifications", service=notifier, routers=(router,), aclose=notifier.aclose)
