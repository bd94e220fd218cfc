"""Entries and their revisions: create, revise, retire, read. One unit of work; never commits."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy.ext.asyncio import AsyncSession

from kb.entries.category_tree import build_tree, category_rows
from kb.entries.models import Entry, Revision, RevisionOrigin, RevisionState
from kb.entries.repository import EntryFilter, EntryRepository
from kb.entries.schemas import CategoryTree, EntryDetail, EntryDraft, EntryPage, EntrySummary, RevisionDetail
from kb.entries.validation import check_entry, check_filter
from kb.kinds import DocumentKind
from kb.taxonomy.tree import Taxonomy, load_taxonomy
from kit.clock import Clock
from kit.errors import ConflictError, InvalidInputError, NotFoundError
from kit.paging import check_page_size, cut_page, decode_cursor


class KnowledgeService:
    """Use cases on entries. The caller owns the session and commits it."""

    def __init__(self, session: AsyncSession, clock: Clock, taxonomy: Taxonomy | None = None) -> None:
        self._entries = EntryRepository(session)
        self._session = session
        self._clock = clock
        self._taxonomy = taxonomy or load_taxonomy()

    async def create_entry(
        self, draft: EntryDraft, author: str, *, key: str | None = None, origin: RevisionOrigin = RevisionOrigin.EDIT
    ) -> EntryDetail:
        """Create an entry and publish its first revision.

        Raises:
            InvalidInputError: A field breaks a rule, or another entry has this title for sector and region.
        """
        draft = self._resolved(draft)
        await self.check_new(draft, origin)
        entry_id, revision_id, now = uuid4(), uuid4(), self._clock.now()
        self._session.add(Entry(id=entry_id, key=key, current_revision_id=revision_id, created_at=now))
        await self._session.flush()
        await self._publish(revision_id, entry_id, 1, draft, author, origin, now)
        return await self.get_entry(entry_id)

    async def revise_entry(
        self,
        entry_id: UUID,
        base_revision_id: UUID,
        draft: EntryDraft,
        author: str,
        *,
        origin: RevisionOrigin = RevisionOrigin.EDIT,
    ) -> RevisionDetail:
        """Publish a new revision in place of `base_revision_id`; brings a retired entry back.

        Raises:
            NotFoundError: There is no such entry.
            ConflictError: `stale_revision`: someone else changed the entry since `base_revision_id`.
            InvalidInputError: A field breaks a rule, or the draft changes nothing.
        """
        draft = self._resolved(draft)
        base = await self.check_revision(entry_id, base_revision_id, draft)
        revision_id, now = uuid4(), self._clock.now()
        if not await self._entries.swap_current(entry_id, base_revision_id, revision_id):
            raise _stale(base)
        await self._entries.set_retired(base_revision_id, now)
        number = await self._entries.latest_number(entry_id) + 1
        await self._publish(revision_id, entry_id, number, draft, author, origin, now)
        return self._detail((await self._get(entry_id)).current)

    async def check_revision(self, entry_id: UUID, base_revision_id: UUID, draft: EntryDraft) -> Revision:
        """Return the revision that the draft would replace; writes nothing.

        Raises:
            NotFoundError, ConflictError, InvalidInputError: As `revise_entry`.
        """
        draft = self._resolved(draft)
        base = (await self._get(entry_id)).current
        # What came from a document without words to say may stay so; nothing that had a script may lose it.
        check_entry(draft, self._taxonomy, needs_script=base.script != "")
        if base.id != base_revision_id:
            raise _stale(base)
        if draft.situation != base.situation:
            self._check_open(draft.situation)
        if base.state == RevisionState.PUBLISHED and has_same_text(base, draft):
            message = "Nothing was changed; edit a field or leave the form."
            raise InvalidInputError(message, field="title", code="nothing_changed")
        await self._check_title(draft, except_for=entry_id)
        return base

    async def check_new(self, draft: EntryDraft, origin: RevisionOrigin = RevisionOrigin.EDIT) -> None:
        """Refuse a new entry that breaks a rule; writes nothing.

        Raises:
            InvalidInputError: As `create_entry`.
        """
        draft = self._resolved(draft)
        check_entry(draft, self._taxonomy)
        if origin is RevisionOrigin.EDIT:
            self._check_open(draft.situation)
        await self._check_title(draft, except_for=None)

    async def retire_entry(self, entry_id: UUID) -> EntryDetail:
        """Take the entry out of search; its revisions stay readable.

        Raises:
            NotFoundError: There is no such entry.
            ConflictError: `already_retired`.
        """
        entry, now = await self._get(entry_id), self._clock.now()
        if not await self._entries.set_retired(entry.current_revision_id, now):
            raise ConflictError("The entry is retired already.", code="already_retired")
        await self._entries.record_change(DocumentKind.ENTRY, entry_id, now)
        return await self.get_entry(entry_id)

    async def get_entry(self, entry_id: UUID) -> EntryDetail:
        """Return the entry with the revision readers see.

        Raises:
            NotFoundError: There is no such entry.
        """
        entry = await self._get(entry_id)
        return EntryDetail(id=entry.id, key=entry.key, created_at=entry.created_at, current=self._detail(entry.current))

    async def list_entries(
        self, wanted: EntryFilter | None = None, *, cursor: str | None = None, limit: int = 50
    ) -> EntryPage:
        """Return a page of entries, the newest text first.

        Raises:
            InvalidInputError: The cursor, the page size or a filter cannot be used.
        """
        wanted = wanted or EntryFilter()
        check_page_size(limit)
        for field in ("sector", "situation", "title"):
            check_filter(getattr(wanted, field), field)
        rows = await self._entries.list_page(wanted, decode_cursor(cursor), limit + 1)
        shown, next_cursor = cut_page(rows, limit, lambda row: (row.current.created_at, row.id))
        return EntryPage(items=[self._summary(row) for row in shown], next_cursor=next_cursor)

    async def list_revisions(self, entry_id: UUID) -> list[RevisionDetail]:
        """Return every revision of the entry, the newest first.

        Raises:
            NotFoundError: There is no such entry.
        """
        await self._get(entry_id)
        return [self._detail(revision) for revision in await self._entries.revisions_of(entry_id)]

    async def find_revisions(self, revision_ids: Sequence[UUID]) -> dict[UUID, RevisionDetail]:
        """Return those of the revisions that exist, by id; for search hits."""
        return {row.id: self._detail(row) for row in await self._entries.find_revisions(revision_ids)}

    async def find_published(self, entry_ids: Sequence[UUID]) -> dict[UUID, RevisionDetail]:
        """Return the published revisions of those entries that have one, by entry id."""
        found = await self._entries.find_published(entry_ids)
        return {entry_id: self._detail(row) for entry_id, row in found.items()}

    async def categories(self) -> CategoryTree:
        """Return the whole classification with the number of published entries at each node."""
        rows, counts = await self._entries.categories(), await self._entries.category_counts()
        return build_tree(self._taxonomy, rows, counts)

    def _resolved(self, draft: EntryDraft) -> EntryDraft:
        """A pack may still name a code that was merged here."""
        current = self._taxonomy.resolve(draft.situation)
        return draft if current == draft.situation else draft.model_copy(update={"situation": current})

    def _check_open(self, situation_code: str) -> None:
        if self._taxonomy.situations[situation_code].is_retired:
            message = "This situation was retired; choose another, or bring it back in the taxonomy."
            raise InvalidInputError(message, field="situation", code="situation_retired")

    async def _get(self, entry_id: UUID) -> Entry:
        entry = await self._entries.find(entry_id)
        if entry is None:
            raise NotFoundError("There is no such entry.", code="entry_not_found")
        return entry

    async def _check_title(self, draft: EntryDraft, except_for: UUID | None) -> None:
        taken_by = await self._entries.find_same_title(draft.title, draft.sector, draft.region)
        if taken_by not in (None, except_for):
            message = "Another entry of this sector and region has this title; choose another or edit that entry."
            raise InvalidInputError(message, field="title", code="title_taken", entry_id=str(taken_by))

    async def _publish(
        self,
        revision_id: UUID,
        entry_id: UUID,
        number: int,
        draft: EntryDraft,
        author: str,
        origin: RevisionOrigin,
        now: datetime,
    ) -> None:
        nodes = category_rows(self._taxonomy, draft.situation, draft.idea, draft.means)
        for node in nodes:
            await self._entries.add_category(node)
        self._session.add(
            Revision(
                id=revision_id,
                entry_id=entry_id,
                number=number,
                state=RevisionState.PUBLISHED,
                origin=origin,
                category_id=nodes[-1]["id"],
                author=author,
                created_at=now,
                published_at=now,
                **draft.model_dump(mode="python"),
            )
        )
        await self._session.flush()
        await self._entries.record_change(DocumentKind.ENTRY, entry_id, now)

    def _detail(self, revision: Revision) -> RevisionDetail:
        fields = {name: getattr(revision, name) for name in RevisionDetail.model_fields if name != "category_path"}
        return RevisionDetail(**fields, category_path=self._path(revision))

    def _summary(self, entry: Entry) -> EntrySummary:
        revision = entry.current
        shared = ("title", "sector", "situation", "business_type", "owner", "reviewed_on", "valid_until")
        return EntrySummary(
            id=entry.id,
            key=entry.key,
            revision_id=revision.id,
            revision_number=revision.number,
            status=RevisionState(revision.state),
            category_path=self._path(revision),
            updated_at=revision.created_at,
            **{name: getattr(revision, name) for name in shared},
        )

    def _path(self, revision: Revision) -> list[str]:
        names = (revision.idea, revision.means)
        return [*self._taxonomy.situation_path(revision.situation), *(name for name in names if name)]


def has_same_text(revision: Revision, draft: EntryDraft) -> bool:
    """Return whether the draft would change nothing; the change note does not count."""
    fields = draft.model_dump(mode="python", exclude={"change_note"})
    return all(getattr(revision, name) == value for name, value in fields.items())


def _stale(current: Revision) -> ConflictError:
    message = "Someone changed the entry meanwhile; reload it and apply your change to the new text."
    return ConflictError(
        message,
        code="stale_revision",
        current_revision_id=str(current.id),
        current_number=current.number,
        current_author=current.author,
    )
