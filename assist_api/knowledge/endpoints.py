"""HTTP: the category tree and entries with their revisions."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, status

from assist_api.audit.deps import ActorDep
from assist_api.http.deps import CoreDep, SessionDep, permitted, provided
from assist_api.http.permissions import Permission
from assist_api.http.principal import CurrentAccount
from assist_api.knowledge.bulk import BulkEditor
from assist_api.knowledge.schemas import (
    BulkChange,
    BulkResult,
    EntryRevision,
    NewEntry,
    Publication,
    RevisionList,
    SubmittedText,
)
from assist_api.knowledge.service import KnowledgeEditor
from assist_api.search.audiences import audiences_of, require_audience
from kb.entries.models import RevisionState
from kb.entries.repository import EntryFilter
from kb.entries.schemas import CategoryTree, EntryDetail, EntryPage, RevisionDetail
from kb.entries.service import KnowledgeService
from kit.paging import MAX_PAGE_SIZE

router = APIRouter(prefix="/knowledge", tags=["knowledge"])
Reader = Annotated[CurrentAccount, Depends(permitted(Permission.READ_ENTRIES))]
Editor = Annotated[CurrentAccount, Depends(permitted(Permission.EDIT_ENTRIES))]
FilterText = Annotated[str | None, Query(max_length=100)]
Cursor = Annotated[str | None, Query(max_length=200)]
PageSize = Annotated[int, Query(ge=1, le=MAX_PAGE_SIZE)]


async def get_knowledge(session: SessionDep, core: CoreDep) -> KnowledgeService:
    """Return the knowledge service of this request."""
    return KnowledgeService(session, core.clock)


KnowledgeDep = Annotated[KnowledgeService, Depends(get_knowledge)]
EditorDep = Annotated[KnowledgeEditor, Depends(provided(KnowledgeEditor))]


@router.get("/categories")
async def get_categories(_reader: Reader, knowledge: KnowledgeDep) -> CategoryTree:
    """Return the classification: situations, ideas, means and business types, with entry counts."""
    return await knowledge.categories()


@router.get("/entries")
async def list_entries(
    reader: Reader,
    knowledge: KnowledgeDep,
    sector: FilterText = None,
    situation: FilterText = None,
    title: FilterText = None,
    status: RevisionState | None = None,
    cursor: Cursor = None,
    limit: PageSize = 50,
) -> EntryPage:
    """List entries, the newest text first; `situation` may also be a group of situations."""
    wanted = EntryFilter(sector=sector, situation=situation, status=status, title=title, audiences=audiences_of(reader))
    return await knowledge.list_entries(wanted, cursor=cursor, limit=limit)


@router.post("/entries", status_code=status.HTTP_201_CREATED)
async def create_entry(entry: NewEntry, _editor: Editor, actor: ActorDep, editor: EditorDep) -> EntryDetail:
    """Publish a new entry; it is found by search at once. 409 when gold questions would lose their place."""
    return await editor.create(entry.draft(), actor, entry.consent())


@router.post("/entries/bulk")
async def change_entries(
    change: BulkChange, _editor: Editor, actor: ActorDep, bulk: Annotated[BulkEditor, Depends(provided(BulkEditor))]
) -> BulkResult:
    """Change owner, review date, audiences or sector of many entries, or retire them; refusals are named one by one."""
    return await bulk.apply(change, actor)


@router.post("/drafts", status_code=status.HTTP_201_CREATED)
async def submit_draft(text: SubmittedText, _editor: Editor, actor: ActorDep, editor: EditorDep) -> RevisionDetail:
    """Let a text wait for a second person; what readers find does not change until somebody else publishes it."""
    return await editor.submit(text, actor)


@router.get("/entries/{entry_id}")
async def get_entry(entry_id: UUID, reader: Reader, knowledge: KnowledgeDep) -> EntryDetail:
    """Return an entry with the revision readers see; an entry that is not for agents exists for editors only."""
    entry = await knowledge.get_entry(entry_id)
    require_audience(reader, entry.current.audiences)
    return entry


@router.get("/entries/{entry_id}/revisions")
async def list_revisions(entry_id: UUID, reader: Reader, knowledge: KnowledgeDep) -> RevisionList:
    """Return every revision of an entry that the account has a right to, the newest first."""
    require_audience(reader, (await knowledge.get_entry(entry_id)).current.audiences)
    right = audiences_of(reader)
    revisions = await knowledge.list_revisions(entry_id)
    return RevisionList(items=[item for item in revisions if not right.isdisjoint(item.audiences)])


@router.post("/entries/{entry_id}/revisions", status_code=status.HTTP_201_CREATED)
async def revise_entry(
    entry_id: UUID, revision: EntryRevision, _editor: Editor, actor: ActorDep, editor: EditorDep
) -> RevisionDetail:
    """Publish the next revision of an entry; 409 when somebody was faster or gold questions would lose their place."""
    return await editor.revise(entry_id, revision.base_revision_id, revision.draft(), actor, revision.consent())


@router.post("/entries/{entry_id}/retire")
async def retire_entry(entry_id: UUID, _editor: Editor, actor: ActorDep, editor: EditorDep) -> EntryDetail:
    """Take an entry out of search; its revisions stay readable."""
    return await editor.retire(entry_id, actor)


@router.post("/entries/{entry_id}/revisions/{revision_id}/publish")
async def publish_revision(
    entry_id: UUID, revision_id: UUID, publication: Publication, _editor: Editor, actor: ActorDep, editor: EditorDep
) -> EntryDetail:
    """Publish a revision that waits for review.

    409 `not_in_review` when somebody has decided already, or when gold questions would lose their place.
    """
    return await editor.publish_waiting(entry_id, revision_id, actor, publication.consent())


@router.post("/entries/{entry_id}/revisions/{revision_id}/turn-down")
async def turn_down_revision(
    entry_id: UUID, revision_id: UUID, _editor: Editor, actor: ActorDep, editor: EditorDep
) -> EntryDetail:
    """Leave out a revision that waits for review; what is published stays."""
    return await editor.turn_down(entry_id, revision_id, actor)
