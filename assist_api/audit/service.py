"""Reading, checking and exporting the audit log."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass

from assist_api.audit.chain import START, ChainCheck, ChainedEntry, ChainFault, ChainPoint
from assist_api.audit.models import AuditEntry
from assist_api.audit.repository import AuditFilter, AuditRepository
from kit.db import Database

BATCH = 1_000
"""Entries read at once by a check or an export; half a megabyte."""
CHECKED_BY_PAGE = 20_000
"""Newest entries that the page checks, in about a second; the command checks all of them."""


@dataclass(frozen=True, slots=True)
class Verification:
    """What a check of the chain found.

    Attributes:
        entries: Number of entries according to the head row.
        head_hash: Hash of the newest entry; note it down elsewhere, to prove later that nothing was rewritten.
        checked_from: Number of the first entry that was checked.
        checked: How many entries were checked.
        fault: First entry that is changed or missing; None when the chain is whole.
    """

    entries: int
    head_hash: str
    checked_from: int
    checked: int
    fault: ChainFault | None


class AuditReader:
    """Reads the audit log in transactions of its own, so that a long check holds none open."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def page(self, wanted: AuditFilter, *, limit: int, before: int | None = None) -> Sequence[AuditEntry]:
        """Return entries, the newest first, from the one before a number on."""
        async with self._database.session() as session:
            return await AuditRepository(session).page(wanted, limit=limit, before=before)

    async def newest_first(self, wanted: AuditFilter, limit: int) -> AsyncIterator[AuditEntry]:
        """Yield at most `limit` entries, read batch by batch."""
        before: int | None = None
        left = limit
        while left > 0:
            rows = await self.page(wanted, limit=min(BATCH, left), before=before)
            for row in rows:
                yield row
            if len(rows) < min(BATCH, left):
                return
            left -= len(rows)
            before = rows[-1].number

    async def verify(self, *, newest: int | None = None, anchor: ChainPoint | None = None) -> Verification:
        """Check the chain from its first entry, or only its newest ones, up to the end it had when asked.

        Args:
            newest: How many of the newest entries; None for all.
            anchor: A point noted down earlier that must be part of the chain.
        """
        async with self._database.session() as session:
            head = await AuditRepository(session).head()
        start = START if newest is None or head.number <= newest else await self._point(head.number - newest)
        check = ChainCheck(start, anchor)
        checked = 0
        while check.last.number < head.number:
            async with self._database.session() as session:
                limit = min(BATCH, head.number - check.last.number)
                rows = await AuditRepository(session).after(check.last.number, limit=limit)
            whole = check.feed_all((chained(row), row.hash) for row in rows if row.number <= head.number)
            checked += len(rows)
            if not rows or not whole:
                break
        return Verification(head.number, head.hash, start.number + 1, checked, check.finish(head))

    async def _point(self, number: int) -> ChainPoint:
        async with self._database.session() as session:
            row = await AuditRepository(session).find(number)
        return START if row is None else ChainPoint(row.number, row.hash)


def chained(row: AuditEntry) -> ChainedEntry:
    """Return the fields of a row that its hash covers."""
    return ChainedEntry(**{name: getattr(row, name) for name in ChainedEntry.__slots__})
