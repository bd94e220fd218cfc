"""Runs gold questions: against the index as it is, and as it would be with a draft in place of an entry."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Collection, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import timedelta
from uuid import UUID, uuid4

import structlog

from kb.document_source import draft_document, entry_document
from kb.gold.asking import query_for, query_of
from kb.gold.baseline import Baseline, Progress
from kb.gold.comparison import Candidate, Placement, QuestionOutcome, choose, placement
from kb.gold.repository import AskedQuestion, GoldRepository
from kb.gold.results import DraftTest, FullTest, unavailable
from kb.models import Revision, RevisionState
from kb.repository import EntryRepository
from kb.schemas import EntryDraft
from kb.search.analysis.folding import fold
from kb.search.analysis.terms import gram_texts
from kb.search.documents import SearchDocument
from kb.search.passages import passages_of
from kb.search.service import Look, SearchService, StoreView
from kb.search.stores.base import SearchStore
from kb.search.stores.overlay import Draft, OverlayStore
from kb.search.touch import can_rise
from kb.settings import KBSettings
from kit.db import Database
from kit.tasks import background_executor

log = structlog.get_logger(__name__)

DRAFT_TIMEOUT = timedelta(seconds=120)
"""A person waits for it, and a machine busy with calls is slow. It takes seconds on an idle one."""


@dataclass(frozen=True, slots=True)
class _Change:
    """An entry's text as it is and as it would be; `before` is None for an entry that is not published."""

    entry_id: UUID
    before: SearchDocument | None
    after: SearchDocument

    @property
    def texts(self) -> list[SearchDocument]:
        return [self.after] if self.before is None else [self.before, self.after]

    @property
    def is_silent(self) -> bool:
        """Whether search would see nothing of it."""
        if self.before is None:
            return False
        number, revision_id = self.before.revision_number, self.before.revision_id
        return replace(self.after, revision_id=revision_id, revision_number=number) == self.before


_Asked = tuple[SearchDocument | None, SearchDocument, frozenset[tuple[UUID, str]], str, int]
"""A change, the questions, and the state of the index."""
_LATELY = 16


