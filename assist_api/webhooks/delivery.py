"""Delivers events to webhooks: written from the outbox once for each webhook, sent by durable jobs until answered."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
from sqlalchemy.ext.asyncio import AsyncSession
from standardwebhooks import Webhook as Signer

from assist_api.http.core import Core
from assist_api.policies.service import Policies
from assist_api.webhooks.events import (
    COMPLAINT_CHANGED,
    CONTENT_TYPE,
    ORDER_ACCEPTED,
    ORDER_CHANGED,
    RULES,
    cloud_event,
    may_have_caller_data,
)
from assist_api.webhooks.models import Webhook, WebhookDelivery
from assist_api.webhooks.repository import WebhookRepository
from assist_api.webhooks.schemas import DeliveryState
from assist_api.work_orders.models import WorkOrder
from assist_api.work_orders.repository import WorkOrderRepository
from assist_api.work_orders.service import ORDERS_ACCEPTED, ORDERS_CHANGED
from assist_api.work_orders.transitions import COMPLAINT
from kit.errors import DependencyCategory, DependencyError
from kit.jobs import JobDetail, JobHandler, RunningJob
from kit.outbox import OutboxEvent, Subscriber

KIND = "webhook.deliver"
SUBSCRIBER = "webhooks"
MAX_ATTEMPTS = 10
FIRST_PAUSE = timedelta(seconds=10)
LONGEST_PAUSE = timedelta(hours=2)
"""Ten attempts with doubled pauses span about three hours: a receiver may be away for a maintenance window."""
PLACES = 4
"""Deliveries at once in a process; one receiver that hangs leaves places for the others."""
SOURCE = "/tingzhi"
_GONE = 410
_DATA = ("number", "state", "business_type", "sector", "category_id", "area", "urges")


class WebhookDeliveries:
    """Writes deliveries and sends them; no transaction is open while a receiver answers."""

    def __init__(self, core: Core, policies: Policies) -> None:
        self._core = core
        self._policies = policies
        self._client = httpx.AsyncClient(trust_env=False, follow_redirects=False)

    def subscriber(self) -> Subscriber:
        """Return the durable receiver of order events."""
        return Subscriber(SUBSCRIBER, (ORDERS_CHANGED, ORDERS_ACCEPTED), self.spread, timeout=timedelta(seconds=20))

    def handler(self) -> JobHandler:
        """Return the kind of job that sends one delivery."""
        return JobHandler(
            KIND, self.send, max_attempts=MAX_ATTEMPTS, concurrency=PLACES, retry_after=FIRST_PAUSE,
            max_retry_after=LONGEST_PAUSE, on_failed=_bury,
        )  # fmt: skip

    async def aclose(self) -> None:
        """Close the connections."""
        await self._client.aclose()

    async def spread(self, event: OutboxEvent) -> None:
        """Write one delivery for each webhook that wants an event; an event that comes again writes none."""
        order_id = UUID(str(event.payload["order_id"]))
        async with self._core.database.session() as session:
            order = await WorkOrderRepository(session).find(order_id)
            if order is None:
                return
            event_type = _type_of(event.topic, order)
            data = _data_of(event.payload, order)
            for webhook in await WebhookRepository(session).active():
                if event_type in webhook.event_types:
                    await self.write(
                        session, webhook, event_id=event.id, event_type=event_type, subject_id=order_id, data=data
                    )

    async def write(
        self, session: AsyncSession, webhook: Webhook, *, event_id: UUID, event_type: str, subject_id: UUID,
        data: Mapping[str, Any],
    ) -> None:  # fmt: skip
        """Write a delivery and order its sending, unless the webhook has the event already."""
        rows = WebhookRepository(session)
        if await rows.has_delivery(webhook.id, event_id):
            return
        now = self._core.clock.now()
        delivery = WebhookDelivery(
            id=uuid4(), webhook_id=webhook.id, event_id=event_id, event_type=event_type, subject_id=subject_id,
            data=dict(data), occurred_at=now, state=DeliveryState.WAITING, attempts=0, status_code=None,
            error_code=None, created_at=now, ended_at=None,
        )  # fmt: skip
        await rows.add(delivery)
        await self.order(session, delivery.id)

    async def order(self, session: AsyncSession, delivery_id: UUID) -> None:
        """Order the sending of a delivery."""
        payload = {"delivery_id": str(delivery_id)}
        await self._core.jobs.enqueue(session, KIND, payload, unique_key=str(delivery_id))

    async def send(self, job: RunningJob) -> None:
        """Send one delivery.

        Raises:
            DependencyError: The receiver is away, too slow or refuses; the job is tried again, except after 410.
        """
        delivery_id = UUID(str(job.payload["delivery_id"]))
        async with self._core.database.session() as session:
            prepared = await self._prepare(session, delivery_id)
        if prepared is None:
            return
        url, headers, body = prepared
        status, error = await self._post(url, headers, body)
        is_delivered = error is None
        async with self._core.database.session() as session:
            await self._note(session, delivery_id, status, error, is_delivered=is_delivered)
        if not is_delivered:
            what = "did not answer" if status is None else f"answered {status}"
            category = DependencyCategory.TIMEOUT if error == "timeout" else DependencyCategory.REJECTED
            raise DependencyError(
                f"The receiver {what}.", category=category, retryable=status != _GONE, code="webhook_not_delivered"
            )

    async def _prepare(self, session: AsyncSession, delivery_id: UUID) -> tuple[str, dict[str, str], str] | None:
        """Return address, headers and body of a delivery; None when there is nothing to send."""
        rows = WebhookRepository(session)
        delivery = await rows.find_delivery(delivery_id)
        if delivery is None or delivery.state == DeliveryState.DELIVERED:
            return None
        webhook = await rows.find(delivery.webhook_id)
        if webhook is None:
            return None
        data = dict(delivery.data)
        if webhook.wants_caller_data and may_have_caller_data(webhook.url, self._policies.current(RULES)):
            data |= await _caller_of(session, delivery.subject_id)
        event = cloud_event(
            event_id=delivery.event_id, event_type=delivery.event_type, source=SOURCE,
            subject=str(delivery.subject_id), time=delivery.occurred_at, data=data,
        )  # fmt: skip
        body = json.dumps(event, ensure_ascii=False, separators=(",", ":"))
        now, message_id = self._core.clock.now(), str(delivery.event_id)
        headers = {
            "content-type": CONTENT_TYPE,
            "webhook-id": message_id,
            "webhook-timestamp": str(int(now.timestamp())),
            # A receiver takes the message when one of the signatures fits its secret (Standard Webhooks).
            "webhook-signature": " ".join(
                Signer(secret).sign(message_id, now, body) for secret in webhook.secrets_at(now)
            ),
        }
        return webhook.url, headers, body

    async def _post(self, url: str, headers: Mapping[str, str], body: str) -> tuple[int | None, str | None]:
        """Return the status of the answer, or None and a code; the body of an answer is never read."""
        seconds = self._policies.current(RULES).timeout_seconds
        try:
            async with self._client.stream(
                "POST", url, headers=dict(headers), content=body.encode(), timeout=seconds
            ) as answer:
                return answer.status_code, None if answer.is_success else f"http_{answer.status_code}"
        except httpx.TimeoutException:
            return None, "timeout"
        except (httpx.HTTPError, httpx.InvalidURL):
            return None, "unreachable"

    async def _note(
        self, session: AsyncSession, delivery_id: UUID, status: int | None, error: str | None, *, is_delivered: bool
    ) -> None:
        rows = WebhookRepository(session)
        delivery = await rows.find_delivery(delivery_id, is_locked=True)
        if delivery is None:
            return
        delivery.attempts += 1
        delivery.status_code, delivery.error_code = status, error
        if is_delivered:
            delivery.state, delivery.ended_at = DeliveryState.DELIVERED, self._core.clock.now()
        elif status == _GONE and (webhook := await rows.find(delivery.webhook_id)) is not None:
            # Standard Webhooks: the receiver wants no further events.
            webhook.is_active = False


async def _bury(session: AsyncSession, job: JobDetail) -> None:
    delivery = await WebhookRepository(session).find_delivery(UUID(str(job.payload["delivery_id"])), is_locked=True)
    if delivery is not None and delivery.state != DeliveryState.DELIVERED:
        delivery.state, delivery.ended_at = DeliveryState.DEAD, job.finished_at or delivery.created_at


def _type_of(topic: str, order: WorkOrder) -> str:
    if topic == ORDERS_ACCEPTED:
        return ORDER_ACCEPTED
    return COMPLAINT_CHANGED if order.business_type == COMPLAINT else ORDER_CHANGED


def _data_of(payload: Mapping[str, Any], order: WorkOrder) -> dict[str, Any]:
    """Return what everybody may know of an order: nothing that the caller said or by which the caller is found."""
    data = {name: getattr(order, name) for name in _DATA} | dict(payload)
    return data | {
        "unit_id": None if order.unit_id is None else str(order.unit_id),
        "due_at": None if order.due_at is None else order.due_at.isoformat(),
    }


async def _caller_of(session: AsyncSession, order_id: UUID) -> dict[str, Any]:
    order = await WorkOrderRepository(session).find(order_id)
    if order is None:
        return {}
    names = ("contact_name", "contact_phone", "address", "description")
    return {"caller": {name: getattr(order, name) for name in names}}
