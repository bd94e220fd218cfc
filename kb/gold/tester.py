"""Runs gold questions: against the index as it is, and as it would be with a draft in place of an entry."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import timedelta
from uuid import UUID, uuid4

import structlog

from kb.document_source import draft_document, entry_document
from kb.gold.comparison import DEPTH, Candidate, Placement, QuestionOutcome, choose, placement
from kb.gold.repository import AskedQuestion, GoldRepository
from kb.models import Revision, RevisionState
from kb.repository import EntryRepository
from kb.schemas import EntryDraft
from kb.search.analysis.folding import fold
from kb.search.analysis.terms import gram_texts
from kb.search.documents import SearchDocument
from kb.search.hits import SearchResult, SearchState
from kb.search.passages import passages_of
from kb.search.query import Audience, DocumentKind, SearchQuery
from kb.search.service import Search, SearchService, StoreView
from kb.search.stores.base import SearchStore
from kb.search.stores.overlay import Draft, OverlayStore
from kb.settings import KBSettings
from kit.db import Database
from kit.errors import DependencyCategory, DependencyError
from kit.tasks import background_executor

log = structlog.get_logger(__name__)

DRAFT_TIMEOUT = timedelta(seconds=60)
"""A person waits for it. Five hundred questions twice take about ten seconds on one busy core."""
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class DraftTest:
    """What a draft would do to the questions that were tested.

    Attributes:
        outcomes: One a question.
        titles: Titles of the entries that should answer, by entry.
        available: Questions of the sectors concerned, tested or not.
        state: Whether vectors took part.
    """

    outcomes: tuple[QuestionOutcome, ...]
    titles: Mapping[UUID, str]
    available: int
    state: SearchState


@dataclass(frozen=True, slots=True)
class FullTest:
    """How every question fares now.

    Attributes:
        asked: The questions with their entries.
        placements: By question.
        state: Whether vectors took part.
    """

    asked: tuple[AskedQuestion, ...]
    placements: Mapping[UUID, Placement]
    state: SearchState


class GoldTestUnavailableError(DependencyError):
    """The questions could not be run: the index failed or took too long."""

    code = "knowledge_test_unavailable"
    http_status = 503


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
        self._executor = ThreadPoolExecutor(1, thread_name_prefix="kb-tests")
        self._background = background_executor("kb-all-tests")

    async def test_draft(self, draft: EntryDraft, entry_id: UUID | None) -> DraftTest | None:
        """Return what publishing the draft would do; None when no question can be touched by it.

        Args:
            draft: A valid text.
            entry_id: The entry it would become a revision of; None for a new one.

        Raises:
            GoldTestUnavailableError: The questions could not be run.
        """
        current = await self._current(entry_id)
        known_id = entry_id or uuid4()
        after = draft_document(draft, known_id, 1 if current is None else current.number + 1)
        before = None if current is None else entry_document(current)
        if before is not None and _says_the_same(before, after):
            return None
        asked = await self._asked({after.sector, *([] if before is None else [before.sector])})
        chosen = self._chosen(asked, known_id, [after, *([] if before is None else [before])])
        if not chosen:
            return None
        try:
            async with asyncio.timeout(DRAFT_TIMEOUT.total_seconds()):
                return await self._compare(chosen, len(asked), before, after)
        except Exception as error:  # debt: stores raise whatever their engine raises
            log.exception("draft_test_failed")
            raise GoldTestUnavailableError(
                "The gold questions could not be run: search is unavailable or too slow. Try again in a moment.",
                category=DependencyCategory.TIMEOUT if isinstance(error, TimeoutError) else DependencyCategory.REJECTED,
                retryable=True,
            ) from error

    async def test_all(self, progress: Progress = lambda _done, _total: None) -> FullTest:
        """Run every question against the index as it is, in the background of everything else.

        Raises:
            GoldTestUnavailableError: A search failed.
        """
        asked = await self._asked(None)
        placements: dict[UUID, Placement] = {}
        state = SearchState.COMPLETE
        with self._search.looking_at(_as_it_is, self._background) as search:
            for done, item in enumerate(asked, start=1):
                try:
                    result = await search(_query(item.question.text, item.revision))
                except Exception as error:  # debt: stores raise whatever their engine raises
                    raise GoldTestUnavailableError(
                        "The gold questions could not be run: search is unavailable.",
                        category=DependencyCategory.REJECTED,
                        retryable=True,
                    ) from error
                state = result.state
                placements[item.question.id] = placement(result, str(item.question.entry_id))
                progress(done, len(asked))
        return FullTest(tuple(asked), placements, state)

    async def overlay(self, document: SearchDocument) -> StoreView:
        """Return a view of the index as if the document were in it."""
        loop = asyncio.get_running_loop()
        prepared = await loop.run_in_executor(self._executor, self._prepare, document)
        return lambda store: OverlayStore(store, document.document_id, prepared)

    def _prepare(self, document: SearchDocument) -> Draft:
        return Draft.of(document, self._search.embed_passages([passage.text for passage in passages_of(document)]))

    @property
    def executor(self) -> ThreadPoolExecutor:
        """The thread for searches that a curator waits for."""
        return self._executor

    async def _compare(
        self, chosen: Sequence[AskedQuestion], available: int, before: SearchDocument | None, after: SearchDocument
    ) -> DraftTest:
        # The text as it is goes through a view as well: the index may still be a moment behind the database, and
        # both texts' vectors are made the same way.
        view_before = _as_it_is if before is None else await self.overlay(before)
        view_after = await self.overlay(after)
        placed_before, _ = await self._place(chosen, view_before, before)
        placed_after, state = await self._place(chosen, view_after, after)
        outcomes = tuple(
            QuestionOutcome(
                item.question.id,
                item.question.text,
                item.question.entry_id,
                item.revision.sector,
                placed_before[item.question.id],
                placed_after[item.question.id],
            )
            for item in chosen
        )
        titles = {item.question.entry_id: item.revision.title for item in chosen}
        return DraftTest(outcomes, titles, available, state)

    async def _place(
        self, asked: Sequence[AskedQuestion], view: StoreView, document: SearchDocument | None
    ) -> tuple[dict[UUID, Placement], SearchState]:
        placed: dict[UUID, Placement] = {}
        state = SearchState.COMPLETE
        with self._search.looking_at(view, self._executor) as search:
            for item in asked:
                result = await _ask(search, item, document)
                placed[item.question.id] = placement(result, str(item.question.entry_id))
                state = result.state
        return placed, state

    async def _current(self, entry_id: UUID | None) -> Revision | None:
        """Return the published revision; a retired entry is not in the index."""
        if entry_id is None:
            return None
        async with self._database.session() as session:
            entry = await EntryRepository(session).find(entry_id)
        is_published = entry is not None and entry.current.state == RevisionState.PUBLISHED
        return entry.current if entry is not None and is_published else None

    async def _asked(self, scopes: Collection[str | None] | None) -> list[AskedQuestion]:
        if scopes is not None and None in scopes:
            scopes = None  # an entry of every sector competes for the questions of each
        async with self._database.session() as session:
            return await GoldRepository(session).asked(None if scopes is None else {*scopes, None})

    def _chosen(
        self, asked: Sequence[AskedQuestion], entry_id: UUID, texts: Sequence[SearchDocument]
    ) -> list[AskedQuestion]:
        if len(asked) <= self._limit:
            return list(asked)
        terms = {term for text in texts for term in _pairs(" ".join((text.title, *text.variants, text.answer)))}
        candidates = [
            Candidate(item.question.id, item.question.entry_id, frozenset(_pairs(item.question.text))) for item in asked
        ]
        common = _frequencies(candidates)
        weights = {term: 1 / (1 + common.get(term, 0)) for term in terms}
        wanted = choose(candidates, entry_id, weights, self._limit)
        return [item for item in asked if item.question.id in wanted]

    async def aclose(self) -> None:
        """Let running searches end and free the threads; safe to call twice."""
        await asyncio.to_thread(self._executor.shutdown)
        await asyncio.to_thread(self._background.shutdown)


def _as_it_is(store: SearchStore) -> SearchStore:
    return store


async def _ask(search: Search, item: AskedQuestion, document: SearchDocument | None) -> SearchResult:
    query = _query(item.question.text, item.revision)
    if document is not None and document.document_id == str(item.question.entry_id):
        # The entry's own questions are asked by those whom the text is for.
        query = replace(query, sector=document.sector, region=document.region, audience=_audience(document.audiences))
    return await search(query)


def _query(text: str, revision: Revision) -> SearchQuery:
    """Ask as a call does once it is clear which sector it is about (`SuggestionService`)."""
    return SearchQuery(
        text=text,
        kinds=frozenset({DocumentKind.ENTRY}),
        sector=revision.sector,
        region=revision.region,
        audience=_audience(revision.audiences),
        limit=DEPTH,
    )


def _audience(audiences: Collection[str]) -> Audience:
    return Audience.AGENT if Audience.AGENT in audiences else Audience(next(iter(audiences)))


def _says_the_same(before: SearchDocument, after: SearchDocument) -> bool:
    unmarked = replace(after, revision_id=before.revision_id, revision_number=before.revision_number)
    return unmarked == before


def _pairs(text: str) -> set[str]:
    return {term for term in gram_texts(fold(text).text) if len(term) > 1}


def _frequencies(candidates: Sequence[Candidate]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for candidate in candidates:
        for term in candidate.terms:
            counts[term] = counts.get(term, 0) + 1
    return counts
