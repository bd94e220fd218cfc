"""A search that knows its documents by key words, and a category ranker that does the same."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace

from kb.classify.classifier import CategoryRankingResult, RankedCategory
from kb.kinds import DocumentKind
from kb.search.hits import Hit, MatchKind, SearchResult, SearchState, TermMatch
from kb.search.query import SearchQuery


def make_hit(
    document_id: str,
    confidence: float,
    *,
    kind: DocumentKind = DocumentKind.ENTRY,
    revision_id: str | None = None,
    matches: Sequence[TermMatch] = (),
    sector: str | None = None,
    category_id: str | None = None,
) -> Hit:
    """Return a hit; everything else about it is plain."""
    return Hit(
        kind=kind,
        document_id=document_id,
        revision_id=revision_id or document_id,
        revision_number=1,
        title=document_id,
        score=confidence,
        confidence=confidence,
        score_parts={"words": confidence},
        matches=tuple(matches),
        sector=sector,
        category_id=category_id,
    )


def make_result(*hits: Hit, state: SearchState = SearchState.COMPLETE, has_answer: bool | None = None) -> SearchResult:
    """Return a result that trusts its hits when the best is likely."""
    trusted = bool(hits) and hits[0].confidence >= 0.3 if has_answer is None else has_answer
    return SearchResult(hits, state, trusted, 1.0)


class KeywordSearch:
    """Finds the documents whose key word stands in the question.

    Attributes:
        hits: Hit by key word.
        fault: Raised instead of an answer, when set.
        gate: Searches wait for it, when set.
        free_searches: How many searches do not wait for the gate.
        queries: Everything asked.
    """

    def __init__(self, hits: Mapping[str, Hit]) -> None:
        self.hits = dict(hits)
        self.fault: Exception | None = None
        self.gate: asyncio.Event | None = None
        self.free_searches = 0
        self.state = SearchState.COMPLETE
        self.queries: list[SearchQuery] = []

    async def search(self, query: SearchQuery) -> SearchResult:
        self.queries.append(query)
        if self.gate is not None and len(self.queries) > self.free_searches:
            await self.gate.wait()
        if self.fault is not None:
            raise self.fault
        found = [
            _with_match(hit, word, query.text)
            for word, hit in self.hits.items()
            if word in query.text and hit.kind in query.kinds
        ]
        best_first = sorted(found, key=lambda hit: -hit.confidence)
        return make_result(*best_first, state=self.state)


def _with_match(hit: Hit, word: str, text: str) -> Hit:
    at = text.index(word)
    field = "title" if hit.kind is DocumentKind.ENTRY else "problem"
    match = TermMatch(MatchKind.EXACT, field, 0, 0, len(word), at, at + len(word))
    return replace(hit, matches=(*hit.matches, match))


class KeywordCategories:
    """Ranks the categories whose key word the customer said, most often first."""

    def __init__(self, words: Mapping[str, str]) -> None:
        self.words = dict(words)
        self.fault: Exception | None = None
        self.found: dict[str, float] = {}
        """What search had found when it was asked last."""

    async def rank_call(
        self,
        customer_utterances: Sequence[str],
        agent_utterances: Sequence[str] = (),
        *,
        sector: str | None = None,
        found: Mapping[str, float] | None = None,
    ) -> CategoryRankingResult:
        if self.fault is not None:
            raise self.fault
        self.found = dict(found or {})
        text = "".join(customer_utterances)
        counts = {category: text.count(word) for word, category in self.words.items() if word in text}
        total = sum(counts.values())
        ranked = sorted(counts, key=lambda category: -counts[category])
        return CategoryRankingResult(
            tuple(RankedCategory(category, counts[category] / total) for category in ranked),
            has_abstained=not ranked,
        )
