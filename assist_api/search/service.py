"""Typed search: hits from the index, texts from the database."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol
from uuid import UUID

from assist_api.search.cards import found_case, found_entry
from assist_api.search.folded import load_folded
from assist_api.search.schemas import FoundCase, FoundEntry, SearchAnswer, SearchRequest
from kb.cases.ranking import rank_cases
from kb.cases.service import CaseService
from kb.entries.models import RevisionState
from kb.entries.service import KnowledgeService
from kb.kinds import DocumentKind
from kb.search.hits import Hit, SearchResult, SearchState
from kb.search.query import SearchQuery
from kit.clock import Clock
from kit.db import Database

_WORST_FIRST = (SearchState.UNAVAILABLE, SearchState.LOCAL, SearchState.LEXICAL_ONLY, SearchState.COMPLETE)


class SearchEngine(Protocol):
    """The part of `kb.search.service.SearchService` that answers."""

    async def search(self, query: SearchQuery) -> SearchResult:
        """Answer one question."""
        ...


class TypedSearch:
    """Answers what people type, entries and cases side by side."""

    def __init__(self, engine: SearchEngine, database: Database, clock: Clock) -> None:
        self._engine = engine
        self._database = database
        self._clock = clock

    async def answer(self, request: SearchRequest) -> SearchAnswer:
        """Search each kind by itself, so that cases never push entries out of the list."""
        started = self._clock.monotonic()
        results = {kind: await self._engine.search(_query(request, kind)) for kind in dict.fromkeys(request.kinds)}
        cards = await self._entries(_hits(results.get(DocumentKind.ENTRY)))
        cases = await self._cases(request.text, _hits(results.get(DocumentKind.CASE)))
        states = {result.state for result in results.values()}
        return SearchAnswer(
            cards=cards,
            cases=cases,
            state=next(state for state in _WORST_FIRST if state in states).value,
            has_answer=any(result.has_answer for result in results.values()),
            took_ms=round((self._clock.monotonic() - started) * 1000, 1),
        )

    async def _entries(self, hits: Sequence[Hit]) -> list[FoundEntry]:
        async with self._database.session() as session:
            wanted = [UUID(hit.revision_id) for hit in hits]
            revisions = await KnowledgeService(session, self._clock).find_revisions(wanted)
            names = await load_folded(session, self._clock, hits)
        # The index may lag: what was retired a moment ago is not shown.
        found = [(hit, revisions.get(UUID(hit.revision_id))) for hit in hits]
        return [
            found_entry(hit, revision, names)
            for hit, revision in found
            if revision is not None and revision.state is RevisionState.PUBLISHED
        ]

    async def _cases(self, said: str, hits: Sequence[Hit]) -> list[FoundCase]:
        async with self._database.session() as session:
            found = await CaseService(session, self._clock).find_cases([UUID(hit.document_id) for hit in hits])
            names = await load_folded(session, self._clock, hits)
        cases = {str(case_id): case for case_id, case in found.items()}
        return [found_case(hit, cases[hit.document_id], names) for hit in rank_cases(said, hits, cases)]


def _query(request: SearchRequest, kind: DocumentKind) -> SearchQuery:
    return SearchQuery(
        text=request.text,
        kinds=frozenset({kind}),
        sector=request.sector,
        region=request.region,
        on=request.on,
        audience=request.audience,
        limit=request.limit,
        is_typed=True,
    )


def _hits(result: SearchResult | None) -> Sequence[Hit]:
    return () if result is None else result.hits
