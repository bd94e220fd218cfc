"""Builds the Haystack pipelines of searches."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Executor

from haystack import Pipeline

from kb.search.components import (
    Explainer,
    LexicalRetriever,
    MendedRetriever,
    QuestionAnalyser,
    Ranker,
    VectorRetriever,
)
from kb.search.embedders.base import Embedder
from kb.search.question.analysis.lexicon import NO_WORDS, Lexicon
from kb.search.question.mender import QuestionMender
from kb.search.ranking.model import RankingModel
from kb.search.ranking.projections import ProjectionCache
from kb.search.rerankers.stage import RerankingStage
from kb.search.stores.base import SearchStore


def search_pipeline(
    store: SearchStore,
    *,
    embedder: Callable[[], Embedder | None],
    model: Callable[[], RankingModel],
    projections: ProjectionCache,
    candidates: int,
    executor: Executor,
    lexicon: Callable[[], Lexicon] = lambda: NO_WORDS,
    reranking: RerankingStage | None = None,
    has_reasons: bool = True,
) -> Pipeline:
    """Return the search: analyse, retrieve by terms and by vectors, mend, rank, re-rank where wanted, explain.

    Either retrieves for the question as it was heard, side by side; vectors do once more where it was mended.

    Explanations speak of the question as it was asked; vectors and ranking see it mended.

    Embedder, model and lexicon are asked for at every search, since they may arrive or be replaced while it serves.
    """
    pipeline = Pipeline()
    pipeline.add_component("analyser", QuestionAnalyser(lexicon, executor))
    pipeline.add_component("lexical", LexicalRetriever(store, candidates, executor))
    pipeline.add_component("mender", QuestionMender(store, projections, lexicon, executor))
    pipeline.add_component("vectors", VectorRetriever(store, embedder, candidates, executor))
    pipeline.add_component("mended", MendedRetriever(store, embedder, candidates, executor))
    pipeline.add_component("ranker", Ranker(store, model, projections, executor))
    pipeline.add_component("explainer", Explainer(executor, has_reasons=has_reasons))
    for receiver in ("lexical", "vectors", "mender", "explainer"):
        pipeline.connect("analyser.asked", f"{receiver}.asked")
    pipeline.connect("lexical.found", "mender.lexical")
    pipeline.connect("vectors.found", "mended.heard")
    for receiver in ("mended", "ranker"):
        pipeline.connect("mender.asked", f"{receiver}.asked")
    pipeline.connect("lexical.found", "ranker.lexical")
    pipeline.connect("mended.found", "ranker.vectors")
    if reranking is None:
        pipeline.connect("ranker.ranked", "explainer.ranked")
    else:
        pipeline.add_component("reranker", reranking)
        pipeline.connect("mender.asked", "reranker.asked")
        pipeline.connect("ranker.ranked", "reranker.ranked")
        pipeline.connect("reranker.ranked", "explainer.ranked")
    return pipeline
