"""HTTP: what changed in the knowledge, and who has acknowledged what everybody must read."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, status

from assist_api.audit.deps import ActorDep, AuditDep
from assist_api.http.deps import CoreDep, SessionDep, permitted, provided
from assist_api.http.permissions import Permission
from assist_api.http.principal import CurrentAccount
from assist_api.must_reads.schemas import (
    ChangeList,
    ChangeView,
    DueCount,
    MustReadDraft,
    MustReadList,
    MustReadView,
    ReaderList,
    Reminded,
)
from assist_api.must_reads.service import MustReads
from assist_api.notifications.service import Notifier

router = APIRouter(tags=["must reads"])
Reader = Annotated[CurrentAccount, Depends(permitted(Permission.READ_ENTRIES))]
Editor = Annotated[CurrentAccount, Depends(permitted(Permission.EDIT_ENTRIES))]
Follower = Annotated[CurrentAccount, Depends(permitted(Permission.FOLLOW_MUST_READS))]


async def get_must_reads(
    session: SessionDep, core: CoreDep, audit: AuditDep, notifier: Annotated[Notifier, Depends(provided(Notifier))]
) -> MustReads:
    """Return the must-read publications of this request."""
    return MustReads(session, core.clock, audit, notifier)


MustReadsDep = Annotated[MustReads, Depends(get_must_reads)]


@router.get("/knowledge/changes")
async def list_changes(account: Reader, must_reads: MustReadsDep) -> ChangeList:
    """List what was published in the last 30 days; what this account has to read comes first."""
    return await must_reads.changes(account)


@router.get("/knowledge/changes/due")
async def count_due_changes(account: Reader, must_reads: MustReadsDep) -> DueCount:
    """Count the must-read publications that this account has not acknowledged."""
    return DueCount(due=await must_reads.due(account))


@router.get("/knowledge/changes/{revision_id}")
async def get_change(revision_id: UUID, account: Reader, must_reads: MustReadsDep) -> ChangeView:
    """Return what a publication changed: facts first, then the words field by field."""
    return await must_reads.change(account, revision_id)


@router.get("/must-reads")
async def list_must_reads(_account: Follower, must_reads: MustReadsDep) -> MustReadList:
    """List must-read publications with how many of their audience have acknowledged them."""
    return MustReadList(items=await must_reads.listed())


@router.post("/must-reads", status_code=status.HTTP_201_CREATED)
async def mark_must_read(
    draft: MustReadDraft, _account: Editor, actor: ActorDep, must_reads: MustReadsDep
) -> MustReadView:
    """Make the present text of an entry must-read for an audience, which is notified."""
    return await must_reads.mark(actor, draft)


@router.get("/must-reads/{must_read_id}/readers")
async def list_readers(must_read_id: UUID, _account: Follower, must_reads: MustReadsDep) -> ReaderList:
    """List who has acknowledged a publication and who has not yet."""
    return await must_reads.readers(must_read_id)


@router.post("/must-reads/{must_read_id}/acknowledge")
async def acknowledge_must_read(
    must_read_id: UUID, account: Reader, actor: ActorDep, must_reads: MustReadsDep
) -> DueCount:
    """Confirm that this account has read a publication."""
    return DueCount(due=await must_reads.acknowledge(account, actor, must_read_id))


@router.post("/must-reads/{must_read_id}/remind")
async def remind_readers(must_read_id: UUID, _account: Follower, actor: ActorDep, must_reads: MustReadsDep) -> Reminded:
    """Notify everybody who has not acknowledged a publication; each is reminded once a day at most."""
    return Reminded(people=await must_reads.remind(actor, must_read_id))


@router.post("/must-reads/{must_read_id}/close")
async def close_must_read(
    must_read_id: UUID, _account: Editor, actor: ActorDep, must_reads: MustReadsDep
) -> MustReadView:
    """Ask nobody for a publication any more; acknowledgements stay."""
    return await must_reads.close(actor, must_read_id)
