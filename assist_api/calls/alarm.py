"""Tells supervisors of an alert or an angry caller of a call: over the account channel, and by a notification."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select

from assist_api.accounts.models import Account
from assist_api.alerts.raised import AlertRaised
from assist_api.calls.events import CallSnapshot
from assist_api.calls.observers import Observed
from assist_api.channel.events import ChannelEvent
from assist_api.channel.hub import AccountChannel
from assist_api.hints.shown import HintRaised
from assist_api.http.permissions import PERMISSIONS, Permission
from assist_api.notifications.rules import NotificationRule
from assist_api.notifications.service import Notifier
from kit.clock import Clock
from kit.db import Database

READERS = tuple(sorted(role for role, held in PERMISSIONS.items() if Permission.READ_ALL_CALLS in held))
"""Roles that may read every call."""


NOTIFICATION = NotificationRule(
    "alert.raised", frozenset({"alert_kind"}), to_owner=False, to_holders_of=Permission.WATCH_FLOOR
)


class SupervisorAlarm:
    """Sends `alert.raised` to everybody who may read all calls and can sign in, and notifies who watches the floor."""

    def __init__(
        self, database: Database, channel: AccountChannel, clock: Clock, notifier: Notifier | None = None
    ) -> None:
        self._notifier = notifier
        self._database = database
        self._channel = channel
        self._clock = clock

    async def tell(self, before: CallSnapshot, observed: Observed) -> None:
        """Tell of an alert that the call did not have before; the message holds no word of the caller."""
        told = _told(before, observed)
        if told is None:
            return
        alert_id, kind = told
        data = {"call_id": str(before.call.id), "kind": kind, "alert_id": str(alert_id)}
        event = ChannelEvent(id=alert_id, type="alert.raised", at=self._clock.now(), data=data)
        async with self._database.session() as session:
            wanted = select(Account.id).where(Account.is_active, Account.role.in_(READERS)).order_by(Account.id)
            readers = (await session.scalars(wanted)).all()
        for account_id in readers:
            await self._channel.publish(account_id, event)
        if self._notifier is not None:
            await self._notify(self._notifier, before.call.id, alert_id, kind)

    async def _notify(self, notifier: Notifier, call_id: UUID, alert_id: UUID, kind: str) -> None:
        async with self._database.session() as session:
            await notifier.notify(
                session,
                NOTIFICATION.kind,
                {"alert_kind": kind},
                object_kind="call",
                object_id=call_id,
                dedup_key=f"alert:{alert_id}",
            )


def _told(before: CallSnapshot, observed: Observed) -> tuple[UUID, str] | None:
    """Return id and kind of what supervisors are told; None for what stays between the call and its agent."""
    if isinstance(observed, AlertRaised) and observed.alert_id not in {alert.alert_id for alert in before.alerts}:
        return observed.alert_id, observed.kind.value
    if isinstance(observed, HintRaised) and observed.tells_supervisor:
        return observed.hint_id, observed.kind.value
    return None
