"""HTTP: the curator's desk, flags of agents, and the use of entries."""

from __future__ import annotations

from dataclasses import asdict
from datetime import timedelta
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, status

from assist_api.audit.deps import ActorDep
from assist_api.calls.access import CallsDep, FeedbackGiverDep, viewer_of
from assist_api.curation.flags import FlagKeeper
from assist_api.curation.look import KIND, CurationLook
from assist_api.curation.models import ItemKind, ItemState
from assist_api.curation.repository import LIVE, CurationRepository, ItemFilter
from assist_api.curation.schemas import (
    Curators,
    CuratorView,
    DifferencePart,
    DraftSubmission,
    EntryUse,
    FlagRecorded,
    FlagRequest,
    ItemActionRequest,
    ItemList,
    ItemPublication,
    ItemReturn,
    ItemSummary,
    ItemView,
    LookState,
    MomentContext,
    RevisionDifference,
    WorthLists,
)
from assist_api.curation.service import CURATOR_ROLES, CurationDesk
from assist_api.curation.uses import use_of, worth_of_entries
from assist_api.curation.views import ItemViews
from assist_api.http.deps import CoreDep, SessionDep, permitted, provided
from assist_api.http.permissions import Permission
from assist_api.http.principal import CurrentAccount
from assist_api.search.audiences import audiences_of, require_audience
from curation.differences import differences
from kb.classify.service import CategoryService
from kb.entries.service import KnowledgeService
from kit.errors import NotFoundError
from kit.jobs import JobFilter, JobState

router = APIRouter(tags=["curation"])
Curator = Annotated[CurrentAccount, Depends(permitted(Permission.CURATE))]
Reader = Annotated[CurrentAccount, Depends(permitted(Permission.READ_ENTRIES))]
DeskDep = Annotated[CurationDesk, Depends(provided(CurationDesk))]
LookDep = Annotated[CurationLook, Depends(provided(CurationLook))]
FlagsDep = Annotated[FlagKeeper, Depends(provided(FlagKeeper))]
MOST_ITEMS = 200


async def get_views(
    session: SessionDep, core: CoreDep, categories: Annotated[CategoryService, Depends(provided(CategoryService))]
) -> ItemViews:
    """Return the views of this request."""
    return ItemViews(session, core.clock, categories)


ViewsDep = Annotated[ItemViews, Depends(get_views)]


@router.post("/calls/{call_id}/flags", status_code=status.HTTP_201_CREATED)
async def flag_moment(
    call_id: UUID, request: FlagRequest, calls: CallsDep, viewer: FeedbackGiverDep, flags: FlagsDep
) -> FlagRecorded:
    """Flag a card of a call as wrong, outdated or unclear, or a moment that had no answer; curators see it."""
    await calls.archive.check_changeable(viewer, call_id)
    return FlagRecorded(sentence=await flags.flag(viewer.actor, (await calls.snapshot(call_id)).data, request))


@router.get("/curation/items")
async def list_curation_items(
    account: Curator,
    session: SessionDep,
    core: CoreDep,
    state: ItemState | None = None,
    kind: ItemKind | None = None,
    is_mine: bool = False,
    with_snoozed: bool = False,
) -> ItemList:
    """List what waits for a curator: drafts in review, then kind by kind, the heaviest first; at most 200 items."""
    rows = CurationRepository(session)
    states = LIVE if state is None else (state,)
    awake_at = None if with_snoozed else core.clock.now()
    every = ItemFilter(states=states, assignee_id=account.id if is_mine else None, awake_at=awake_at)
    wanted = ItemFilter(states=states, kind=kind, assignee_id=every.assignee_id, awake_at=awake_at)
    items = await rows.page(wanted, MOST_ITEMS)
    counts = await rows.counts(every)
    return ItemList(
        items=[ItemSummary.model_validate(item, from_attributes=True) for item in items], counts=dict(counts)
    )


@router.get("/curation/items/{item_id}")
async def get_curation_item(item_id: UUID, account: Curator, views: ViewsDep) -> ItemView:
    """Return an item with its evidence, the texts it is about, and what a draft would begin with."""
    return await views.view(viewer_of(account), item_id)


@router.post("/curation/items/{item_id}/actions")
async def act_on_curation_item(
    item_id: UUID, request: ItemActionRequest, account: Curator, actor: ActorDep, desk: DeskDep, views: ViewsDep
) -> ItemView:
    """Take, release, assign, snooze, merge, reject or reopen an item; 409 when it is decided or gone."""
    await desk.act(actor, item_id, request)
    return await views.view(viewer_of(account), item_id)


