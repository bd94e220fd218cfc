"""What curators do with the items of the desk. Each change is one transaction with its audit entry."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from assist_api.curation.models import CurationItem, ItemKind, ItemState
from assist_api.curation.notices import CurationNotices
from assist_api.curation.repository import LIVE, CurationRepository
from assist_api.curation.schemas import (
    DraftSubmission,
    ItemAction,
    ItemActionRequest,
    ItemPublication,
    ItemReturn,
)
from assist_api.http.actor import Actor
from assist_api.http.core import AuditTrail, DetailValue
from assist_api.http.permissions import PERMISSIONS, Permission, Role
from assist_api.knowledge.service import KnowledgeEditor
from kb.entries.drafts import Author, DraftService
from kb.entries.validation import comparable
from kb.gold.models import QuestionOrigin
from kb.gold.questions import GoldQuestionService
from kit.clock import Clock
from kit.db import Database
from kit.errors import ConflictError, InvalidInputError, NotFoundError

CURATOR_ROLES = tuple(role for role in Role if Permission.CURATE in PERMISSIONS[role])
_FROM: Mapping[ItemAction, tuple[ItemState, ...]] = {
    ItemAction.TAKE: (ItemState.OPEN, ItemState.TAKEN),
    ItemAction.RELEASE: (ItemState.TAKEN,),
    ItemAction.ASSIGN: (ItemState.OPEN, ItemState.TAKEN),
    ItemAction.SNOOZE: (ItemState.OPEN, ItemState.TAKEN),
    ItemAction.MERGE: (ItemState.OPEN, ItemState.TAKEN),
    ItemAction.REJECT: (ItemState.OPEN, ItemState.TAKEN),
    ItemAction.REOPEN: (ItemState.REJECTED,),
}
"""In which states an action is legal."""


class CurationDesk:
    """Decides on items; a text is published by the editor, with its tests."""

    def __init__(
        self, database: Database, clock: Clock, audit: AuditTrail, editor: KnowledgeEditor, notices: CurationNotices
    ) -> None:
        self._database = database
        self._clock = clock
        self._audit = audit
        self._editor = editor
        self._notices = notices

    async def act(self, actor: Actor, item_id: UUID, request: ItemActionRequest) -> None:
        """Do something with an item.

        Raises:
            NotFoundError: `item_not_found`, or there is no such curator or other item.
            ConflictError: `item_changed`: somebody was faster; `item_state`: the item is decided or gone.
            InvalidInputError: The action needs a value that is missing.
        """
        async with self._database.session() as session:
            rows = CurationRepository(session)
            item = await self._get(rows, item_id, _FROM[request.action])
            values = await self._values(rows, actor, item, request)
            await self._change(rows, item, request.version, values)
            if request.action is ItemAction.REJECT:
                await self._notices.declined(rows, item, request.reason.strip())
            if request.action is ItemAction.MERGE and request.into_id is not None:
                await rows.move_moments(item.id, request.into_id)
                await rows.weigh(request.into_id, self._clock.now())
            if request.action is ItemAction.ASSIGN and request.account_id not in (None, actor.account_id):
                await self._notices.assigned(rows, item, values["assignee_id"])
            self._record(session, actor, "curation_item.decided", item, {"action": request.action.value})

    async def _values(
        self, rows: CurationRepository, actor: Actor, item: CurationItem, request: ItemActionRequest
    ) -> dict[str, Any]:
        match request.action:
            case ItemAction.TAKE:
                return _taken_by(actor.account_id, actor.name)
            case ItemAction.RELEASE:
                return {"state": ItemState.OPEN, "assignee_id": None, "assignee_name": ""}
            case ItemAction.ASSIGN:
                curators = {account.id: account for account in await rows.curators(CURATOR_ROLES)}
                account = curators.get(request.account_id) if request.account_id is not None else None
                if account is None:
                    raise InvalidInputError(
                        "Choose somebody who can curate.", field="account_id", code="curator_unknown"
                    )
                return _taken_by(account.id, account.display_name)
            case ItemAction.SNOOZE:
                return {"snoozed_until": self._clock.now() + timedelta(days=request.days)}
            case ItemAction.MERGE:
                into = await rows.find(request.into_id) if request.into_id is not None else None
                if into is None or into.id == item.id or into.state not in LIVE or into.kind != item.kind:
                    message = "Choose another item of the same kind that is not decided."
                    raise InvalidInputError(message, field="into_id", code="merge_target_unknown")
                return self._decision(actor, ItemState.MERGED, "") | {"merged_into": into.id}
            case ItemAction.REJECT:
                if not request.reason.strip():
                    raise InvalidInputError("Say why nothing changes.", field="reason", code="required")
                return self._decision(actor, ItemState.REJECTED, request.reason.strip())
            case ItemAction.REOPEN:
                return {"state": ItemState.OPEN, "reason": "", "decided_by_name": "", "decided_at": None}

    async def submit(self, actor: Actor, item_id: UUID, submission: DraftSubmission) -> None:
        """Let a draft for an item wait for a second person; what agents find does not change.

        Raises:
            NotFoundError, ConflictError: As `act`; `stale_revision`: the entry has another text by now.
            InvalidInputError: A field breaks a rule.
        """
        async with self._database.session() as session:
            rows = CurationRepository(session)
            item = await self._get(rows, item_id, (ItemState.OPEN, ItemState.TAKEN))
            drafts, author = DraftService(session, self._clock), Author(actor.name, actor.account_id)
            draft = submission.draft()
            base_id = item.revision_id
            if item.kind == ItemKind.UNANSWERED or item.entry_id is None or base_id is None:
                revision = await drafts.submit_new(draft, author)
            else:
                base_id = submission.base_revision_id or base_id
                revision = await drafts.submit_revision(item.entry_id, base_id, draft, author)
            values = {
                "state": ItemState.IN_REVIEW,
                "draft_entry_id": revision.entry_id,
                "draft_revision_id": revision.id,
                "drafted_by": actor.account_id,
                # The second person compares the draft with the text that it replaces.
                "revision_id": base_id,
                "questions": [text.strip() for text in submission.questions if text.strip()],
            }
            await self._change(rows, item, submission.version, values | _assigned(actor))
            details = {"revision_id": str(revision.id)}
            self._audit.record(session, actor, "entry.drafted", "entry", revision.entry_id, details=details)

    async def publish(self, actor: Actor, item_id: UUID, publication: ItemPublication) -> None:
        """Publish the draft of an item as a second person, with its test questions, and tell who asked.

        Raises:
            NotFoundError: `item_not_found`.
            ConflictError: As `act`, and as `KnowledgeEditor.publish_waiting`.
            NotAllowedError: `four_eyes`: the draft is one's own.
        """
        item = await self._draft_of(item_id, publication.version)
        entry_id, revision_id = _draft_ids(item)
        await self._editor.publish_waiting(entry_id, revision_id, actor, publication.consent())
        async with self._database.session() as session:
            rows = CurationRepository(session)
            await self._add_questions(session, item, entry_id)
            # The periodic look may have closed it in between; then it has told everybody.
            values = self._decision(actor, ItemState.DONE, "")
            if await rows.change(item.id, publication.version, values | {"changed_at": self._clock.now()}):
                await self._notices.published(rows, item)
            self._record(session, actor, "curation_item.decided", item, {"action": "publish"})

    async def send_back(self, actor: Actor, item_id: UUID, request: ItemReturn) -> None:
        """Turn a draft down with a reason; its author has the item again.

        Raises:
            NotFoundError, ConflictError: As `act`; `not_in_review`: the draft was decided elsewhere.
        """
        item = await self._draft_of(item_id, request.version)
        await self._editor.turn_down(*_draft_ids(item), actor)
        async with self._database.session() as session:
            rows = CurationRepository(session)
            # The draft stays named, so that its author goes on from it.
            await self._change(rows, item, request.version, {"state": ItemState.TAKEN, "reason": request.reason})
            await self._notices.returned(rows, item, request.reason)
            self._record(session, actor, "curation_item.decided", item, {"action": "send_back"})

    async def _draft_of(self, item_id: UUID, version: int) -> CurationItem:
        async with self._database.session() as session:
            item = await self._get(CurationRepository(session), item_id, (ItemState.IN_REVIEW,))
        if item.version != version:
            raise _changed(item)
        return item

    async def _add_questions(self, session: AsyncSession, item: CurationItem, entry_id: UUID) -> None:
        """Add the callers' questions to the tests of the entry; those that it has are left out."""
        gold = GoldQuestionService(session, self._clock)
        known = {comparable(question.text) for question in await gold.list_questions(entry_id)}
        for text in item.questions:
            if comparable(text) not in known:
                known.add(comparable(text))
                await gold.add(entry_id, text, QuestionOrigin.FEEDBACK, item.assignee_name)

    async def _get(self, rows: CurationRepository, item_id: UUID, legal: tuple[ItemState, ...]) -> CurationItem:
        item = await rows.find(item_id)
        if item is None:
            raise NotFoundError("There is no such item on the desk.", code="item_not_found")
        if item.state not in legal:
            raise ConflictError(
                f"The item is {item.state} by now; look again.", code="item_state", state=item.state,
                decided_by=item.decided_by_name,
            )  # fmt: skip
        return item

    async def _change(
        self, rows: CurationRepository, item: CurationItem, version: int, values: Mapping[str, Any]
    ) -> None:
        if not await rows.change(item.id, version, {**values, "changed_at": self._clock.now()}):
            raise _changed(item)

    def _decision(self, actor: Actor, state: ItemState, reason: str) -> dict[str, Any]:
        return {"state": state, "reason": reason, "decided_by_name": actor.name, "decided_at": self._clock.now()}

    def _record(
        self, session: AsyncSession, actor: Actor, action: str, item: CurationItem, details: Mapping[str, DetailValue]
    ) -> None:
        self._audit.record(session, actor, action, "curation_item", item.id, details={"kind": item.kind, **details})


def _taken_by(account_id: UUID | None, name: str) -> dict[str, Any]:
    return {"state": ItemState.TAKEN, "assignee_id": account_id, "assignee_name": name, "snoozed_until": None}


def _assigned(actor: Actor) -> dict[str, Any]:
    return {"assignee_id": actor.account_id, "assignee_name": actor.name, "snoozed_until": None}


def _draft_ids(item: CurationItem) -> tuple[UUID, UUID]:
    if item.draft_entry_id is None or item.draft_revision_id is None:
        raise ConflictError("The draft of this item is gone; look again.", code="item_state", state=item.state)
    return item.draft_entry_id, item.draft_revision_id


def _changed(item: CurationItem) -> ConflictError:
    message = "Somebody has changed the item meanwhile; look again."
    return ConflictError(message, code="item_changed", state=item.state, assignee=item.assignee_name)
