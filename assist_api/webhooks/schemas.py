"""What the endpoints of webhooks take and give."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field, StringConstraints

from assist_api.http.schemas import InputModel, OutputModel

EventType = Literal["tingzhi.work_order.changed", "tingzhi.work_order.accepted", "tingzhi.complaint.changed"]


class DeliveryState(StrEnum):
    """Where a delivery is."""

    WAITING = "waiting"
    DELIVERED = "delivered"
    DEAD = "dead"
    """Every attempt failed; a person can send it again."""


class WebhookDraft(InputModel):
    """A webhook."""

    name: Annotated[str, StringConstraints(strip_whitespace=True, min_length=2, max_length=64)]
    url: Annotated[str, StringConstraints(strip_whitespace=True, min_length=8, max_length=500)]
    event_types: list[EventType] = Field(min_length=1, max_length=10)
    wants_caller_data: bool = False
    is_active: bool = True


class WebhookView(OutputModel):
    """A webhook without its secret."""

    id: UUID
    name: str
    url: str
    event_types: list[EventType]
    wants_caller_data: bool
    gets_caller_data: bool = Field(description="Whether the policy allows it for the host as well")
    is_active: bool
    old_secret_until: datetime | None = Field(description="Until then the secret before signs besides; null without")
    created_by_name: str
    created_at: datetime
    waiting: int
    dead: int


class WebhookCreated(OutputModel):
    """A fresh webhook; its secret is shown this one time."""

    secret: str = Field(description="For checking signatures as Standard Webhooks describe it")
    view: WebhookView


class SecretRotation(InputModel):
    """How long the secret before stays valid beside the new one."""

    overlap_hours: Annotated[int, Field(ge=0, le=720)] = 24


class Webhooks(OutputModel):
    """Every webhook by name."""

    items: list[WebhookView]


class DeliveryView(OutputModel):
    """One event for one webhook."""

    id: UUID
    webhook_id: UUID
    webhook_name: str
    event_id: UUID
    event_type: str
    subject_id: UUID
    state: DeliveryState
    attempts: int
    status_code: int | None
    error_code: str | None
    created_at: datetime
    ended_at: datetime | None


class DeliveryPage(OutputModel):
    """Deliveries, the newest first."""

    items: list[DeliveryView]
    next_cursor: str | None