@router.post("/curation/items/{item_id}/draft", status_code=status.HTTP_201_CREATED)
async def submit_curation_draft(
    item_id: UUID, submission: DraftSubmission, account: Curator, actor: ActorDep, desk: DeskDep, views: ViewsDep
) -> ItemView:
    """Accept an item: its draft waits for a second person, and nothing that agents find changes."""
    await desk.submit(actor, item_id, submission)
    return await views.view(viewer_of(account), item_id)


@router.post("/curation/items/{item_id}/publish")
async def publish_curation_draft(
    item_id: UUID, publication: ItemPublication, account: Curator, actor: ActorDep, desk: DeskDep, views: ViewsDep
) -> ItemView:
    """Publish the draft of an item; 403 `four_eyes` for one's own, 409 when gold questions would lose their place."""
    await desk.publish(actor, item_id, publication)
    return await views.view(viewer_of(account), item_id)


@router.post("/curation/items/{item_id}/send-back")
async def send_back_curation_draft(
    item_id: UUID, request: ItemReturn, account: Curator, actor: ActorDep, desk: DeskDep, views: ViewsDep
) -> ItemView:
    """Turn the draft of an item down with a reason; its author has the item again."""
    await desk.send_back(actor, item_id, request)
    return await views.view(viewer_of(account), item_id)


@router.get("/curation/moments/{moment_id}/context")
async def get_moment_context(moment_id: UUID, _account: Curator, views: ViewsDep) -> MomentContext:
    """Return what was said around a moment, de-identified."""
    return await views.context(moment_id)


@router.get("/curation/curators")
async def list_curators(_account: Curator, session: SessionDep) -> Curators:
    """List everybody who can take items."""
    accounts = await CurationRepository(session).curators(CURATOR_ROLES)
    return Curators(items=[CuratorView(id=account.id, name=account.display_name) for account in accounts])


@router.get("/curation/look")
async def get_look(_account: Curator, session: SessionDep, core: CoreDep) -> LookState:
    """Return how far the newest look through calls and knowledge is."""
    jobs = (await core.jobs.page(session, JobFilter(kinds=(KIND,)), limit=5)).items
    newest = jobs[0] if jobs else None
    is_running = newest is not None and not newest.state.is_finished
    return LookState(
        is_running=is_running,
        done=newest.progress_done if newest else 0,
        total=(newest.progress_total or 0) if newest else 0,
        step=newest.progress_message if newest is not None and is_running else "",
        latest_at=next((job.finished_at for job in jobs if job.state is JobState.SUCCEEDED), None),
        failed_code=newest.error_code if newest is not None and newest.state is JobState.FAILED else None,
    )


@router.post("/curation/look", status_code=status.HTTP_202_ACCEPTED)
async def start_look(
    _account: Curator, actor: ActorDep, look: LookDep, session: SessionDep, core: CoreDep
) -> LookState:
    """Look through ended calls and the published knowledge now; nothing is ordered while a look goes on."""
    await look.order(actor)
    return await get_look(_account, session, core)


@router.get("/curation/worth")
async def get_worth(
    _account: Curator, session: SessionDep, core: CoreDep, days: Annotated[int, Query(ge=1, le=730)] = 90
) -> WorthLists:
    """List the entries that nobody was shown, those often dismissed, and the most used, over some days."""
    return await worth_of_entries(session, core.clock.now() - timedelta(days=days))


@router.get("/knowledge/entries/{entry_id}/use")
async def get_entry_use(entry_id: UUID, reader: Reader, session: SessionDep, core: CoreDep) -> EntryUse:
    """Return how often an entry was shown, used, dismissed, called wrong and flagged, by revision."""
    entry = await KnowledgeService(session, core.clock).get_entry(entry_id)
    require_audience(reader, entry.current.audiences)
    return await use_of(session, entry_id)


@router.get("/knowledge/entries/{entry_id}/difference")
async def compare_revisions(
    entry_id: UUID, left: UUID, right: UUID, reader: Reader, session: SessionDep, core: CoreDep
) -> RevisionDifference:
    """Return the words in which two revisions of an entry differ, in title, variants, script and answer."""
    knowledge = KnowledgeService(session, core.clock)
    require_audience(reader, (await knowledge.get_entry(entry_id)).current.audiences)
    found = await knowledge.find_revisions([left, right])
    sides = [found.get(left), found.get(right)]
    texts = []
    for side in sides:
        if side is None or side.entry_id != entry_id or audiences_of(reader).isdisjoint(side.audiences):
            raise NotFoundError("There is no such revision of this entry.", code="revision_not_found")
        texts.append("\n\n".join((side.title, *side.variants, side.script, side.answer)))
    return RevisionDifference(parts=[DifferencePart(**asdict(part)) for part in differences(*texts)])
