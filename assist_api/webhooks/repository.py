"""Every statement on webhooks and their deliveries."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from assist_api.webhooks.models import Webhook, WebhookDelivery
from kit.paging import PagePlace, is_after


class WebhookRepository:
    """Webhooks and deliveries."""

    def __init__(self, session: AsyncSession) -> None:
        self.session = session

    async def list_all(self) -> Sequence[Webhook]:
        """Return every webhook by name."""
        return (await self.session.scalars(select(Webhook).order_by(Webhook.name, Webhook.id))).all()

    async def active(self) -> Sequence[Webhook]:
        """Return the webhooks that are told of events."""
        return (await self.session.scalars(select(Webhook).where(Webhook.is_active))).all()

    async def find(self, webhook_id: UUID) -> Webhook | None:
        """Return a webhook, or None."""
        return await self.session.get(Webhook, webhook_id)

    async def add(self, row: Webhook | WebhookDelivery) -> None:
        """Insert a webhook or a delivery."""
        self.session.add(row)
        await self.session.flush()

    async def delete(self, webhook: Webhook) -> None:
        """Delete a webhook with its deliveries."""
        await self.session.delete(webhook)
        await self.session.flush()

    async def has_delivery(self, webhook_id: UUID, event_id: UUID) -> bool:
        """Tell whether a webhook has a delivery of an event."""
        wanted = select(WebhookDelivery.id).where(
            WebhookDelivery.webhook_id == webhook_id, WebhookDelivery.event_id == event_id
        )
        return await self.session.scalar(wanted) is not None

    async def find_delivery(self, delivery_id: UUID, *, is_locked: bool = False) -> WebhookDelivery | None:
        """Return a delivery, or None; locked, its row stays so until the transaction ends."""
        return await self.session.get(WebhookDelivery, delivery_id, with_for_update=is_locked or None)

    async def page(
        self, *, webhook_id: UUID | None, state: str | None, limit: int, place: PagePlace | None
    ) -> Sequence[WebhookDelivery]:
        """Return deliveries, the newest first."""
        statement = select(WebhookDelivery)
        if webhook_id is not None:
            statement = statement.where(WebhookDelivery.webhook_id == webhook_id)
        if state is not None:
            statement = statement.where(WebhookDelivery.state == state)
        if place is not None:
            statement = statement.where(is_after(place, WebhookDelivery.created_at, WebhookDelivery.id))
        order = (WebhookDelivery.created_at.desc(), WebhookDelivery.id.desc())
        return (await self.session.scalars(statement.order_by(*order).limit(limit))).all()

    async def counts(self) -> dict[tuple[UUID, str], int]:
        """Return how many deliveries of each webhook are in each state."""
        wanted = select(WebhookDelivery.webhook_id, WebhookDelivery.state, func.count()).group_by(
            WebhookDelivery.webhook_id, WebhookDelivery.state
        )
        return {(webhook_id, state): count for webhook_id, state, count in await self.session.execute(wanted)}
