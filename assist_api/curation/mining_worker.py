"""The process that reads the event logs of many calls: `python -m assist_api.curation.mining_worker`.

It reads and finds questions, and writes nothing: a process that waits for the processor must never hold the lock of a
SQLite database, on which live calls would wait. What it finds is written by its owner, `assist_api.curation.mining`.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator, Mapping
from uuid import UUID

from assist_api.calls.repository import CallRepository
from assist_api.curation.moments import Moment, unanswered
from kit.db import Database
from kit.worker_process import Channel, Head, WorkerGoneError

NICENESS = 19
"""The least share of the processor that still ends some time; live calls and searches come first (sched(7))."""


def main() -> None:
    """Answer requests until the owner hangs up."""
    channel = Channel.of_this_worker()
    os.nice(NICENESS)
    with asyncio.Runner() as runner:
        try:
            database = Database(channel.receive().head["database"])
            while True:
                calls = [UUID(call_id) for call_id in channel.receive().head["calls"]]
                channel.send(runner.run(_found(database, calls)))
        except WorkerGoneError:
            return


async def _found(database: Database, calls: list[UUID]) -> Head:
    """Return the unanswered questions of some calls, by call."""
    async with database.session() as session:
        rows = CallRepository(session)
        return {str(call_id): [to_wire(one) for one in unanswered(await rows.events(call_id))] for call_id in calls}


def to_wire(moment: Moment) -> Mapping[str, object]:
    """Return a moment as JSON can say it."""
    return {
        "segment_id": str(moment.segment_id),
        "start_ms": moment.start_ms,
        "sentence": moment.sentence,
        "reply": moment.reply,
    }


def from_wire(head: Head, call_id: UUID) -> Iterator[Moment]:
    """Yield the moments of a call that the process found."""
    for one in head[str(call_id)]:
        yield Moment(UUID(one["segment_id"]), int(one["start_ms"]), str(one["sentence"]), str(one["reply"]))


if __name__ == "__main__":
    main()
