"""Runs gold questions against the index as it would be after a publication of many texts."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TypeVar
from uuid import UUID

from kb.gold.asking import query_of
from kb.gold.baseline import Baseline
from kb.gold.changes import ChangeSource, TextChange
from kb.gold.comparison import Placement, document_pairs
from kb.gold.contenders import Contenders, WeighedQuestion
from kb.gold.foreign import ForeignQuestions
from kb.gold.placing import as_it_is, place
from kb.gold.repository import AskedQuestion
from kb.gold.results import DraftTest
from kb.indexing.document_source import entry_document
from kb.search.components import retrieval_terms
from kb.search.documents import SearchDocument
from kb.search.passages import passages_of
from kb.search.question.analysis.questions import analyse
from kb.search.service import SearchService, ViewSearch
from kb.search.stores.overlay import Draft, term_weights

T = TypeVar("T")
BATCH_TIMEOUT = timedelta(minutes=10)
"""For the searches, which are bounded: two a question, in the background of calls."""
TIMEOUT_PER_TEXT = timedelta(milliseconds=50)
"""A text is taken apart in about a millisecond on an idle machine; the thread gets a tenth of a busy one."""


@dataclass(slots=True)
class Survey:
    """What a publication is about.

    Attributes:
        known_pairs: Character pairs that are counted; empty when every question will be tested anyway.
        scopes: Sectors of its texts, before and after.
        entry_ids: Entries that change.
        replaced: Ids of those that search finds now.
        pairs: Those of the known pairs that occur in its texts.
        foreign: How near its new texts come to each question, of whatever sector.
    """

    known_pairs: frozenset[str]
    foreign: ForeignQuestions
    scopes: set[str | None] = field(default_factory=set)
    entry_ids: set[UUID] = field(default_factory=set)
    replaced: set[str] = field(default_factory=set)
    pairs: set[str] = field(default_factory=set)

    def add(self, changes: Sequence[TextChange]) -> None:
        """Take in a portion."""
        for change in changes:
            if change.is_silent:
                continue
            self.entry_ids.add(change.entry_id)
            if change.before is not None:
                self.replaced.add(str(change.entry_id))
            if change.after is not None:
                self.foreign.offer([change.after])
            for text in change.texts:
                self.scopes.add(text.sector)
                if self.known_pairs:
                    self.pairs |= document_pairs(text) & self.known_pairs

    @property
    def timeout(self) -> timedelta:
        """How long the test may take."""
        return BATCH_TIMEOUT + len(self.entry_ids) * TIMEOUT_PER_TEXT


class BatchTest:
    """One test of one publication; owns nothing, works on the thread it is given."""

    def __init__(self, search: SearchService, baseline: Baseline, executor: Executor) -> None:
        self._search = search
        self._baseline = baseline
        self._executor = executor

    async def survey(self, changes: ChangeSource, known_pairs: frozenset[str], foreign: ForeignQuestions) -> Survey:
        """Look through the changes once."""
        found = Survey(known_pairs, foreign)
        async for portion in changes():
            await self._in_executor(found.add, portion)
        return found

    async def run(
        self, asked: Sequence[AskedQuestion], available: int, changes: ChangeSource, survey: Survey
    ) -> DraftTest | None:
        """Search for the questions as things are, and those that can move as they would be.

        Args:
            asked: Questions to test.
            available: Questions of the sectors concerned, and those of others that the texts come near.
            changes: Gone through once more, and again when a question finds an entry that changes.
            survey: Of the changes.

        Returns:
            None when no new text comes near any question and no question finds what changes.
        """
        contenders = await self._contenders(asked, changes)
        contested = [contenders.is_contested(at) for at in range(len(asked))]
        if not any(contested) and not survey.replaced:
            return None
        with self._search.search_through_view(as_it_is, self._executor, has_reasons=False) as view_search:
            placed = await self._baseline.of(asked, view_search)
            state, change_number = self._search.state_of(view_search.store), view_search.store.change_number
        found = [_found_by(item, placed[item.question.id]) & survey.replaced for item in asked]
        if not any(contested) and not any(found):
            return None
        wanted = set[str]().union(*found)
        chosen = contenders.changes() | await self._changes_of(wanted, changes)
        # A text that is replaced is looked at through a view as well, so that both have their vectors made alike.
        before = await self._drafts({name: change.before for name, change in chosen.items() if change.before})
        after = await self._drafts({name: change.after for name, change in chosen.items()})
        finding = [item for at, item in enumerate(asked) if found[at]]
        moving = [item for at, item in enumerate(asked) if found[at] or contested[at]]
        placed_before = placed | await place(self._search, self._executor, finding, before)
        placed_after = placed_before | await place(self._search, self._executor, moving, after)
        return DraftTest.of(asked, (placed_before, placed_after), available, state, change_number)

    async def _contenders(self, asked: Sequence[AskedQuestion], changes: ChangeSource) -> Contenders:
        with self._search.search_through_view(as_it_is, self._executor, has_reasons=False) as view_search:
            contenders = Contenders([await self._in_executor(_weigh, item, view_search) for item in asked])
        async for portion in changes():
            await self._in_executor(contenders.offer, portion)
        return contenders

    async def _changes_of(self, names: Collection[str], changes: ChangeSource) -> dict[str, TextChange]:
        chosen: dict[str, TextChange] = {}
        if names:
            async for portion in changes():
                chosen |= {str(change.entry_id): change for change in portion if str(change.entry_id) in names}
        return chosen

    async def _drafts(self, texts: Mapping[str, SearchDocument | None]) -> dict[str, Draft | None]:
        return {
            name: None if text is None else await self._in_executor(make_draft, self._search, text)
            for name, text in texts.items()
        }

    async def _in_executor(self, work: Callable[..., T], *values: object) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._executor, work, *values)


def make_draft(search: SearchService, document: SearchDocument) -> Draft:
    """Take a text apart and embed its passages. Blocks."""
    return Draft.of(document, search.embed_passages([passage.text for passage in passages_of(document)]))


def _weigh(item: AskedQuestion, view_search: ViewSearch) -> WeighedQuestion:
    query = query_of(item)
    terms = retrieval_terms(analyse(query, view_search.lexicon))
    weights = term_weights(terms, view_search.store)
    return WeighedQuestion.against(weights, view_search.filter_of(query), entry_document(item.revision))


def _found_by(item: AskedQuestion, placed: Placement) -> set[str]:
    """Return the entries that matter to a question now: its own, its hits and what stands behind them."""
    return {str(item.question.entry_id), *placed.folded, *(entry.entry_id for entry in placed.found)}
