"""HTTP: comments on entries, and following an entry."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, status

from assist_api.audit.deps import ActorDep, AuditDep
from assist_api.comments.schemas import CommentDraft, CommentView, EntryTalk, SubscriptionChoice
from assist_api.comments.service import EntryComments
from assist_api.http.deps import CoreDep, SessionDep, permitted, provided
from assist_api.http.permissions import Permission
from assist_api.http.principal import CurrentAccount
from assist_api.notifications.service import Notifier

router = APIRouter(prefix="/knowledge/entries/{entry_id}", tags=["comments"])
Reader = Annotated[CurrentAccount, Depends(permitted(Permission.READ_ENTRIES))]


async def get_comments(
    session: SessionDep, core: CoreDep, audit: AuditDep, notifier: Annotated[Notifier, Depends(provided(Notifier))]
) -> EntryComments:
    """Return the comments of this request."""
    return EntryComments(session, core.clock, audit, notifier)


CommentsDep = Annotated[EntryComments, Depends(get_comments)]


@router.get("/comments")
async def list_comments(entry_id: UUID, account: Reader, comments: CommentsDep) -> EntryTalk:
    """List the comments on an entry, the oldest first."""
    return await comments.of_entry(account, entry_id)


@router.post("/comments", status_code=status.HTTP_201_CREATED)
async def add_comment(
    entry_id: UUID, draft: CommentDraft, account: Reader, actor: ActorDep, comments: CommentsDep
) -> CommentView:
    """Write a comment; `@name` notifies a person, and so is everybody who follows the entry."""
    return await comments.add(account, actor, entry_id, draft.text)


@router.put("/subscription")
async def choose_subscription(
    entry_id: UUID, choice: SubscriptionChoice, account: Reader, comments: CommentsDep
) -> EntryTalk:
    """Follow an entry, or follow it no longer; its new texts and comments are told to who follows it."""
    return await comments.choose(account, entry_id, is_subscribed=choice.is_subscribed)
