"""One change to many entries: owner, review date, audiences, sector, or out of search."""

from __future__ import annotations

from uuid import UUID

from assist_api.http.actor import Actor
from assist_api.knowledge.schemas import BulkChange, BulkOutcome, BulkResult
from assist_api.knowledge.service import KnowledgeEditor
from kb.entries.schemas import EntryDraft
from kb.entries.service import KnowledgeService
from kit.clock import Clock
from kit.db import Database
from kit.errors import DomainError

EVERY_SECTOR = "every"


class BulkEditor:
    """Changes entries one by one, each in a transaction of its own: what is refused for one leaves the others done."""

    def __init__(self, database: Database, clock: Clock, editor: KnowledgeEditor) -> None:
        self._database = database
        self._clock = clock
        self._editor = editor

    async def apply(self, change: BulkChange, actor: Actor) -> BulkResult:
        """Change every entry that can be changed; the result names the others with the reason."""
        outcomes = [await self._apply_to(entry_id, change, actor) for entry_id in dict.fromkeys(change.entry_ids)]
        await self._editor.make_findable()
        return BulkResult(items=outcomes, changed=sum(outcome.code is None for outcome in outcomes))

    async def _apply_to(self, entry_id: UUID, change: BulkChange, actor: Actor) -> BulkOutcome:
        title = ""
        try:
            async with self._database.session() as session:
                current = (await KnowledgeService(session, self._clock).get_entry(entry_id)).current
            title = current.title
            if change.retire:
                await self._editor.retire(entry_id, actor)
                return BulkOutcome(entry_id=entry_id, title=title, code=None)
            present = EntryDraft.model_validate(current.model_dump(include=set(EntryDraft.model_fields)))
            draft = _changed(present, change)
            if change.changes_readers:
                await self._editor.revise(entry_id, current.id, draft, actor)
            else:
                await self._editor.revise_details(entry_id, current.id, draft, actor)
        except DomainError as error:
            return BulkOutcome(entry_id=entry_id, title=title, code=error.error_code)
        return BulkOutcome(entry_id=entry_id, title=title, code=None)


def _changed(present: EntryDraft, change: BulkChange) -> EntryDraft:
    values: dict[str, object] = {"change_note": change.change_note}
    if change.owner is not None:
        values["owner"] = change.owner
    if change.reviewed_on is not None:
        values["reviewed_on"] = change.reviewed_on
    if change.audiences is not None:
        values["audiences"] = change.audiences
    if change.sector is not None:
        values["sector"] = None if change.sector == EVERY_SECTOR else change.sector
    return present.model_copy(update=values)
