"""Reads the records that exchanges keep of their calls (CDR), to compare them with recordings and texts.

Asterisk appends one line for every pair of channels that talked to `Master.csv` (`cdr_csv`), in the order in which they
ended; the SIPREC server appends one line for every session. Both write without us: what they have and we lack is a gap.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

from cti_adapter.agent_names import AgentNames
from cti_adapter.asterisk.self_test import SELF_TEST_AGENT
from cti_adapter.tracked import identity

_TIME_FORMAT = "%Y-%m-%d %H:%M:%S"
_COLUMNS = 18
"""Columns of Asterisk's file without `newcdrcolumns`; with it the linked id is the twentieth."""
_CHANNEL, _OTHER, _START, _END, _TALK, _DISPOSITION, _UNIQUE_ID, _NOTE, _LINKED_ID = 5, 6, 9, 11, 13, 14, 16, 17, 19
_OURS = ("AudioSocket/", "Local/")
"""Channels that are no party: taps of ours, and halves of a consultation."""
_BLOCK_BYTES = 1 << 18
LONGEST_CALL = timedelta(hours=12)
"""A call that ended that long after the span began cannot have begun in it any more."""


@dataclass(frozen=True, slots=True)
class CallRecord:
    """A conversation with an agent, as the exchange recorded it.

    Attributes:
        call_id: The call, as events name it.
        began_at: When it came in or was dialled.
        ended_at: When it was over.
        talk_seconds: How long it was answered at most; waiting may be in it.
        agent: Number of the agent.
        note: What the dialplan noted, such as `notice_failed`; mostly empty.
    """

    call_id: UUID
    began_at: datetime
    ended_at: datetime
    talk_seconds: int
    agent: str
    note: str = ""


def read_asterisk(
    path: Path, node_name: str, names: AgentNames, since: datetime, before: datetime
) -> dict[UUID, CallRecord]:
    """Return the conversations with an agent that began within a span; blocks on the disk.

    Args:
        path: `Master.csv`.
        node_name: Name of the exchange; identities of calls are made from it.
        names: Tell an agent's channel.
        since: Beginning of the span.
        before: Its end.

    Raises:
        OSError: The file cannot be read.
    """
    found: dict[UUID, CallRecord] = {}
    for row in _rows_from_end(path, since):
        record = _record(row, node_name, names)
        if record is not None:
            found[record.call_id] = _merge(found.get(record.call_id), record)
    return {call_id: record for call_id, record in found.items() if since <= record.began_at < before}


def _record(row: list[str], node_name: str, names: AgentNames) -> CallRecord | None:
    """Return what a line tells of a conversation; None for a line that is none."""
    if len(row) < _COLUMNS or row[_DISPOSITION] != "ANSWERED":
        return None
    agents = [names.find_by_channel(channel) for channel in (row[_CHANNEL], row[_OTHER])]
    agent = agents[0] or agents[1]
    is_between_agents = agents[0] is not None and agents[1] is not None
    if (
        agent is None
        or agent == SELF_TEST_AGENT
        or is_between_agents
        or any(_is_no_party(row[side]) for side in (_CHANNEL, _OTHER))
    ):
        return None
    began_at, ended_at = _time(row[_START]), _time(row[_END])
    if began_at is None or ended_at is None:
        return None
    key = row[_LINKED_ID] if len(row) > _LINKED_ID and row[_LINKED_ID] else row[_UNIQUE_ID]
    seconds = int(row[_TALK]) if row[_TALK].isdecimal() else 0
    return CallRecord(identity(node_name, "call", key), began_at, ended_at, seconds, agent, row[_NOTE])


def _merge(known: CallRecord | None, other: CallRecord) -> CallRecord:
    """Return one record of the parts of a call, which had several agents or was held."""
    if known is None:
        return other
    return replace(
        known,
        began_at=min(known.began_at, other.began_at),
        ended_at=max(known.ended_at, other.ended_at),
        talk_seconds=known.talk_seconds + other.talk_seconds,
        note=known.note or other.note,
    )


def _is_no_party(channel: str) -> bool:
    return not channel or channel.startswith(_OURS)


def _time(text: str) -> datetime | None:
    try:
        return datetime.strptime(text, _TIME_FORMAT).replace(tzinfo=UTC)
    except ValueError:
        return None


def _rows_from_end(path: Path, since: datetime) -> Iterator[list[str]]:
    """Yield lines, the last first, until they ended before the span; a file of years is not read through."""
    for line in _lines_from_end(path):
        row = next(csv.reader([line]), [])
        ended_at = _time(row[_END]) if len(row) > _END else None
        if ended_at is not None and ended_at < since:
            return
        yield row


def _lines_from_end(path: Path) -> Iterator[str]:
    with path.open("rb") as file:
        place = file.seek(0, io.SEEK_END)
        rest = b""
        while place > 0:
            size = min(_BLOCK_BYTES, place)
            place = file.seek(place - size)
            first, *lines = (file.read(size) + rest).split(b"\n")
            for line in reversed(lines):
                if line:
                    yield line.decode("utf-8", "replace")
            rest = first
        if rest:
            yield rest.decode("utf-8", "replace")


# ---- records of recording sessions --------------------------------------------------------------------------------


def append_session(folder: Path, record: CallRecord) -> None:
    """Add a session that ended to the file of its day (UTC); blocks on the disk.

    Raises:
        OSError: The file cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / f"{record.ended_at:%Y-%m-%d}.csv").open("a", encoding="utf-8", newline="") as file:
        csv.writer(file).writerow(
            [
                record.call_id,
                record.began_at.isoformat(),
                record.ended_at.isoformat(),
                record.talk_seconds,
                record.agent,
                record.note,
            ]
        )


def read_sessions(folder: Path, since: datetime, before: datetime) -> dict[UUID, CallRecord]:
    """Return the sessions that began within a span; blocks on the disk.

    Raises:
        OSError: A file cannot be read.
    """
    day, last = since.astimezone(UTC).date(), (before + LONGEST_CALL).astimezone(UTC).date()
    found: dict[UUID, CallRecord] = {}
    while day <= last:
        path = folder / f"{day:%Y-%m-%d}.csv"
        if path.is_file():
            found |= _sessions(path.read_text(encoding="utf-8").splitlines())
        day += timedelta(days=1)
    return {call_id: record for call_id, record in found.items() if since <= record.began_at < before}


def _sessions(lines: Iterable[str]) -> dict[UUID, CallRecord]:
    found: dict[UUID, CallRecord] = {}
    for row in csv.reader(lines):
        try:
            call_id, began, ended, seconds, agent, note = row
            times = datetime.fromisoformat(began), datetime.fromisoformat(ended)
            record = CallRecord(UUID(call_id), *times, int(seconds), agent, note)
        except ValueError:  # a line that a full disk cut
            continue
        found[record.call_id] = record
    return found
