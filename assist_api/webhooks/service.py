"""Webhooks: make, change, remove, try, send again. One unit of work; the caller commits."""

from __future__ import annotations

import base64
import secrets
from datetime import timedelta
from urllib.parse import urlsplit
from uuid import UUID, uuid4

from sqlalchemy.ext.asyncio import AsyncSession

from assist_api.http.actor import Actor
from assist_api.http.core import AuditTrail
from assist_api.webhooks.delivery import WebhookDeliveries
from assist_api.webhooks.events import TESTED, WebhookRules, may_have_caller_data
from assist_api.webhooks.models import Webhook, WebhookDelivery
from assist_api.webhooks.repository import WebhookRepository
from assist_api.webhooks.schemas import (
    DeliveryPage,
    DeliveryState,
    DeliveryView,
    SecretRotation,
    WebhookCreated,
    WebhookDraft,
    Webhooks,
    WebhookView,
)
from kit.clock import Clock
from kit.errors import ConflictError, InvalidInputError, NotFoundError
from kit.paging import PagePlace, cut_page

SECRET_BYTES = 32
"""Standard Webhooks asks for 24 to 64."""
_COPIED = ("id", "name", "url", "event_types", "wants_caller_data", "is_active", "created_by_name", "created_at")


class WebhookService:
    """What an administrator does with webhooks."""

    def __init__(
        self, session: AsyncSession, clock: Clock, audit: AuditTrail, rules: WebhookRules, deliveries: WebhookDeliveries
    ) -> None:
        self._session = session
        self._rows = WebhookRepository(session)
        self._clock = clock
        self._audit = audit
        self._rules = rules
        self._deliveries = deliveries

    async def list_all(self) -> Webhooks:
        """Return every webhook by name."""
        counts = await self._rows.counts()
        return Webhooks(items=[self._view(row, counts) for row in await self._rows.list_all()])

    async def create(self, actor: Actor, draft: WebhookDraft) -> WebhookCreated:
        """Make a webhook with a secret of its own.

        Raises:
            InvalidInputError: `webhook_url_invalid`.
        """
        _check_url(draft.url)
        secret = _new_secret()
        row = Webhook(
            id=uuid4(),
            secret=secret,
            old_secret=None,
            old_secret_until=None,
            created_by_name=actor.name,
            created_at=self._clock.now(),
            **draft.model_dump(),
        )
        await self._rows.add(row)
        self._audit.record(self._session, actor, "webhook.created", "webhook", row.id, after=draft.model_dump())
        return WebhookCreated(secret=secret, view=self._view(row, {}))

    async def change(self, actor: Actor, webhook_id: UUID, draft: WebhookDraft) -> WebhookView:
        """Change a webhook; its secret stays.

        Raises:
            NotFoundError: `webhook_not_found`.
            InvalidInputError: `webhook_url_invalid`.
        """
        _check_url(draft.url)
        row = await self._get(webhook_id)
        before = {name: getattr(row, name) for name in WebhookDraft.model_fields}
        for name, value in draft.model_dump().items():
            setattr(row, name, value)
        self._audit.record(
            self._session, actor, "webhook.changed", "webhook", row.id, before=before, after=draft.model_dump()
        )
        await self._session.flush()
        return self._view(row, await self._rows.counts())

    async def rotate(self, actor: Actor, webhook_id: UUID, rotation: SecretRotation) -> WebhookCreated:
        """Give a webhook a new secret; the one before signs besides until the overlap ends.

        Whoever rotates twice within an overlap ends the oldest secret at once.

        Raises:
            NotFoundError: `webhook_not_found`.
        """
        row = await self._get(webhook_id)
        until = self._clock.now() + timedelta(hours=rotation.overlap_hours)
        row.old_secret, row.old_secret_until = (row.secret, until) if rotation.overlap_hours else (None, None)
        row.secret = _new_secret()
        self._audit.record(
            self._session, actor, "webhook.secret_rotated", "webhook", row.id,
            details={"overlap_hours": rotation.overlap_hours},
        )  # fmt: skip
        await self._session.flush()
        return WebhookCreated(secret=row.secret, view=self._view(row, await self._rows.counts()))

    async def remove(self, actor: Actor, webhook_id: UUID) -> None:
        """Remove a webhook with its deliveries.

        Raises:
            NotFoundError: `webhook_not_found`.
        """
        row = await self._get(webhook_id)
        self._audit.record(self._session, actor, "webhook.removed", "webhook", row.id)
        await self._rows.delete(row)

    async def test(self, actor: Actor, webhook_id: UUID) -> None:
        """Send a webhook an event that says nothing.

        Raises:
            NotFoundError: `webhook_not_found`.
        """
        row = await self._get(webhook_id)
        self._audit.record(self._session, actor, "webhook.tested", "webhook", row.id)
        await self._deliveries.write(
            self._session, row, event_id=uuid4(), event_type=TESTED, subject_id=row.id, data={"name": row.name}
        )

    async def page(
        self, *, webhook_id: UUID | None, state: DeliveryState | None, limit: int, place: PagePlace | None
    ) -> DeliveryPage:
        """Return deliveries, the newest first."""
        rows = await self._rows.page(webhook_id=webhook_id, state=state, limit=limit + 1, place=place)
        shown, cursor = cut_page(rows, limit, lambda row: (row.created_at, row.id))
        names = {row.id: row.name for row in await self._rows.list_all()}
        return DeliveryPage(items=[_delivery(row, names) for row in shown], next_cursor=cursor)

    async def replay(self, actor: Actor, delivery_id: UUID) -> DeliveryView:
        """Send a dead delivery again, under the same id.

        Raises:
            NotFoundError: `delivery_not_found`.
            ConflictError: `delivery_not_dead`.
        """
        row = await self._rows.find_delivery(delivery_id, is_locked=True)
        if row is None:
            raise NotFoundError("There is no such delivery.", code="delivery_not_found")
        if row.state != DeliveryState.DEAD:
            raise ConflictError(
                "Only a delivery whose attempts have all failed is sent again.", code="delivery_not_dead"
            )
        row.state, row.ended_at = DeliveryState.WAITING, None
        self._audit.record(self._session, actor, "webhook.replayed", "webhook_delivery", row.id)
        await self._deliveries.order(self._session, row.id)
        return _delivery(row, {item.id: item.name for item in await self._rows.list_all()})

    async def _get(self, webhook_id: UUID) -> Webhook:
        row = await self._rows.find(webhook_id)
        if row is None:
            raise NotFoundError("There is no such webhook.", code="webhook_not_found")
        return row

    def _view(self, row: Webhook, counts: dict[tuple[UUID, str], int]) -> WebhookView:
        is_allowed = row.wants_caller_data and may_have_caller_data(row.url, self._rules)
        return WebhookView.model_validate(
            {name: getattr(row, name) for name in _COPIED}
            | {
                "gets_caller_data": is_allowed,
                "old_secret_until": row.old_secret_until if row.overlaps_at(self._clock.now()) else None,
                "waiting": counts.get((row.id, DeliveryState.WAITING), 0),
                "dead": counts.get((row.id, DeliveryState.DEAD), 0),
            }
        )


def _new_secret() -> str:
    return "whsec_" + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()


def _check_url(url: str) -> None:
    parts = urlsplit(url)
    is_plain = parts.username is None and parts.password is None and not parts.fragment
    if parts.scheme not in {"http", "https"} or not parts.hostname or not is_plain:
        text = "Give an address with http or https, a host, and neither a password nor a #."
        raise InvalidInputError(text, field="url", code="webhook_url_invalid")


def _delivery(row: WebhookDelivery, names: dict[UUID, str]) -> DeliveryView:
    copied = DeliveryView.model_fields.keys() - {"webhook_name"}
    values = {name: getattr(row, name) for name in copied}
    return DeliveryView.model_validate(values | {"webhook_name": names.get(row.webhook_id, "")})
