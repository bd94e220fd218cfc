"""Events in the database (ADR 22): written with the change they tell of, delivered in order and at least once."""

from kit.outbox.outbox import Outbox
from kit.outbox.runner import OutboxRunner
from kit.outbox.schemas import HandleEvent, OutboxEvent, ParkedEvent, ParkedPage, Subscriber, SubscriptionState
from kit.outbox.signals import signal, use_outbox

__all__ = [
    "HandleEvent",
    "Outbox",
    "OutboxEvent",
    "OutboxRunner",
    "ParkedEvent",
    "ParkedPage",
    "Subscriber",
    "SubscriptionState",
    "signal",
    "use_outbox",
]
