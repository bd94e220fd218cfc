"""The knowledge database as the search indexer reads it, in short sessions of its own."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Sequence
from uuid import UUID

from kb.cases.repository import CaseRepository
from kb.deidentify import deidentify
from kb.entries.models import Case, IndexChangeRow, Revision, RevisionOrigin
from kb.entries.repository import EntryRepository
from kb.entries.schemas import EntryDraft
from kb.kinds import Audience, DocumentKind
from kb.markdown import plain_text
from kb.search.documents import IndexChange, SearchDocument
from kb.taxonomy.tree import category_id
from kit.db import Database

PAGE_SIZE = 200


class DatabaseDocumentSource:
    """Implements `kb.search.documents.DocumentSource`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def changes_after(self, change_number: int, limit: int) -> Sequence[IndexChange]:
        """Return the next changes in order, each with the document as it is now."""
        async with self._database.session() as session:
            entries, cases = EntryRepository(session), CaseRepository(session)
            rows = await entries.changes_after(change_number, limit)
            published = await entries.find_published(_ids(rows, DocumentKind.ENTRY))
            found = await cases.find_many(_ids(rows, DocumentKind.CASE))
        documents = {entry_id: entry_document(revision) for entry_id, revision in published.items()}
        documents |= {case.id: case_document(case) for case in found}
        return [
            IndexChange(row.change_number, DocumentKind(row.kind), str(row.document_id), documents.get(row.document_id))
            for row in rows
        ]

    async def latest_change_number(self) -> int:
        """Return the number of the newest change, 0 when there is none."""
        async with self._database.session() as session:
            return await EntryRepository(session).latest_change_number()

    async def all_documents(self) -> AsyncIterator[SearchDocument]:
        """Yield every published revision, then every case; no session is open while the caller works."""
        last: UUID | None = None
        while revisions := await self._published_page(last):
            for revision in revisions:
                yield entry_document(revision)
            last = revisions[-1].entry_id
        last = None
        while cases := await self._case_page(last):
            for case in cases:
                yield case_document(case)
            last = cases[-1].id

    async def _published_page(self, after: UUID | None) -> Sequence[Revision]:
        async with self._database.session() as session:
            return await EntryRepository(session).published_page(after, PAGE_SIZE)

    async def _case_page(self, after: UUID | None) -> Sequence[Case]:
        async with self._database.session() as session:
            return await CaseRepository(session).all_page(after, PAGE_SIZE)


def entry_document(revision: Revision) -> SearchDocument:
    """Flatten a revision for search."""
    return SearchDocument(
        kind=DocumentKind.ENTRY,
        document_id=str(revision.entry_id),
        revision_id=str(revision.id),
        revision_number=revision.number,
        title=revision.title,
        variants=tuple(revision.variants),
        answer=plain_text(revision.answer),
        script=revision.script,
        sector=revision.sector,
        region=revision.region,
        valid_from=revision.valid_from,
        valid_until=revision.valid_until,
        audiences=frozenset(Audience(audience) for audience in revision.audiences),
        category_id=_category(revision, is_from_document=revision.origin == RevisionOrigin.DOCUMENT),
    )


def draft_document(draft: EntryDraft, entry_id: UUID, number: int, *, is_from_document: bool = False) -> SearchDocument:
    """Flatten a draft as the revision it would become; it has no revision id yet."""
    return SearchDocument(
        kind=DocumentKind.ENTRY,
        document_id=str(entry_id),
        revision_id="",
        revision_number=number,
        title=draft.title,
        variants=tuple(draft.variants),
        answer=plain_text(draft.answer),
        script=draft.script,
        sector=draft.sector,
        region=draft.region,
        valid_from=draft.valid_from,
        valid_until=draft.valid_until,
        audiences=frozenset(draft.audiences),
        category_id=_category(draft, is_from_document=is_from_document),
    )


def _category(text: Revision | EntryDraft, *, is_from_document: bool) -> str | None:
    """Return the category that search knows the text by.

    A law says how things are ordered, not what callers ask: it neither trains the categories nor is it raised by the
    category of a call.
    """
    return None if is_from_document and not text.script else category_id(text.business_type, text.situation)


def case_document(case: Case) -> SearchDocument:
    """Flatten a case for search, de-identified; cases are for the agents' eyes and inside ones."""
    return SearchDocument(
        kind=DocumentKind.CASE,
        document_id=str(case.id),
        revision_id=str(case.id),
        revision_number=1,
        title=deidentify(case.title),
        variants=(),
        answer=plain_text(deidentify(case.solution)),
        script=deidentify(case.problem),
        sector=case.sector,
        audiences=frozenset({Audience.AGENT, Audience.INTERNAL}),
        category_id=category_id(case.business_type, case.situation),
    )


def _ids(rows: Iterable[IndexChangeRow], kind: DocumentKind) -> list[UUID]:
    return [row.document_id for row in rows if row.kind == kind]
