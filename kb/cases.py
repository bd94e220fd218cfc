"""The case base: solved contacts that agents look up as guidance. One unit of work; never commits."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from uuid import UUID, uuid4

from sqlalchemy.ext.asyncio import AsyncSession

from kb.models import Case, CaseEntry
from kb.paging import check_page_size, cursor_error, decode_cursor, encode_cursor
from kb.repository import CaseFilter, CaseRepository
from kb.schemas import CaseDetail, CaseDraft, CasePage
from kb.search.query import DocumentKind
from kb.taxonomy import load_taxonomy
from kb.validation import check_case, check_filter
from kit.clock import Clock
from kit.errors import NotFoundError


class CaseService:
    """Use cases on solved cases. The caller owns the session and commits it."""

    def __init__(self, session: AsyncSession, clock: Clock) -> None:
        self._cases = CaseRepository(session)
        self._session = session
        self._clock = clock
        self._taxonomy = load_taxonomy()

    async def add_case(
        self, draft: CaseDraft, entry_ids: Sequence[UUID] = (), *, key: str | None = None, call_id: UUID | None = None
    ) -> CaseDetail:
        """Keep a solved case, linked to the entries it was solved with.

        Raises:
            InvalidInputError: A field breaks a rule.
        """
        draft = self._resolved(draft)
        check_case(draft, self._taxonomy)
        now = self._clock.now()
        case = Case(id=uuid4(), key=key, call_id=call_id, created_at=now, **draft.model_dump(mode="python"))
        case.links = _links(case.id, entry_ids)
        self._session.add(case)
        await self._session.flush()
        await self._cases.record_change(DocumentKind.CASE, case.id, now)
        return self._detail(case)

    async def update_case(self, case_id: UUID, draft: CaseDraft, entry_ids: Sequence[UUID] = ()) -> CaseDetail:
        """Replace what a case says.

        Raises:
            NotFoundError: There is no such case.
            InvalidInputError: A field breaks a rule.
        """
        draft = self._resolved(draft)
        check_case(draft, self._taxonomy)
        case = await self._get(case_id)
        for name, value in draft.model_dump(mode="python").items():
            setattr(case, name, value)
        case.links.clear()
        await self._session.flush()
        case.links.extend(_links(case.id, entry_ids))
        await self._session.flush()
        await self._cases.record_change(DocumentKind.CASE, case.id, self._clock.now())
        return self._detail(case)

    async def get_case(self, case_id: UUID) -> CaseDetail:
        """Return one case.

        Raises:
            NotFoundError: There is no such case.
        """
        return self._detail(await self._get(case_id))

    async def find_case_by_key(self, key: str) -> CaseDetail | None:
        """Return the case that a knowledge pack calls by this key."""
        case = await self._cases.find_by_key(key)
        return self._detail(case) if case else None

    async def find_cases(self, case_ids: Sequence[UUID]) -> dict[UUID, CaseDetail]:
        """Return those of the cases that exist, by id; for search hits."""
        return {case.id: self._detail(case) for case in await self._cases.find_many(case_ids)}

    async def list_cases(
        self, wanted: CaseFilter | None = None, *, cursor: str | None = None, limit: int = 50
    ) -> CasePage:
        """Return a page of cases, the newest first.

        Raises:
            InvalidInputError: The cursor, the page size or a filter cannot be used.
        """
        wanted = wanted or CaseFilter()
        check_page_size(limit)
        for field in ("sector", "situation", "text"):
            check_filter(getattr(wanted, field), field)
        rows = await self._cases.list_page(wanted, _decode_case_cursor(cursor), limit + 1)
        last = rows[limit - 1] if len(rows) > limit else None
        next_cursor = encode_cursor(last.occurred_on.isoformat(), last.id) if last else None
        return CasePage(items=[self._detail(row) for row in rows[:limit]], next_cursor=next_cursor)

    def _resolved(self, draft: CaseDraft) -> CaseDraft:
        """A pack may still name a code that was merged here."""
        current = self._taxonomy.resolve(draft.situation)
        return draft if current == draft.situation else draft.model_copy(update={"situation": current})

    async def _get(self, case_id: UUID) -> Case:
        case = await self._cases.find(case_id)
        if case is None:
            raise NotFoundError("There is no such case.", code="case_not_found")
        return case

    def _detail(self, case: Case) -> CaseDetail:
        derived = {"category_path", "entry_ids"}
        fields = {name: getattr(case, name) for name in CaseDetail.model_fields if name not in derived}
        return CaseDetail(
            **fields,
            category_path=self._taxonomy.situation_path(case.situation),
            entry_ids=[link.entry_id for link in case.links],
        )


def _links(case_id: UUID, entry_ids: Sequence[UUID]) -> list[CaseEntry]:
    unique = dict.fromkeys(entry_ids)
    return [CaseEntry(case_id=case_id, entry_id=entry_id, position=place) for place, entry_id in enumerate(unique)]


def _decode_case_cursor(cursor: str | None) -> tuple[date, UUID] | None:
    if cursor is None:
        return None
    value, row_id = decode_cursor(cursor)
    try:
        return date.fromisoformat(value), row_id
    except ValueError as error:
        raise cursor_error() from error
