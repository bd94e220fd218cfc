"""HTTP: webhooks of third parties and what was sent to them, for the administrator."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, status

from assist_api.audit.deps import ActorDep, AuditDep
from assist_api.http.deps import CoreDep, SessionDep, permitted, provided
from assist_api.http.permissions import Permission
from assist_api.policies.service import Policies
from assist_api.webhooks.delivery import WebhookDeliveries
from assist_api.webhooks.events import RULES
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
from assist_api.webhooks.service import WebhookService
from kit.paging import MAX_PAGE_SIZE, decode_cursor

router = APIRouter(
    prefix="/webhooks", tags=["integrations"], dependencies=[Depends(permitted(Permission.MANAGE_INTEGRATIONS))]
)
PoliciesDep = Annotated[Policies, Depends(provided(Policies))]
DeliveriesDep = Annotated[WebhookDeliveries, Depends(provided(WebhookDeliveries))]


async def get_webhooks(
    session: SessionDep, core: CoreDep, audit: AuditDep, policies: PoliciesDep, deliveries: DeliveriesDep
) -> WebhookService:
    """Return the webhooks of this request."""
    return WebhookService(session, core.clock, audit, policies.current(RULES), deliveries)


WebhooksDep = Annotated[WebhookService, Depends(get_webhooks)]


@router.get("")
async def list_webhooks(webhooks: WebhooksDep) -> Webhooks:
    """List every webhook."""
    return await webhooks.list_all()


@router.post("", status_code=status.HTTP_201_CREATED)
async def create_webhook(draft: WebhookDraft, actor: ActorDep, webhooks: WebhooksDep) -> WebhookCreated:
    """Make a webhook; only this answer shows its secret."""
    return await webhooks.create(actor, draft)


@router.get("/deliveries")
async def list_webhook_deliveries(
    webhooks: WebhooksDep,
    webhook_id: UUID | None = None,
    state: DeliveryState | None = None,
    cursor: Annotated[str | None, Query(max_length=200)] = None,
    limit: Annotated[int, Query(ge=1, le=MAX_PAGE_SIZE)] = 50,
) -> DeliveryPage:
    """List what was sent and what waits, the newest first."""
    return await webhooks.page(webhook_id=webhook_id, state=state, limit=limit, place=decode_cursor(cursor))


@router.post("/deliveries/{delivery_id}/replay")
async def replay_webhook_delivery(delivery_id: UUID, actor: ActorDep, webhooks: WebhooksDep) -> DeliveryView:
    """Send a dead delivery again under the same id."""
    return await webhooks.replay(actor, delivery_id)


@router.put("/{webhook_id}")
async def change_webhook(webhook_id: UUID, draft: WebhookDraft, actor: ActorDep, webhooks: WebhooksDep) -> WebhookView:
    """Change a webhook; its secret stays."""
    return await webhooks.change(actor, webhook_id, draft)


@router.delete("/{webhook_id}", status_code=status.HTTP_204_NO_CONTENT)
async def remove_webhook(webhook_id: UUID, actor: ActorDep, webhooks: WebhooksDep) -> None:
    """Remove a webhook with its deliveries."""
    await webhooks.remove(actor, webhook_id)


@router.post("/{webhook_id}/secret", status_code=status.HTTP_201_CREATED)
async def rotate_webhook_secret(
    webhook_id: UUID, rotation: SecretRotation, actor: ActorDep, webhooks: WebhooksDep
) -> WebhookCreated:
    """Give a webhook a new secret; only this answer shows it, and the one before stays valid for the overlap."""
    return await webhooks.rotate(actor, webhook_id, rotation)


@router.post("/{webhook_id}/test", status_code=status.HTTP_202_ACCEPTED)
async def send_test_event(webhook_id: UUID, actor: ActorDep, webhooks: WebhooksDep) -> None:
    """Send a webhook an event that says nothing."""
    await webhooks.test(actor, webhook_id)
