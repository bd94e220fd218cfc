"""Composition root: builds every part once, for the server and for the command line."""

from __future__ import annotations

from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import timedelta

from assist_api.accounts.sessions import SessionService
from assist_api.calls.category import CallCategories
from assist_api.calls.choices import ChosenExamples
from assist_api.calls.demo.catalog import load_demo_calls
from assist_api.calls.events import CallEvent
from assist_api.calls.hub import CallHub
from assist_api.calls.service import CallService
from assist_api.categories.service import CategoryModelDesk
from assist_api.health.probes import make_probes
from assist_api.health.service import HealthService
from assist_api.imports.service import DocumentImports
from assist_api.knowledge.publishing import PublicationGate
from assist_api.knowledge.service import KnowledgeEditor
from assist_api.knowledge_tests.hit_test import HitTest
from assist_api.knowledge_tests.job import FullRunJob
from assist_api.search.service import TypedSearch
from assist_api.settings import AssistSettings
from assist_api.suggestions.service import SuggestionService
from assist_api.taxonomy.service import TaxonomyDesk
from assist_api.words.recogniser_words import Vocabulary
from assist_api.words.service import WordEditor
from kb.classify.registry import ModelRegistry
from kb.classify.service import CategoryService, ModelPolicy
from kb.gold.comparison import DropPolicy
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
from kit.bus import LocalBus
from kit.clock import Clock, SystemClock
from kit.db import Database
from speech.engine import SpeechEngine
from speech.registry import make_server_recognizer
from speech.settings import SpeechSettings


@dataclass(frozen=True, slots=True)
class Knowledge:
    """The parts that search and classify; a command that only searches needs nothing else."""

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


@dataclass(frozen=True, slots=True)
class Services:
    """Everything that lives as long as the process; built by `build_services`, started by `lifespan`."""

    settings: AssistSettings
    clock: Clock
    database: Database
    sessions: SessionService
    knowledge: Knowledge
    speech: SpeechEngine
    vocabulary: Vocabulary
    hub: CallHub
    calls: CallService
    typed_search: TypedSearch
    editor: KnowledgeEditor
    word_editor: WordEditor
    gate: PublicationGate
    full_run: FullRunJob
    hit_test: HitTest
    imports: DocumentImports
    health: HealthService
    category_models: CategoryModelDesk
    taxonomy: TaxonomyDesk

    async def aclose(self) -> None:
        """Close what was built, users before what they use; safe to call twice, and goes on after a failure."""
        async with AsyncExitStack() as stack:
            stack.push_async_callback(self.database.aclose)
            stack.callback(self.sessions.close)
            stack.push_async_callback(self.knowledge.aclose)
            stack.push_async_callback(self.editor.aclose)
            stack.push_async_callback(self.full_run.aclose)
            stack.push_async_callback(self.imports.aclose)
            stack.push_async_callback(self.category_models.aclose)
            stack.push_async_callback(self.speech.aclose)
            stack.push_async_callback(self.calls.aclose)


def build_knowledge(settings: AssistSettings, kb_settings: KBSettings, database: Database, clock: Clock) -> Knowledge:
    """Build the search over the knowledge of a database, without opening it."""
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
    )
    return Knowledge(
        embedder=embedder,
        index=index,
        search=search,
        rankings=rankings,
        indexer=Indexer(source, index, embedder, clock, kb_settings),
        categories=CategoryService(
            source,
            ModelRegistry(database, clock),
            settings.data_dir / "categories",
            clock,
            embedder,
            choices=ChosenExamples(database),
            policy=category_policy(kb_settings),
        ),
        words=words,
        reranker=reranker,
        tester=GoldTester(database, search, kb_settings),
    )


def category_policy(settings: KBSettings) -> ModelPolicy:
    """Return when category models are learned and which go live."""
    return ModelPolicy(
        tolerance=settings.category_tolerance,
        choices=settings.category_choices,
        choices_after=settings.category_choices_after,
        kept_files=settings.category_models_kept,
    )


def build_services(
    settings: AssistSettings,
    clock: Clock | None = None,
    *,
    kb_settings: KBSettings | None = None,
    speech_settings: SpeechSettings | None = None,
) -> Services:
    """Build every part without starting any: no file, socket or model is touched.

    Raises:
        MisconfiguredError: A `KB_` or `SPEECH_` variable cannot be used.
    """
    clock = clock or SystemClock()
    kb_settings = kb_settings or KBSettings.load()
    database = Database(settings.effective_database_url)
    knowledge = build_knowledge(settings, kb_settings, database, clock)
    speech = SpeechEngine(speech_settings or SpeechSettings.load(), clock, recognizer_factory=make_server_recognizer)
    hub = CallHub(LocalBus[CallEvent]())
    gate = PublicationGate(database, clock, knowledge.tester, DropPolicy(kb_settings.test_drop_policy))
    return Services(
        settings=settings,
        clock=clock,
        database=database,
        sessions=SessionService(database, clock, idle=settings.session_idle, lifetime=settings.session_lifetime),
        knowledge=knowledge,
        speech=speech,
        vocabulary=Vocabulary(DatabaseDocumentSource(database), speech, clock, knowledge.words),
        hub=hub,
        calls=CallService(
            database=database,
            engine=speech,
            suggestions=SuggestionService(knowledge.search, database, clock),
            categories=CallCategories(knowledge.categories),
            hub=hub,
            clock=clock,
            data_dir=settings.data_dir,
            max_concurrent=settings.max_concurrent_calls,
            demo_calls=load_demo_calls(),
        ),
        typed_search=TypedSearch(knowledge.search, database, clock),
        editor=KnowledgeEditor(database, clock, knowledge.indexer, gate.admit),
        word_editor=WordEditor(database, clock, knowledge.words),
        gate=gate,
        full_run=FullRunJob(
            database,
            clock,
            knowledge.tester,
            timedelta(hours=kb_settings.test_every_hours),
            lambda: knowledge.search.is_complete,
        ),
        hit_test=HitTest(knowledge.search, knowledge.tester, database, kb_settings.answer_threshold),
        imports=DocumentImports(
            database,
            clock,
            knowledge.indexer,
            gate.admit_batch,
            data_dir=settings.data_dir,
            max_file_bytes=settings.import_max_bytes,
            settings=kb_settings,
        ),
        health=HealthService(make_probes(settings, database, knowledge.index, knowledge.categories, speech)),
        category_models=CategoryModelDesk(ModelRegistry(database, clock), knowledge.categories),
        taxonomy=TaxonomyDesk(database, clock),
    )