class GoldTester:
    """Searches for gold questions exactly as a call does, on threads of its own."""

    def __init__(self, database: Database, search: SearchService, settings: KBSettings) -> None:
        """Keep the parts; nothing runs yet.

        Args:
            database: Questions and entries.
            search: Whose index, ranking and embedder are tested; closed by whoever made it, after this.
            settings: `KB_*`.
        """
        self._database = database
        self._search = search
        self._limit = settings.test_questions
        self._baseline = Baseline()
        self._lately: OrderedDict[_Asked, DraftTest] = OrderedDict()
        self._executor = ThreadPoolExecutor(1, thread_name_prefix="kb-tests")
        self._background = background_executor("kb-all-tests")

    @property
    def executor(self) -> ThreadPoolExecutor:
        """The thread for searches that a curator waits for."""
        return self._executor

    async def test_draft(self, draft: EntryDraft, entry_id: UUID | None) -> DraftTest | None:
        """Return what publishing the draft would do; None when search would see no difference or has no questions.

        Args:
            draft: A valid text.
            entry_id: The entry it would become a revision of; None for a new one.

        Raises:
            GoldTestUnavailableError: The questions could not be run.
        """
        change = await self._change(draft, entry_id)
        if change.is_silent:
            return None
        asked = await self._asked({text.sector for text in change.texts})
        chosen = self._chosen(asked, change)
        if not chosen:
            return None
        try:
            async with asyncio.timeout(DRAFT_TIMEOUT.total_seconds()):
                return await self._compare(chosen, len(asked), change)
        except Exception as error:  # debt: stores raise whatever their engine raises
            log.exception("draft_test_failed")
            raise unavailable(error) from error

    async def test_all(self, progress: Progress = lambda _done, _total: None) -> FullTest:
        """Run every question against the index as it is, in the background of everything else.

        Raises:
            GoldTestUnavailableError: A search failed.
        """
        asked = await self._asked(None)
        try:
            with self._search.looking_at(_as_it_is, self._background, has_reasons=False) as look:
                # Not from memory: this run is what finds out that memory was wrong.
                placements = await Baseline().of(asked, look, progress)
                return FullTest(tuple(asked), placements, self._search.state_of(look.store))
        except Exception as error:  # debt: stores raise whatever their engine raises
            raise unavailable(error) from error

    def note_published(self, test: DraftTest) -> None:
        """Remember what was foreseen once the text is in the index, so that the next test starts from there."""
        moved = {outcome.question_id: outcome.after for outcome in test.outcomes}
        with self._search.looking_at(_as_it_is, self._executor, has_reasons=False) as look:
            self._baseline.carry_over(moved, test.change_number, look)

    async def overlay(self, document: SearchDocument) -> StoreView:
        """Return a view of the index as if the document were in it."""
        return _with(await self._prepare(document))

    async def _prepare(self, document: SearchDocument) -> Draft:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._executor, self._make_draft, document)

    def _make_draft(self, document: SearchDocument) -> Draft:
        return Draft.of(document, self._search.embed_passages([passage.text for passage in passages_of(document)]))

    async def _compare(self, asked: Sequence[AskedQuestion], available: int, change: _Change) -> DraftTest:
        """Search for every question as things are, and for those the change can touch with either text in place.

        Both texts are looked at through a view: their vectors are made the same way, and the index may still be a
        moment behind the database.
        """
        with self._search.looking_at(_as_it_is, self._executor, has_reasons=False) as look:
            key = _key(asked, change, look)
        # Asking for a confirmation and getting it must not take twice as long.
        test = self._lately.get(key) or await self._search_for(asked, available, change)
        self._lately[key] = test
        while len(self._lately) > _LATELY:
            self._lately.popitem(last=False)
        return test

    async def _search_for(self, asked: Sequence[AskedQuestion], available: int, change: _Change) -> DraftTest:
        before = None if change.before is None else await self._prepare(change.before)
        after = await self._prepare(change.after)
        with self._search.looking_at(_as_it_is, self._executor, has_reasons=False) as look:
            placed = await self._baseline.of(asked, look)
            touched = await self._touched(asked, placed, before, after, look)
            state, change_number = self._search.state_of(look.store), look.store.change_number
        placed_before = placed if before is None else placed | await self._place(touched, before)
        placed_after = placed_before | await self._place(touched, after)
        outcomes = tuple(
            QuestionOutcome(
                item.question.id,
                item.question.text,
                item.question.entry_id,
                item.revision.sector,
                placed_before[item.question.id],
                placed_after[item.question.id],
            )
            for item in asked
        )
        titles = {item.question.entry_id: item.revision.title for item in asked}
        return DraftTest(outcomes, titles, available, state, change_number)

    async def _touched(
        self,
        asked: Sequence[AskedQuestion],
        placed: Mapping[UUID, Placement],
        before: Draft | None,
        after: Draft,
        look: Look,
    ) -> list[AskedQuestion]:
        """Return the questions that find the entry now, are its own, or share more with the new text."""
        if before is None or _admits_others(before.document, after.document):
            return list(asked)
        loop, old, entry_id = asyncio.get_running_loop(), before, after.document.document_id

        def is_touched(item: AskedQuestion) -> bool:
            if placed[item.question.id].shows(entry_id) or str(item.question.entry_id) == entry_id:
                return True
            return can_rise(query_of(item.question.text, item.revision), old, after, look)

        return await loop.run_in_executor(self._executor, lambda: list(filter(is_touched, asked)))

    async def _place(self, asked: Sequence[AskedQuestion], draft: Draft) -> dict[UUID, Placement]:
        placed: dict[UUID, Placement] = {}
        with self._search.looking_at(_with(draft), self._executor, has_reasons=False) as look:
            for item in asked:
                query = query_of(item.question.text, item.revision)
                if str(item.question.entry_id) == draft.document.document_id:
                    query = query_for(query, draft.document)
                placed[item.question.id] = placement(await look.search(query), str(item.question.entry_id))
        return placed

    async def _change(self, draft: EntryDraft, entry_id: UUID | None) -> _Change:
        current = await self._current(entry_id)
        known_id = entry_id or uuid4()
        after = draft_document(draft, known_id, 1 if current is None else current.number + 1)
        return _Change(known_id, None if current is None else entry_document(current), after)

    async def _current(self, entry_id: UUID | None) -> Revision | None:
        """Return the published revision; a retired entry is not in the index."""
        if entry_id is None:
            return None
        async with self._database.session() as session:
            entry = await EntryRepository(session).find(entry_id)
        is_published = entry is not None and entry.current.state == RevisionState.PUBLISHED
        return entry.current if entry is not None and is_published else None

    async def _asked(self, scopes: Collection[str | None] | None) -> list[AskedQuestion]:
        # An entry of every sector competes for the questions of each.
        wanted = None if scopes is None or None in scopes else {*scopes, None}
        async with self._database.session() as session:
            return await GoldRepository(session).asked(wanted)

    def _chosen(self, asked: Sequence[AskedQuestion], change: _Change) -> list[AskedQuestion]:
        if len(asked) <= self._limit:
            return list(asked)
        terms = {term for text in change.texts for term in _pairs(" ".join((text.title, *text.variants, text.answer)))}
        candidates = [
            Candidate(item.question.id, item.question.entry_id, frozenset(_pairs(item.question.text))) for item in asked
        ]
        wanted = choose(candidates, change.entry_id, terms, self._limit)
        return [item for item in asked if item.question.id in wanted]

    async def aclose(self) -> None:
        """Let running searches end and free the threads; safe to call twice."""
        await asyncio.to_thread(self._executor.shutdown)
        await asyncio.to_thread(self._background.shutdown)


def _as_it_is(store: SearchStore) -> SearchStore:
    return store


def _with(draft: Draft) -> StoreView:
    return lambda store: OverlayStore(store, draft.document.document_id, draft)


def _key(asked: Sequence[AskedQuestion], change: _Change, look: Look) -> _Asked:
    # A new entry gets another id every time it is tried.
    after = change.after if change.before is not None else replace(change.after, document_id="")
    questions = frozenset((item.question.id, item.question.text) for item in asked)
    return change.before, after, questions, look.way, look.store.change_number


def _admits_others(before: SearchDocument, after: SearchDocument) -> bool:
    """Whether the new text is for other people, places or days: then it may be found where the old was not."""
    names = ("sector", "region", "valid_from", "valid_until", "audiences")
    return any(getattr(before, name) != getattr(after, name) for name in names)


def _pairs(text: str) -> set[str]:
    return {term for term in gram_texts(fold(text).text) if len(term) > 1}
