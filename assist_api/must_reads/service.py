"""Must-read publications: marked by curators, acknowledged by their audience, followed and reminded."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from sqlalchemy.ext.asyncio import AsyncSession

from assist_api.accounts.models import Account
from assist_api.http.actor import Actor
from assist_api.http.core import AuditTrail, DetailValue
from assist_api.http.permissions import Role
from assist_api.http.principal import CurrentAccount
from assist_api.must_reads.changes import changed_facts, changed_fields
from assist_api.must_reads.models import Acknowledgement, MustRead
from assist_api.must_reads.repository import MustReadRepository
from assist_api.must_reads.schemas import (
    ChangeHead,
    ChangeList,
    ChangeView,
    MustReadDraft,
    MustReadView,
    ReaderList,
    ReaderView,
)
from assist_api.notifications.rules import NotificationRule
from assist_api.notifications.service import Notifier
from assist_api.search.audiences import audiences_of, require_audience
from assist_api.units.reach import load_tree
from kb.entries.models import Revision
from kb.entries.service import KnowledgeService
from kit.clock import Clock
from kit.errors import ConflictError, InvalidInputError, NotFoundError

SHOWN_FOR = timedelta(days=30)
"""How long a publication stands in the list of changes; one that is due to be read stands until it is read."""
PUBLISHED = NotificationRule("must_read.published", parameters=frozenset({"title"}), to_owner=False)
REMINDED = NotificationRule("must_read.reminded", parameters=frozenset({"title"}), to_owner=False)


class MustReads:
    """Use cases on one unit of work; the caller commits."""

    def __init__(self, session: AsyncSession, clock: Clock, audit: AuditTrail, notifier: Notifier) -> None:
        self._session = session
        self._rows = MustReadRepository(session)
        self._clock = clock
        self._audit = audit
        self._notifier = notifier

    async def mark(self, actor: Actor, draft: MustReadDraft) -> MustReadView:
        """Make the present text of an entry must-read, and tell its audience.

        Raises:
            NotFoundError: `entry_not_found`.
            ConflictError: `stale_revision`: the entry has another text by now; `must_read_exists`.
            InvalidInputError: `unit_not_found`, or `nobody_to_read`: the audience is empty.
        """
        entry = await KnowledgeService(self._session, self._clock).get_entry(draft.entry_id)
        if entry.current.id != draft.revision_id or entry.current.published_at is None:
            message = "The entry has another text by now; look at it before you make it must-read."
            raise ConflictError(message, code="stale_revision", current_number=entry.current.number)
        if draft.unit_id is not None and draft.unit_id not in await load_tree(self._session):
            raise InvalidInputError("There is no such unit.", field="unit_id", code="unit_not_found")
        must_read_id = uuid4()
        row = {
            "id": must_read_id,
            "entry_id": draft.entry_id,
            "revision_id": draft.revision_id,
            "roles": [role.value for role in draft.roles],
            "unit_id": draft.unit_id,
            "note": draft.note,
            "author_id": actor.account_id,
            "author_name": actor.name,
            "created_at": self._clock.now(),
            "closed_at": None,
        }
        if not await self._rows.add_once(MustRead, row):
            raise ConflictError("This text is must-read already.", code="must_read_exists")
        made = await self._find(must_read_id)
        people = await self._audience(made)
        if not people:
            raise InvalidInputError("Nobody belongs to this audience.", field="roles", code="nobody_to_read")
        await self._tell(PUBLISHED, made, entry.current.title, people, f"must_read.published:{made.id}")
        details: dict[str, DetailValue] = {"entry_id": str(made.entry_id), "people": len(people)}
        self._audit.record(self._session, actor, "must_read.created", "must_read", made.id, details=details)
        return await self._view(made, people)

    async def close(self, actor: Actor, must_read_id: UUID) -> MustReadView:
        """Ask nobody for it any more; a second time changes nothing.

        Raises:
            NotFoundError: `must_read_not_found`.
        """
        made = await self._find(must_read_id)
        if made.closed_at is None:
            made.closed_at = self._clock.now()
            await self._session.flush()
            self._audit.record(self._session, actor, "must_read.closed", "must_read", made.id)
        return await self._view(made)

    async def acknowledge(self, account: CurrentAccount, actor: Actor, must_read_id: UUID) -> int:
        """Confirm that the account has read it; return how many publications are left for it. Twice is once.

        Raises:
            NotFoundError: `must_read_not_found`: there is none, or it is meant for others.
        """
        made = await self._find(must_read_id)
        if account.id not in {person.id for person in await self._audience(made)}:
            raise _not_found()
        row = {"must_read_id": must_read_id, "account_id": account.id, "at": self._clock.now()}
        if await self._rows.add_once(Acknowledgement, row):
            details = {"revision_id": str(made.revision_id)}
            self._audit.record(self._session, actor, "must_read.acknowledged", "must_read", made.id, details=details)
        return await self.due(account)

    async def remind(self, actor: Actor, must_read_id: UUID) -> int:
        """Notify everybody who has not acknowledged it, once a day at most; return how many were reminded.

        Raises:
            NotFoundError: `must_read_not_found`.
            ConflictError: `must_read_closed`.
        """
        made = await self._find(must_read_id)
        if made.closed_at is not None:
            raise ConflictError("Nobody is asked for this text any more.", code="must_read_closed")
        known = await self._rows.acknowledgements_of(made.id)
        late = [person for person in await self._audience(made) if person.id not in known]
        title = await self._title(made)
        day = self._clock.now().date().isoformat()
        reached = await self._tell(REMINDED, made, title, late, f"must_read.reminded:{made.id}:{day}")
        self._audit.record(
            self._session, actor, "must_read.reminded", "must_read", made.id, details={"people": reached}
        )
        return reached

    async def listed(self) -> list[MustReadView]:
        """Return must-read publications with how many people have acknowledged them, the newest first."""
        return [await self._view(made) for made in await self._rows.newest()]

    async def readers(self, must_read_id: UUID) -> ReaderList:
        """Return the audience of a publication; who has not acknowledged it yet comes first.

        Raises:
            NotFoundError: `must_read_not_found`.
        """
        made = await self._find(must_read_id)
        known = await self._rows.acknowledgements_of(made.id)
        people = await self._audience(made)
        items = [
            ReaderView(account_id=person.id, name=person.display_name, acknowledged_at=known.get(person.id))
            for person in people
        ]
        items.sort(key=lambda reader: reader.acknowledged_at is not None)
        return ReaderList(must_read=await self._view(made, people), items=items)

    async def due(self, account: CurrentAccount) -> int:
        """Count the publications that an account has to read and has not acknowledged."""
        known = await self._rows.acknowledged_by(account.id)
        mine = await self._mine(account)
        current = {row.id for row in (await self._rows.revisions(list(mine))).values() if row.retired_at is None}
        return sum(made.id not in known for revision_id, made in mine.items() if revision_id in current)

    async def changes(self, account: CurrentAccount) -> ChangeList:
        """Return what was published lately, as far as the account may read it; what it has to read comes first."""
        mine = await self._mine(account)
        known = await self._rows.acknowledged_by(account.id)
        unread = {revision_id for revision_id, made in mine.items() if made.id not in known}
        right = audiences_of(account)
        rows = await self._rows.published_since(self._clock.now() - SHOWN_FOR, unread)
        heads = [_head(row, mine.get(row.id), known) for row in rows if not right.isdisjoint(row.audiences)]
        heads.sort(key=lambda head: head.published_at, reverse=True)
        heads.sort(key=_is_settled)
        return ChangeList(items=heads, due=sum(not _is_settled(head) for head in heads))

    async def change(self, account: CurrentAccount, revision_id: UUID) -> ChangeView:
        """Return what a publication changed against the text before it.

        Raises:
            NotFoundError: `revision_not_found`, or `entry_not_found`: it is meant for others.
        """
        row = await self._rows.revision(revision_id)
        if row is None or row.published_at is None:
            raise NotFoundError("There is no such publication.", code="revision_not_found")
        details = await KnowledgeService(self._session, self._clock).find_revisions([revision_id])
        require_audience(account, details[revision_id].audiences)
        before = await self._rows.before(row)
        mine = await self._mine(account)
        known = await self._rows.acknowledged_by(account.id)
        return ChangeView(
            head=_head(row, mine.get(row.id), known),
            facts=changed_facts(before, row),
            fields=changed_fields(before, row),
            current=details[revision_id],
        )

    async def _mine(self, account: CurrentAccount) -> dict[UUID, MustRead]:
        """Return the open publications that an account has to read, by revision."""
        tree = await load_tree(self._session)
        return {
            made.revision_id: made
            for made in await self._rows.open_ones()
            if account.role in made.roles
            and (made.unit_id is None or account.unit_id in tree.with_all_below(made.unit_id))
        }

    async def _audience(self, made: MustRead) -> Sequence[Account]:
        units = None
        if made.unit_id is not None:
            units = (await load_tree(self._session)).with_all_below(made.unit_id)
        return await self._rows.audience(made.roles, units)

    async def _tell(
        self, rule: NotificationRule, made: MustRead, title: str, people: Sequence[Account], key: str
    ) -> int:
        return await self._notifier.notify(
            self._session,
            rule.kind,
            {"title": title},
            object_kind="change",
            object_id=made.revision_id,
            recipients=[person.id for person in people],
            dedup_key=key,
        )

    async def _view(self, made: MustRead, people: Sequence[Account] | None = None) -> MustReadView:
        people = await self._audience(made) if people is None else people
        revision = await self._rows.revision(made.revision_id)
        return MustReadView(
            id=made.id,
            entry_id=made.entry_id,
            revision_id=made.revision_id,
            title="" if revision is None else revision.title,
            number=0 if revision is None else revision.number,
            roles=[Role(role) for role in made.roles],
            unit_id=made.unit_id,
            note=made.note,
            author_name=made.author_name,
            created_at=made.created_at,
            closed_at=made.closed_at,
            asked=len(people),
            acknowledged=await self._rows.count_acknowledged(made.id, [person.id for person in people]),
        )

    async def _title(self, made: MustRead) -> str:
        revision = await self._rows.revision(made.revision_id)
        return "" if revision is None else revision.title

    async def _find(self, must_read_id: UUID) -> MustRead:
        found = await self._rows.find(must_read_id)
        if found is None:
            raise _not_found()
        return found


def _head(row: Revision, made: MustRead | None, known: Mapping[UUID, datetime]) -> ChangeHead:
    return ChangeHead(
        revision_id=row.id,
        entry_id=row.entry_id,
        number=row.number,
        title=row.title,
        sector=row.sector,
        change_note=row.change_note,
        author=row.author,
        published_at=row.published_at or row.created_at,
        must_read_id=None if made is None else made.id,
        note="" if made is None else made.note,
        acknowledged_at=None if made is None else known.get(made.id),
    )


def _is_settled(head: ChangeHead) -> bool:
    return head.must_read_id is None or head.acknowledged_at is not None


def _not_found() -> NotFoundError:
    return NotFoundError("There is no such must-read publication.", code="must_read_not_found")
