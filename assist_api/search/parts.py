"""Parts that search, built from settings; a command that only searches needs nothing else."""

from __future__ import annotations

from dataclasses import dataclass

from assist_api.settings import AssistSettings
from kb.gold.tester import GoldTester
from kb.indexing.document_source import DatabaseDocumentSource
from kb.indexing.indexer import Indexer
from kb.search.embedders.base import Embedder
from kb.search.embedders.registry import make_embedder
from kb.search.index import SearchIndex
from kb.search.ranking.versions import LiveRanking, RankingVersions
from kb.search.rerankers.base import Reranker
from kb.search.rerankers.registry import make_reranker
from kb.search.service import SearchService
from kb.search.setup import make_index
from kb.settings import KBSettings
from kb.words.current import CurrentWords
from kit.clock import Clock
from kit.db import Database


@dataclass(frozen=True, slots=True)
class Knowledge:
    """The index over the published knowledge, what keeps it in step, and what answers from it."""

    embedder: Embedder | None
    index: SearchIndex
    search: SearchService
    rankings: RankingVersions
    indexer: Indexer
    words: CurrentWords
    reranker: Reranker | None
    tester: GoldTester

    async def aclose(self) -> None:
        """Stop following the database, then close the index; safe to call twice."""
        await self.tester.aclose()
        await self.indexer.aclose()
        await self.search.aclose()
        self.index.close()
        for model in (self.embedder, self.reranker):
            if model is not None:
                model.close()


def parts_of_search(settings: AssistSettings, kb_settings: KBSettings, database: Database, clock: Clock) -> Knowledge:
    """Build the search over the knowledge of a database, without opening it.

    Args:
        settings: Indices and ranking models lie in its data folder; days are those of its time zone.
        kb_settings: Of search.
        database: Where entries, cases and words are.
        clock: For everything that waits.

    Raises:
        MisconfiguredError: A `KB_` variable cannot be used.
    """
    embedder = make_embedder(kb_settings, clock)
    index = make_index(settings.data_dir / "search", kb_settings, embedder)
    source = DatabaseDocumentSource(database)
    rankings = RankingVersions(settings.data_dir / "ranking")
    words = CurrentWords(database, clock)
    reranker = make_reranker(kb_settings)
    search = SearchService(
        index,
        embedder,
        clock,
        kb_settings,
        model=LiveRanking(rankings, clock),
        lexicon=lambda: words.lexicon,
        reranker=reranker,
        zone=settings.zone,
    )
    return Knowledge(
        embedder=embedder,
        index=index,
        search=search,
        rankings=rankings,
        indexer=Indexer(source, index, embedder, clock, kb_settings),
        words=words,
        reranker=reranker,
        tester=GoldTester(database, search, kb_settings),
    )
