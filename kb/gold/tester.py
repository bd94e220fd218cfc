"""Runs gold questions: against the index as it is, and as it would be with a draft in place of an entry."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Collection, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from uuid import UUID, uuid4

import structlog

from kb.entries.models import Revision, RevisionState
from kb.entries.repository import EntryRepository
from kb.entries.schemas import EntryDraft
from kb.gold.asking import query_of
from kb.gold.baseline import Baseline, Progress
from kb.gold.batch import BatchTest, make_draft
from kb.gold.changes import ChangeSource, TextChange
from kb.gold.comparison import Candidate, FoundEntry, Placement, choose, document_pairs, pairs
from kb.gold.foreign import ForeignQuestions
from kb.gold.placing import as_it_is, place, with_drafts
from kb.gold.repository import AskedQuestion, GoldRepository
from kb.gold.results import DraftTest, FullTest, NearQuestion, unavailable
from kb.indexing.document_source import draft_document, entry_document
from kb.kinds import DocumentKind
from kb.search.documents import SearchDocument
from kb.search.query import SearchQuery
from kb.search.ranking.revision_effect import can_rise
from kb.search.service import SearchService, StoreView, ViewSearch
from kb.search.stores.overlay import Draft
from kb.settings import KBSettings
from kit.db import Database
from kit.tasks import background_executor

log = structlog.get_logger(__name__)

NEAR_WORDINGS = 40
"""Wordings of a draft that are looked up; entries of the demo knowledge have at most 24."""
DRAFT_TIMEOUT = timedelta(seconds=120)
"""A person waits for it, and a machine busy with calls is slow. It takes seconds on an idle one."""


_Asked = tuple[SearchDocument | None, SearchDocument, frozenset[tuple[UUID, str, bool]], str, int]
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
        """Return what publishing the draft would do; None when nothing would change or comes near.

        Args:
            draft: A valid text.
            entry_id: The entry it would become a revision of; None for a new one.

        Raises:
            GoldTestUnavailableError: The questions could not be run.
        """
        current = await self._current(entry_id)
        known_id = entry_id or uuid4()
        after = draft_document(draft, known_id, 1 if current is None else current.number + 1)
        change = TextChange(known_id, None if current is None else entry_document(current), after)
        if change.is_silent:
            return None
        every, scopes = await self._asked(), {text.sector for text in change.texts}
        asked = _within(every, scopes)
        words = {pair for text in change.texts for pair in document_pairs(text)}
        others = ForeignQuestions(every)
        others.offer([after])
        foreign = others.nearest(scopes)
        chosen = [*self._chosen(asked, {known_id}, words), *foreign]
        try:
            async with asyncio.timeout(DRAFT_TIMEOUT.total_seconds()):
                test = await self._compare(chosen, len(asked) + len(foreign), change, after)
        except Exception as error:  # debt: stores raise whatever their engine raises
            log.exception("draft_test_failed")
            raise unavailable(error) from error
        return test if test.outcomes or test.near else None

    async def test_batch(self, changes: ChangeSource) -> DraftTest | None:
        """Return what publishing many texts at once would do, in the background of everything else.

        What is searched is bounded by the questions, not by the texts: at most `KB_TEST_QUESTIONS` questions, three
        searches for each, and a few texts for each (see `Contenders`) beside those it finds now.

        Args:
            changes: Gone through at most three times, and not at all while there are no questions.

        Returns:
            None when search would see no difference, or no question comes near any text.

        Raises:
            GoldTestUnavailableError: The questions could not be run.
        """
        every = await self._asked()
        if not every:
            return None
        has_too_many = len(every) > self._limit
        known = frozenset(pair for item in every for pair in pairs(item.question.text)) if has_too_many else frozenset()
        batch = BatchTest(self._search, self._baseline, self._background)
        survey = await batch.survey(changes, known, ForeignQuestions(every))
        asked = _within(every, survey.scopes) if survey.entry_ids else []
        foreign = survey.foreign.nearest(survey.scopes) if survey.entry_ids else []
        chosen = [*self._chosen(asked, survey.entry_ids, survey.pairs), *foreign]
        if not chosen:
            return None
        try:
            async with asyncio.timeout(survey.timeout.total_seconds()):
                return await batch.run(chosen, len(asked) + len(foreign), changes, survey)
        except Exception as error:  # debt: stores raise whatever their engine raises
            log.exception("batch_test_failed")
            raise unavailable(error) from error

    async def has_questions(self) -> bool:
        """Return whether there is anything to test with."""
        return bool(await self._asked())

    async def test_all(self, progress: Progress = lambda _done, _total: None) -> FullTest:
        """Run every question against the index as it is, in the background of everything else.

        Raises:
            GoldTestUnavailableError: A search failed.
        """
        asked = await self._asked()
        try:
            with self._search.search_through_view(as_it_is, self._background, has_reasons=False) as view_search:
                # Not from memory: this run is what finds out that memory was wrong.
                placements = await Baseline().of(asked, view_search, progress)
                return FullTest(tuple(asked), placements, self._search.state_of(view_search.store))
        except Exception as error:  # debt: stores raise whatever their engine raises
            raise unavailable(error) from error

    def note_published(self, test: DraftTest) -> None:
        """Remember what was foreseen once the text is in the index, so that the next test starts from there."""
        moved = {outcome.question_id: outcome.after for outcome in test.outcomes}
        with self._search.search_through_view(as_it_is, self._executor, has_reasons=False) as view_search:
            self._baseline.carry_over(moved, test.change_number, view_search)

    async def overlay(self, document: SearchDocument) -> StoreView:
        """Return a view of the index as if the document were in it."""
        return with_drafts({document.document_id: await self._prepare(document)})

    async def _prepare(self, document: SearchDocument) -> Draft:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._executor, make_draft, self._search, document)

    async def _compare(
        self, asked: Sequence[AskedQuestion], available: int, change: TextChange, after: SearchDocument
    ) -> DraftTest:
        """Search for every question as things are, and for those the change can touch with either text in place.

        Both texts are looked at through a view: their vectors are made the same way, and the index may still be a
        moment behind the database.
        """
        with self._search.search_through_view(as_it_is, self._executor, has_reasons=False) as view_search:
            key = _key(asked, change.before, after, view_search)
        # Asking for a confirmation and getting it must not take twice as long.
        test = self._lately.get(key) or await self._search_for(asked, available, change.before, after)
        self._lately[key] = test
        while len(self._lately) > _LATELY:
            self._lately.popitem(last=False)
        return test

    async def _search_for(
        self, asked: Sequence[AskedQuestion], available: int, before: SearchDocument | None, after: SearchDocument
    ) -> DraftTest:
        old, new = None if before is None else await self._prepare(before), await self._prepare(after)
        with self._search.search_through_view(as_it_is, self._executor, has_reasons=False) as view_search:
            near = await _near(before, after, view_search)
            placed = await self._baseline.of(asked, view_search)
            touched = await self._touched(asked, placed, old, new, view_search)
            state, change_number = self._search.state_of(view_search.store), view_search.store.change_number
        placed_before = placed if old is None else placed | await self._place(touched, old)
        placed_after = placed_before | await self._place(touched, new)
        test = DraftTest.of(asked, (placed_before, placed_after), available, state, change_number)
        return replace(test, near=near)

    async def _place(self, asked: Sequence[AskedQuestion], draft: Draft) -> dict[UUID, Placement]:
        return await place(self._search, self._executor, asked, {draft.document.document_id: draft})

    async def _touched(
        self,
        asked: Sequence[AskedQuestion],
        placed: Mapping[UUID, Placement],
        before: Draft | None,
        after: Draft,
        view_search: ViewSearch,
    ) -> list[AskedQuestion]:
        """Return the questions that find the entry now, are its own, or share more with the new text."""
        if before is None or _admits_others(before.document, after.document):
            return list(asked)
        loop, old, entry_id = asyncio.get_running_loop(), before, after.document.document_id

        def is_touched(item: AskedQuestion) -> bool:
            if placed[item.question.id].shows(entry_id) or str(item.question.entry_id) == entry_id:
                return True
            return can_rise(query_of(item), old, after, view_search)

        return await loop.run_in_executor(self._executor, lambda: list(filter(is_touched, asked)))

    async def _current(self, entry_id: UUID | None) -> Revision | None:
        """Return the published revision; a retired entry is not in the index."""
        if entry_id is None:
            return None
        async with self._database.session() as session:
            entry = await EntryRepository(session).find(entry_id)
        is_published = entry is not None and entry.current.state == RevisionState.PUBLISHED
        return entry.current if entry is not None and is_published else None

    async def _asked(self) -> list[AskedQuestion]:
        async with self._database.session() as session:
            return await GoldRepository(session).asked()

    def _chosen(
        self, asked: Sequence[AskedQuestion], entry_ids: Collection[UUID], words: Collection[str]
    ) -> list[AskedQuestion]:
        if len(asked) <= self._limit:
            return list(asked)
        candidates = [
            Candidate(item.question.id, item.question.entry_id, frozenset(pairs(item.question.text))) for item in asked
        ]
        wanted = choose(candidates, entry_ids, words, self._limit)
        return [item for item in asked if item.question.id in wanted]

    async def aclose(self) -> None:
        """Let running searches end and free the threads; safe to call twice."""
        await asyncio.to_thread(self._executor.shutdown)
        await asyncio.to_thread(self._background.shutdown)


def _key(
    asked: Sequence[AskedQuestion], before: SearchDocument | None, after: SearchDocument, view_search: ViewSearch
) -> _Asked:
    # A new entry gets another id every time it is tried.
    named = after if before is not None else replace(after, document_id="")
    questions = frozenset((item.question.id, item.question.text, item.is_sector_known) for item in asked)
    return before, named, questions, view_search.version, view_search.store.change_number


def _within(every: Sequence[AskedQuestion], scopes: Collection[str | None]) -> Sequence[AskedQuestion]:
    """Return the questions for which texts of these sectors compete within a sector."""
    if None in scopes:
        return every
    # An entry of every sector competes for the questions of each.
    return [item for item in every if item.revision.sector in {*scopes, None}]


async def _near(
    before: SearchDocument | None, after: SearchDocument, view_search: ViewSearch
) -> tuple[NearQuestion, ...]:
    """Return the new ways to ask that another entry answers now, whatever its sector."""
    old = () if before is None else (before.title, *before.variants)
    wordings = [text for text in dict.fromkeys((after.title, *after.variants)) if text not in old]
    found: list[NearQuestion] = []
    for text in wordings[:NEAR_WORDINGS]:
        query = SearchQuery(text=text, kinds=frozenset({DocumentKind.ENTRY}), region=after.region, limit=1)
        result = await view_search.search(query)
        if result.has_answer and result.hits[0].document_id != after.document_id:
            hit = result.hits[0]
            entry = FoundEntry(hit.document_id, hit.title)
            found.append(NearQuestion(text, entry, hit.sector, round(hit.confidence, 4)))
    return tuple(found)


def _admits_others(before: SearchDocument, after: SearchDocument) -> bool:
    """Whether the new text is for other people, places or days: then it may be found where the old was not."""
    names = ("sector", "region", "valid_from", "valid_until", "audiences")
    return any(getattr(before, name) != getattr(after, name) for name in names)
