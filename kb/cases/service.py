"""The case base: solved contacts that agents look up as guidance. One unit of work; never commits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from kb.cases.outcomes import count_outcomes, rank_solutions
from kb.cases.privacy import deidentified
from kb.cases.ranking import CaseCircumstances
from kb.cases.repository import CaseFilter, CaseRepository
from kb.deidentify import deidentify
from kb.entries.models import Case, CaseEntry, CaseEvidence
from kb.entries.schemas import (
    CaseDetail,
    CaseDraft,
    CaseEvidenceDetail,
    CasePage,
    EntryOutcomes,
    EvidenceLine,
    Solution,
)
from kb.entries.validation import check_case, check_filter
from kb.kinds import DocumentKind
from kb.taxonomy.tree import load_taxonomy
from kit.clock import Clock
from kit.errors import ConflictError, InvalidInputError, NotFoundError
from kit.paging import check_page_size, cut_page, decode_day_cursor

MAX_LINKS = 20


@dataclass(frozen=True, slots=True)
class CallOrigin:
    """The call a case is made of.

    Attributes:
        call_id: The call.
        author: Display name of who makes the case.
        author_id: Account of who makes it.
        lines: What was said; kept de-identified.
        revisions: Revision that was used, by entry.
    """

    call_id: UUID
    author: str
    author_id: UUID | None
    lines: Sequence[EvidenceLine] = ()
    revisions: Mapping[UUID, UUID] = field(default_factory=dict)


class CaseService:
    """Use cases on solved cases. The caller owns the session and commits it."""

    def __init__(self, session: AsyncSession, clock: Clock) -> None:
        self._cases = CaseRepository(session)
        self._session = session
        self._clock = clock
        self._taxonomy = load_taxonomy()

    async def add_case(
        self,
        draft: CaseDraft,
        entry_ids: Sequence[UUID] = (),
        *,
        key: str | None = None,
        call: CallOrigin | None = None,
    ) -> CaseDetail:
        """Keep a solved case, linked to the entries it was solved with.

        Raises:
            InvalidInputError: A field breaks a rule.
            ConflictError: `stale_case`: the call has a case already.
        """
        draft = self._resolved(draft)
        await self._check(draft, entry_ids)
        now = self._clock.now()
        case = Case(id=uuid4(), key=key, created_at=now, version=1, **draft.model_dump(mode="python"))
        if call is not None:
            case.call_id, case.author, case.author_id = call.call_id, call.author, call.author_id
        case.links = _links(case.id, entry_ids, call.revisions if call else {})
        self._session.add(case)
        try:
            await self._session.flush()
        except IntegrityError as error:
            raise await self._conflict(call, error) from error
        if call is not None:
            self._session.add(_evidence(case.id, call.lines, now))
        await self._cases.record_change(DocumentKind.CASE, case.id, now)
        return self._detail(case)

    async def _check(self, draft: CaseDraft, entry_ids: Sequence[UUID]) -> None:
        check_case(draft, self._taxonomy)
        if len(entry_ids) > MAX_LINKS:
            raise InvalidInputError(f"A case names at most {MAX_LINKS} entries.", field="entry_ids", code="too_many")
        if set(entry_ids) - await self._cases.known_entries(entry_ids):
            message = "A linked entry does not exist; take it out of the list."
            raise InvalidInputError(message, field="entry_ids", code="entry_unknown")

    async def _conflict(self, call: CallOrigin | None, error: IntegrityError) -> Exception:
        await self._session.rollback()
        if call is None or await self._cases.find_by_call(call.call_id) is None:
            return error
        return stale_case()

    async def update_case(
        self,
        case_id: UUID,
        draft: CaseDraft,
        entry_ids: Sequence[UUID] = (),
        *,
        base_version: int | None = None,
        call: CallOrigin | None = None,
    ) -> CaseDetail:
        """Replace what a case says.

        Args:
            case_id: The case.
            draft: All of its text.
            entry_ids: All of the entries it was solved with.
            base_version: The version the change was made on; None to change whatever is there (packs).
            call: Its call once more, to freeze what was said anew.

        Raises:
            NotFoundError: There is no such case.
            InvalidInputError: A field breaks a rule.
            ConflictError: `stale_case`: somebody else changed it meanwhile.
        """
        draft = self._resolved(draft)
        await self._check(draft, entry_ids)
        case = await self._get(case_id)
        now = self._clock.now()
        if not await self._cases.take_version(case_id, case.version if base_version is None else base_version, now):
            raise stale_case()
        revisions = {link.entry_id: link.revision_id for link in case.links if link.revision_id is not None}
        case = await self._get(case_id)
        for name, value in draft.model_dump(mode="python").items():
            setattr(case, name, value)
        case.links.clear()
        await self._session.flush()
        case.links.extend(_links(case.id, entry_ids, call.revisions if call else revisions))
        if call is not None:
            await self._session.merge(_evidence(case_id, call.lines, now))
        await self._session.flush()
        await self._cases.record_change(DocumentKind.CASE, case.id, now)
        return self._detail(case)

    async def delete_case(self, case_id: UUID, base_version: int) -> None:
        """Remove a case for good, with its evidence; its call stays.

        Raises:
            NotFoundError: There is no such case.
            ConflictError: `stale_case`: somebody else changed it meanwhile.
        """
        await self._get(case_id)
        if not await self._cases.delete(case_id, base_version):
            raise stale_case()
        await self._cases.record_change(DocumentKind.CASE, case_id, self._clock.now())

    async def find_case_by_call(self, call_id: UUID) -> CaseDetail | None:
        """Return the case that was made of a call."""
        case = await self._cases.find_by_call(call_id)
        return self._detail(case) if case else None

    async def get_evidence(self, case_id: UUID) -> CaseEvidenceDetail:
        """Return what was said in the call of a case, de-identified; no lines for a case without a call.

        Raises:
            NotFoundError: There is no such case.
        """
        await self._get(case_id)
        evidence = await self._cases.find_evidence(case_id)
        lines = [] if evidence is None else [EvidenceLine.model_validate(line) for line in evidence.lines]
        return CaseEvidenceDetail(lines=lines, is_deidentified=True)

    async def outcomes_of_entries(self, entry_ids: Sequence[UUID]) -> list[EntryOutcomes]:
        """Return how the cases ended that were solved with each entry."""
        unique = list(dict.fromkeys(entry_ids))
        return count_outcomes(await self._cases.outcomes_of_entries(unique), unique)

    async def solutions_of(self, situation: str, limit: int = 5) -> list[Solution]:
        """Return the entries that solved a situation, the best proven first."""
        check_filter(situation, "situation")
        return rank_solutions(await self._cases.solutions_of(situation), limit)

    async def find_ids(self, wanted: CaseFilter, limit: int) -> list[UUID]:
        """Return the ids of the newest cases that fulfil a filter.

        Raises:
            InvalidInputError: A filter cannot be used.
        """
        _check_filter(wanted)
        return list(await self._cases.ids(wanted, limit))

    async def words_in_use(self, limit: int = 500) -> tuple[Sequence[str], Sequence[str]]:
        """Return the names of equipment and the areas that cases use, the most frequent first."""
        return await self._cases.words_in_use(limit)

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
        """Return those of the cases that exist, by id, de-identified as the search index holds them."""
        return {case.id: deidentified(self._detail(case)) for case in await self._cases.find_many(case_ids)}

    async def find_circumstances(self, case_ids: Sequence[UUID]) -> dict[UUID, CaseCircumstances]:
        """Return what counts in ranking those of the cases that exist, by id, without their texts."""
        return await self._cases.circumstances_of(case_ids)

    async def list_cases(
        self, wanted: CaseFilter | None = None, *, cursor: str | None = None, limit: int = 50
    ) -> CasePage:
        """Return a page of cases, the newest first.

        Raises:
            InvalidInputError: The cursor, the page size or a filter cannot be used.
        """
        wanted = wanted or CaseFilter()
        check_page_size(limit)
        _check_filter(wanted)
        rows = await self._cases.list_page(wanted, decode_day_cursor(cursor), limit + 1)
        shown, next_cursor = cut_page(rows, limit, lambda row: (row.occurred_on, row.id))
        return CasePage(items=[self._detail(row) for row in shown], next_cursor=next_cursor)

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
        derived = {"category_path", "entry_ids", "is_deidentified", "author"}
        fields = {name: getattr(case, name) for name in CaseDetail.model_fields if name not in derived}
        return CaseDetail(
            **fields,
            author=case.author or "",
            category_path=self._taxonomy.situation_path(case.situation),
            entry_ids=[link.entry_id for link in case.links],
            is_deidentified=False,
        )


def stale_case() -> ConflictError:
    """Build the error for a change that was made on an older text."""
    return ConflictError("Somebody else saved this case meanwhile; look at theirs and save again.", code="stale_case")


def _check_filter(wanted: CaseFilter) -> None:
    for name in ("sector", "situation", "text", "equipment", "area"):
        check_filter(getattr(wanted, name), name)


def _links(case_id: UUID, entry_ids: Sequence[UUID], revisions: Mapping[UUID, UUID]) -> list[CaseEntry]:
    unique = dict.fromkeys(entry_ids)
    return [
        CaseEntry(case_id=case_id, entry_id=entry_id, position=place, revision_id=revisions.get(entry_id))
        for place, entry_id in enumerate(unique)
    ]


def _evidence(case_id: UUID, lines: Sequence[EvidenceLine], at: datetime) -> CaseEvidence:
    frozen = [line.model_copy(update={"text": deidentify(line.text)}).model_dump(mode="json") for line in lines]
    return CaseEvidence(case_id=case_id, lines=frozen, frozen_at=at)
