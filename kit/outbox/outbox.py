"""Writes events into the outbox and registers their receivers."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from uuid import UUID, uuid4

from pydantic import JsonValue
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session

from kit.clock import Clock
from kit.commit_hooks import call_after_commit, call_before_commit
from kit.outbox.models import OutboxEventRow
from kit.outbox.repository import reserve_positions
from kit.outbox.schemas import Subscriber

_PENDING = "kit.outbox.pending"
"""Key in a session's `info`: the events of its transaction."""


class Outbox:
    """Takes events in the transaction that changed what they tell of, and knows who gets them.

    `OutboxRunner` delivers them.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._listeners: list[Callable[[], None]] = []
        self._subscribers: dict[str, Subscriber] = {}
        self._followers: dict[str, Subscriber] = {}

    def add(self, session: AsyncSession, topic: str, key: str, payload: Mapping[str, JsonValue]) -> UUID:
        """Write an event in the caller's transaction and return its id; it is delivered once that is committed.

        Events of one transaction keep their order, and events of several come in the order of the commits. For that
        the transaction waits, right before its commit, for others that commit events of the same topic.

        Args:
            session: The caller's unit of work; it ends by a commit of this session.
            topic: At most 64 characters.
            key: What it happened to, at most 200 characters.
            payload: What receivers need to know; ids rather than texts.
        """
        row = OutboxEventRow(
            id=uuid4(), topic=topic, position=None, key=key, payload=dict(payload), created_at=self._clock.now()
        )
        session.add(row)
        session.info.setdefault(_PENDING, []).append(row)
        call_before_commit(session, _give_positions, is_last=True)
        call_after_commit(session, self._tell)
        return row.id

    def add_once(self, session: AsyncSession, topic: str) -> None:
        """Write an event without key and payload, unless this transaction has one of the topic already."""
        pending: list[OutboxEventRow] = session.info.get(_PENDING, [])
        if not any(row.topic == topic and row in session for row in pending):
            self.add(session, topic, "", {})

    def subscribe(self, subscriber: Subscriber) -> None:
        """Register a durable receiver, before the runner starts.

        Raises:
            ValueError: There is one of this name.
        """
        _register(self._subscribers, subscriber)

    def follow(self, follower: Subscriber) -> None:
        """Register a volatile receiver: every process has its own, which gets what is committed from its start on.

        For what a process holds in memory. It reads that after the start of the runner, or a change between the
        reading and the start would be missed. An event that it cannot take in `max_attempts` is logged and left out.

        Raises:
            ValueError: There is one of this name.
        """
        _register(self._followers, follower)

    @property
    def subscribers(self) -> tuple[Subscriber, ...]:
        """The durable receivers."""
        return tuple(self._subscribers.values())

    @property
    def followers(self) -> tuple[Subscriber, ...]:
        """The volatile receivers."""
        return tuple(self._followers.values())

    def listen(self, listener: Callable[[], None]) -> None:
        """Call back whenever this process committed events."""
        self._listeners.append(listener)

    def _tell(self) -> None:
        for listener in self._listeners:
            listener()


def _register(known: dict[str, Subscriber], one: Subscriber) -> None:
    if one.name in known:
        raise ValueError(f"there is a receiver {one.name} already")
    known[one.name] = one


def _give_positions(session: Session) -> None:
    """Number the events of a transaction that is about to commit.

    It holds all its other locks by now and waits for no further ones, and topics are locked in the order of their
    names: so no two transactions wait for each other.
    """
    rows: list[OutboxEventRow] = session.info.pop(_PENDING, [])
    by_topic: dict[str, list[OutboxEventRow]] = defaultdict(list)
    for row in rows:
        # An event of a savepoint that was rolled back is gone from the session.
        if row in session:
            by_topic[row.topic].append(row)
    for topic in sorted(by_topic):
        first = reserve_positions(session, topic, len(by_topic[topic])) + 1
        for position, row in enumerate(by_topic[topic], first):
            row.position = position
    session.flush()
