"""Keeps moments of calls: unanswered questions after the call ended, and what agents flag."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID, uuid4, uuid5

from sqlalchemy.ext.asyncio import AsyncSession

from assist_api.calls.models import CallRow
from assist_api.curation.models import CapturedCall, CurationItem, CurationMoment, ItemKind, ItemState, MomentReason
from assist_api.curation.moments import Moment
from assist_api.curation.repository import LIVE, CurationRepository
from kit.clock import Clock


class MomentKeeper:
    """Writes moments. One unit of work; the caller commits."""

    def __init__(self, session: AsyncSession, clock: Clock) -> None:
        self._rows = CurationRepository(session)
        self._clock = clock

    async def keep_asked(self, calls: Sequence[CallRow], found: Mapping[UUID, Sequence[Moment]]) -> None:
        """Keep what was asked in vain in calls that ended, and that they were looked through."""
        now = self._clock.now()
        moments = [
            self._row(call, moment, MomentReason.ASKED, call.agent_account_id)
            for call in calls
            for moment in found[call.id]
        ]
        await self._rows.add_all(CurationMoment, moments)
        await self._rows.add_all(CapturedCall, [{"call_id": call.id, "at": now} for call in calls])

    async def keep(
        self,
        call: CallRow,
        moment: Moment,
        reason: MomentReason,
        account_id: UUID | None,
        *,
        note: str = "",
        entry: tuple[UUID, UUID] | None = None,
        item_id: UUID | None = None,
    ) -> bool:
        """Keep one moment; False when the call has it already.

        Args:
            call: Where it was.
            moment: De-identified.
            reason: Why it is kept.
            account_id: Who is told what became of it.
            note: Of the person who flagged it, de-identified.
            entry: Entry and revision of the flagged card.
            item_id: Item that it speaks for; None when the clusters decide.
        """
        row = self._row(call, moment, reason, account_id, note=note, entry=entry, item_id=item_id)
        return await self._rows.add_once(CurationMoment, row)

    def _row(
        self,
        call: CallRow,
        moment: Moment,
        reason: MomentReason,
        account_id: UUID | None,
        *,
        note: str = "",
        entry: tuple[UUID, UUID] | None = None,
        item_id: UUID | None = None,
    ) -> dict[str, object]:
        about = "" if entry is None else str(entry[0])
        return {
            "id": uuid5(call.id, f"moment:{reason}:{moment.segment_id}:{about}"),
            "item_id": item_id,
            "reason": reason,
            "call_id": call.id,
            "segment_id": moment.segment_id,
            "start_ms": moment.start_ms,
            "sentence": moment.sentence,
            "reply": moment.reply,
            "note": note,
            "sector": call.sector,
            "entry_id": None if entry is None else entry[0],
            "revision_id": None if entry is None else entry[1],
            "account_id": account_id,
            "created_at": self._clock.now(),
        }

    async def flag_card(
        self, call: CallRow, moment: Moment, reason: MomentReason, account_id: UUID | None, note: str,
        entry: tuple[UUID, UUID], title: str, sector: str | None,
    ) -> UUID:  # fmt: skip
        """Keep a flag on a card and put its revision on the desk; return the item.

        Flags on one revision are one item. A decided item opens again when somebody else flags the text once more.
        """
        key = f"flag:{entry[1]}"
        now = self._clock.now()
        row = new_item(ItemKind.FLAG, key, title, sector, now, entry=entry)
        await self._rows.add_once(CurationItem, row)
        item = await self._rows.by_key(key)
        assert item is not None  # noqa: S101  # rejected: it was written right above
        if await self.keep(call, moment, reason, account_id, note=note, entry=entry, item_id=item.id):
            state = item.state if item.state in LIVE else ItemState.OPEN
            weight = await self._rows.count_moments(item.id)
            await self._rows.change(item.id, item.version, {"weight": weight, "state": state, "changed_at": now})
        return item.id


def new_item(
    kind: ItemKind,
    key: str,
    title: str,
    sector: str | None,
    now: datetime,
    *,
    weight: int = 1,
    entry: tuple[UUID, UUID] | None = None,
    other: tuple[UUID, UUID] | None = None,
    detail: dict[str, object] | None = None,
) -> dict[str, object]:
    """Return the row of an item that nobody has looked at."""
    return {
        "id": uuid4(), "kind": kind, "subject_key": key, "state": ItemState.OPEN, "title": title[:200],
        "sector": sector, "weight": weight, "entry_id": entry and entry[0], "revision_id": entry and entry[1],
        "other_entry_id": other and other[0], "other_revision_id": other and other[1], "detail": detail or {},
        "assignee_id": None, "assignee_name": "", "snoozed_until": None, "draft_entry_id": None,
        "draft_revision_id": None, "questions": [], "drafted_by": None, "merged_into": None, "reason": "",
        "decided_by_name": "", "decided_at": None, "created_at": now, "changed_at": now, "version": 1,
    }  # fmt: skip
