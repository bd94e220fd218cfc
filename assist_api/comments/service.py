"""Comments on entries, whom they mention, and who follows an entry."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID, uuid4

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from assist_api.accounts.models import Account
from assist_api.comments.mentions import mentioned
from assist_api.comments.models import EntryComment, EntrySubscription
from assist_api.comments.schemas import CommentView, EntryTalk
from assist_api.http.actor import Actor
from assist_api.http.core import AuditTrail
from assist_api.http.principal import CurrentAccount
from assist_api.notifications.rules import NotificationRule
from assist_api.notifications.service import Notifier
from assist_api.search.audiences import require_audience
from kb.deidentify import deidentify
from kb.entries.schemas import RevisionDetail
from kb.entries.service import KnowledgeService
from kit.clock import Clock

MOST_COMMENTS = 200
"""So many of the newest are read."""
COMMENTED = NotificationRule("entry.commented", parameters=frozenset({"title", "author"}), to_owner=False)
MENTIONED = NotificationRule("entry.mentioned", parameters=frozenset({"title", "author"}), to_owner=False)
REVISED = NotificationRule("entry.revised", parameters=frozenset({"title", "author"}), to_owner=False)


class EntryComments:
    """Use cases on one unit of work; the caller commits."""

    def __init__(self, session: AsyncSession, clock: Clock, audit: AuditTrail, notifier: Notifier) -> None:
        self._session = session
        self._clock = clock
        self._audit = audit
        self._notifier = notifier

    async def of_entry(self, account: CurrentAccount, entry_id: UUID) -> EntryTalk:
        """Return the comments on an entry.

        Raises:
            NotFoundError: `entry_not_found`.
        """
        await self._entry(account, entry_id)
        newest = select(EntryComment).where(EntryComment.entry_id == entry_id)
        rows = await self._session.scalars(
            newest.order_by(EntryComment.created_at.desc(), EntryComment.id).limit(MOST_COMMENTS)
        )
        subscribers = await _subscribers(self._session, entry_id)
        return EntryTalk(
            items=[_view(row, account.id) for row in reversed(rows.all())],
            is_subscribed=account.id in subscribers,
            subscribers=len(subscribers),
        )

    async def add(self, account: CurrentAccount, actor: Actor, entry_id: UUID, text: str) -> CommentView:
        """Write a comment; whom it mentions and who follows the entry is notified, its author follows it from now on.

        Raises:
            NotFoundError: `entry_not_found`.
        """
        title = await self._entry(account, entry_id)
        people = (await self._session.scalars(select(Account).where(Account.is_active.is_(True)))).all()
        named = mentioned(text, {person.id: (person.display_name, person.username) for person in people})
        row = EntryComment(
            id=uuid4(),
            entry_id=entry_id,
            author_id=account.id,
            author_name=account.display_name,
            text=deidentify(text),
            created_at=self._clock.now(),
        )
        self._session.add(row)
        await self._session.flush()
        followers = await _subscribers(self._session, entry_id)
        await self._tell(MENTIONED, entry_id, title, account, set(named) - {account.id})
        await self._tell(COMMENTED, entry_id, title, account, followers - {account.id, *named})
        await self._follow(account.id, entry_id)
        self._audit.record(self._session, actor, "entry.commented", "entry", entry_id)
        return _view(row, account.id)

    async def choose(self, account: CurrentAccount, entry_id: UUID, *, is_subscribed: bool) -> EntryTalk:
        """Follow an entry, or follow it no longer.

        Raises:
            NotFoundError: `entry_not_found`.
        """
        await self._entry(account, entry_id)
        if is_subscribed:
            await self._follow(account.id, entry_id)
        else:
            mine = (EntrySubscription.entry_id == entry_id, EntrySubscription.account_id == account.id)
            await self._session.execute(delete(EntrySubscription).where(*mine))
        return await self.of_entry(account, entry_id)

    async def _follow(self, account_id: UUID, entry_id: UUID) -> None:
        if await self._session.get(EntrySubscription, (entry_id, account_id)) is None:
            row = EntrySubscription(entry_id=entry_id, account_id=account_id, since=self._clock.now())
            self._session.add(row)
            await self._session.flush()

    async def _entry(self, account: CurrentAccount, entry_id: UUID) -> str:
        entry = await KnowledgeService(self._session, self._clock).get_entry(entry_id)
        require_audience(account, entry.current.audiences)
        return entry.current.title

    async def _tell(
        self, rule: NotificationRule, entry_id: UUID, title: str, account: CurrentAccount, people: Collection[UUID]
    ) -> None:
        if people:
            await self._notifier.notify(
                self._session,
                rule.kind,
                {"title": title, "author": account.display_name},
                object_kind="entry",
                object_id=entry_id,
                recipients=people,
            )


class SubscriberNews:
    """Tells the people who follow an entry of its new text, in the transaction of the publication."""

    def __init__(self, notifier: Notifier) -> None:
        self._notifier = notifier
        for rule in (COMMENTED, MENTIONED, REVISED):
            notifier.rules.add(rule)

    async def published(self, session: AsyncSession, actor: Actor, revision: RevisionDetail) -> None:
        """Notify everybody who follows the entry but the one who published it."""
        people = await _subscribers(session, revision.entry_id) - {actor.account_id}
        if people:
            await self._notifier.notify(
                session,
                REVISED.kind,
                {"title": revision.title, "author": actor.name},
                object_kind="change",
                object_id=revision.id,
                recipients=[person for person in people if person is not None],
                dedup_key=f"{REVISED.kind}:{revision.id}",
            )


async def _subscribers(session: AsyncSession, entry_id: UUID) -> set[UUID]:
    statement = (
        select(EntrySubscription.account_id)
        .join(Account, Account.id == EntrySubscription.account_id)
        .where(EntrySubscription.entry_id == entry_id, Account.is_active.is_(True))
    )
    return set(await session.scalars(statement))


def _view(row: EntryComment, account_id: UUID) -> CommentView:
    return CommentView(
        id=row.id,
        author_name=row.author_name,
        is_mine=row.author_id == account_id,
        text=row.text,
        created_at=row.created_at,
    )
