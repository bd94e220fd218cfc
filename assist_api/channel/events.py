"""Messages of the account channel, as they stand on the wire."""

from __future__ import annotations

from datetime import datetime
from typing import Literal
from uuid import UUID

from assist_api.http.schemas import OutputModel

ChannelEventType = Literal["notification.created", "agent.state_changed", "alert.raised", "job.changed"]


class ChannelSnapshotData(OutputModel):
    """What a page needs before the first event."""

    counts: dict[str, int]
    """Such as `unread_notifications`; each is declared by the module that knows it."""


class ChannelSnapshot(OutputModel):
    """The first message of a channel; sent again when another process or another page changed what it shows."""

    type: Literal["channel.snapshot"] = "channel.snapshot"
    at: datetime
    data: ChannelSnapshotData


class ChannelEvent(OutputModel):
    """Something that happened to the account; the page asks the API for what it does not know yet.

    Attributes:
        id: Of the event, to pass over one that arrives twice.
        type: `noun.past_participle`.
        at: When it happened, UTC.
        data: Values of the event; never what a caller said.
    """

    id: UUID
    type: ChannelEventType
    at: datetime
    data: dict[str, str | int | bool | None]


ChannelMessage = ChannelSnapshot | ChannelEvent
