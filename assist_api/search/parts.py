"""Parts that search and classify, built from settings; a command that only searches needs nothing else."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import tzinfo
from pathlib import Path

from kb.classify.examples import ExampleSource
from kb.classify.registry import ModelRegistry
from kb.classify.service import CategoryService, ModelPolicy
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
    categories: CategoryService
    words: CurrentWords
    reranker: Reranker | None
    tester: GoldTester

    async def aclose(self) -> None:
        """Stop following the database, then close the index; safe to call twice."""
        await self.tester.aclose()
        await self.indexer.aclose()
        await self.categories.aclose()
        await self.search.aclose()
        self.index.close()
        for model in (self.embedder, self.reranker):
            if model is not None:
                model.close()


def build_knowledge(
    data_dir: Path,
    settings: KBSettings,
    database: Database,
    clock: Clock,
    choices: ExampleSource,
    zone: tzinfo | None = None,
) -> Knowledge:
    """Build the search over the knowledge of a database, without opening it.

    Args:
        data_dir: Indices, ranking models and category models lie in it.
        settings: Of search and classification.
        database: Where entries, cases and words are.
        clock: For everything that waits.
        choices: Categories that agents chose, which the classifier learns from.
        zone: Whose days validity counts; None for that of this machine.

    Raises:
        MisconfiguredError: A `KB_` variable cannot be used.
    """
    embedder = make_embedder(settings, clock)
    index = make_index(data_dir / "search", settings, embedder)
    source = DatabaseDocumentSource(database)
    rankings = RankingVersions(data_dir / "ranking")
    words = CurrentWords(database, clock)
    reranker = make_reranker(settings)
    search = SearchService(
        index,
        embedder,
        clock,
        settings,
        model=LiveRanking(rankings, clock),
        lexicon=lambda: words.lexicon,
        reranker=reranker,
        zone=zone,
    )
    return Knowledge(
        embedder=embedder,
        index=index,
        search=search,
        rankings=rankings,
        indexer=Indexer(source, index, embedder, clock, settings),
        categories=CategoryService(
            source,
            ModelRegistry(database, clock),
            data_dir / "categories",
            clock,
            embedder,
            choices=choices,
            policy=category_policy(settings),
        ),
        words=words,
        reranker=reranker,
        tester=GoldTester(database, search, settings),
    )


def category_policy(settings: KBSettings) -> ModelPolicy:
    """Return when category models are learned and which go live."""
    return ModelPolicy(
        tolerance=settings.category_tolerance,
        choices=settings.category_choices,
        choices_after=settings.category_choices_after,
        kept_files=settings.category_models_kept,
    )
