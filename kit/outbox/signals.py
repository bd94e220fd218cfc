"""Signals are events without content that tell that a kind of object changed; rooms below `assist_api` add them."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncSession

from kit.clock import SystemClock
from kit.db import Database
from kit.outbox.outbox import Outbox

_OUTBOX = "kit.outbox.of_process"


def use_outbox(database: Database, outbox: Outbox) -> None:
    """Let `signal` write into this outbox in every later session of the database."""
    database.session_info[_OUTBOX] = outbox


def signal(session: AsyncSession, topic: str) -> None:
    """Write that something of a topic changed; any number of changes in a transaction make one event.

    A process without an outbox of its own, such as a command, writes it all the same: a running server hears of it.

    Args:
        session: The session of the change.
        topic: Such as `knowledge.changed`; the event has no payload, receivers read what is there now.
    """
    outbox = session.info.get(_OUTBOX)
    if not isinstance(outbox, Outbox):
        outbox = Outbox(SystemClock())
    outbox.add_once(session, topic)
