"""Notifications: written in the transaction of what they tell, pushed to open pages after its commit."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy.ext.asyncio import AsyncSession

from assist_api.channel.events import ChannelEvent
from assist_api.channel.hub import AccountChannel
from assist_api.notifications.models import Notification
from assist_api.notifications.repository import NotificationRepository
from assist_api.notifications.rules import NotificationRule, NotificationRules, Parameters
from kit.clock import Clock
from kit.commit_hooks import gather_after_commit
from kit.tasks import TaskSupervisor


class Notifier:
    """Sends notifications by rule."""

    def __init__(self, clock: Clock, channel: AccountChannel, rules: Sequence[NotificationRule] = ()) -> None:
        self.rules = NotificationRules(rules)
        self._clock = clock
        self._channel = channel
        self._tasks = TaskSupervisor("notifications")

    async def notify(
        self,
        session: AsyncSession,
        kind: str,
        parameters: Parameters,
        *,
        object_kind: str,
        object_id: UUID | str,
        owner_id: UUID | None = None,
        recipients: Collection[UUID] = (),
        dedup_key: str | None = None,
    ) -> int:
        """Notify everyone whom the rule of the kind names; open pages hear of it after the commit.

        Args:
            session: The session of the change that is told.
            kind: Declared by a rule.
            parameters: Exactly those that the rule names; never what a caller said.
            object_kind: Kind of the object that the notification links to.
            object_id: Its id.
            owner_id: The person whose object it is; None when it is nobody's.
            recipients: Further people whom it reaches, such as those of a unit.
            dedup_key: A second notification with this key does not reach the same person; by default every call
                makes a new one.

        Returns:
            How many people it reaches who did not have it.

        Raises:
            ValueError: No rule declares the kind, or the parameters are others.
        """
        rule = self.rules.get(kind, parameters)
        repository = NotificationRepository(session)
        people = {*recipients, *await repository.holders_of(rule.roles)}
        if rule.to_owner and owner_id is not None:
            people.add(owner_id)
        key = dedup_key or uuid4().hex
        reached = 0
        for recipient_id in sorted(people):
            row = {
                "id": uuid4(),
                "recipient_id": recipient_id,
                "kind": kind,
                "parameters": dict(parameters),
                "object_kind": object_kind,
                "object_id": str(object_id),
                "dedup_key": key,
                "created_at": self._clock.now(),
                "read_at": None,
            }
            if await repository.add(row):
                reached += 1
                data = {"kind": kind, "object_kind": object_kind, "object_id": str(object_id)}
                message = ChannelEvent(id=row["id"], type="notification.created", at=row["created_at"], data=data)
                gather_after_commit(session, self._push, (recipient_id, message))
        return reached

    async def aclose(self) -> None:
        """Give up what was not pushed yet; pages see it in their next snapshot. Safe to call twice."""
        await self._tasks.aclose()

    def _push(self, messages: list[tuple[UUID, ChannelEvent]]) -> None:
        self._tasks.start(self._publish(messages), name="push")

    async def _publish(self, messages: Sequence[tuple[UUID, ChannelEvent]]) -> None:
        for recipient_id, message in messages:
            await self._channel.publish(recipient_id, message)


class NotificationService:
    """What a person does with their own notifications. One unit of work; the caller commits."""

    def __init__(self, session: AsyncSession, clock: Clock) -> None:
        self._rows = NotificationRepository(session)
        self._clock = clock

    async def page(
        self, recipient_id: UUID, *, limit: int, is_unread: bool = False, before: tuple[datetime, UUID] | None = None
    ) -> Sequence[Notification]:
        """Return a person's notifications, the newest first."""
        return await self._rows.page(recipient_id, limit=limit, is_unread=is_unread, before=before)

    async def count_unread(self, recipient_id: UUID) -> int:
        """Return how many notifications a person has not read."""
        return await self._rows.count_unread(recipient_id)

    async def mark_read(self, recipient_id: UUID, ids: Sequence[UUID] | None) -> int:
        """Note that a person has read some notifications, or all (None); return how many are left unread."""
        await self._rows.mark_read(recipient_id, ids, self._clock.now())
        return await self._rows.count_unread(recipient_id)
