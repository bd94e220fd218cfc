"""The steps of a search as Haystack components; each does its work in the executor it is given."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Executor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

import numpy as np
import structlog
from haystack import component

from kb.metrics import SEARCH_STAGE_FAILURES
from kb.search.embedders.base import Embedder
from kb.search.hits import Hit
from kb.search.index import SearchServerError
from kb.search.query import SearchQuery
from kb.search.question.analysis.articles import asks_for_article
from kb.search.question.analysis.lexicon import Lexicon
from kb.search.question.analysis.questions import AnalysedQuestion, analyse
from kb.search.question.analysis.terms import Channel
from kb.search.question.synonyms import SynonymMeasure, finding_terms, frequency_terms, shared_frequencies
from kb.search.ranking.asked_thing import without_other_things
from kb.search.ranking.explanations import Reasons
from kb.search.ranking.features import COLUMN, FeatureMaker
from kb.search.ranking.measured import MeasuredQuestion
from kb.search.ranking.model import Ranked, RankingModel
from kb.search.ranking.near_duplicates import folded
from kb.search.ranking.projections import ProjectedDocument, ProjectionCache
from kb.search.stores.base import Candidate, SearchFilter, SearchStore, Vector, VectorScore, WeightedTerm
from kit.errors import DependencyError

log = structlog.get_logger(__name__)
T = TypeVar("T")

RETRIEVAL_WEIGHTS = {Channel.WORDS: 0.5, Channel.CHARACTERS: 1.0, Channel.SOUNDS: 0.5, Channel.INITIALS: 2.0}
"""How channels add up when candidates are looked for; the order among them is the ranking's work."""

CONTEXT_VECTOR_WEIGHT = 0.25


class Shared:
    """A value that Haystack may hand on without copying it (it deep-copies every input otherwise)."""

    __slots__ = ()

    def __deepcopy__(self, memo: dict[int, Any]) -> Shared:
        """Return itself: it is never changed."""
        return self


@dataclass(frozen=True, slots=True)
class Asked(Shared):
    """The question on its way through the pipeline; `heard` is what it was before it was mended, if it was."""

    query: SearchQuery
    question: AnalysedQuestion
    wanted: SearchFilter
    heard: AnalysedQuestion | None = None


@dataclass(frozen=True, slots=True)
class Found(Shared):
    """Candidates of one retriever; `vector` is the question's, None when vectors took no part or failed to."""

    candidates: Sequence[Candidate]
    vector: Vector | None = None
    has_failed: bool = False


@dataclass(frozen=True, slots=True)
class RankedDocuments(Shared):
    """Candidates with features, scores and confidences; `order` lists them best first.

    `judgements` are a cross-encoder's probabilities of those it read, by place.
    """

    documents: Sequence[ProjectedDocument]
    ranked: Ranked
    order: Sequence[int]
    question_characters: int
    judgements: Mapping[int, float] = field(default_factory=dict)

    def measured(self) -> MeasuredQuestion:
        """Return what the ranking saw."""
        ids = tuple(projected.document.document_id for projected in self.documents)
        return MeasuredQuestion(ids, self.ranked.features, self.question_characters, self.ranked.has_vectors)


@dataclass(frozen=True, slots=True)
class Explained(Shared):
    """The hits, best first."""

    hits: tuple[Hit, ...]


async def _in(executor: Executor, work: Callable[..., T], *values: object) -> T:
    return await asyncio.get_running_loop().run_in_executor(executor, work, *values)


@component
class QuestionAnalyser:
    """Analyses the question into terms."""

    def __init__(self, lexicon: Callable[[], Lexicon], executor: Executor) -> None:
        self._executor = executor
        self._lexicon = lexicon

    @component.output_types(asked=Asked)
    def run(self, query: SearchQuery, wanted: SearchFilter) -> dict[str, Asked]:
        """Return the analysed question."""
        return {"asked": Asked(query, analyse(query, self._lexicon()), wanted)}

    @component.output_types(asked=Asked)
    async def run_async(self, query: SearchQuery, wanted: SearchFilter) -> dict[str, Asked]:
        """Return the analysed question."""
        return await _in(self._executor, self.run, query, wanted)


@component
class LexicalRetriever:
    """Finds documents that share words, characters, sounds or initials with the question."""

    def __init__(self, store: SearchStore, limit: int, executor: Executor) -> None:
        self._executor = executor
        self._store = store
        self._limit = limit

    @component.output_types(found=Found)
    def run(self, asked: Asked) -> dict[str, Found]:
        """Return candidates."""
        terms = retrieval_terms(asked.question)
        return {"found": Found(self._store.find_lexical(terms, asked.wanted, self._limit))}

    @component.output_types(found=Found)
    async def run_async(self, asked: Asked) -> dict[str, Found]:
        """Return candidates."""
        return await _in(self._executor, self.run, asked)


def retrieval_terms(question: AnalysedQuestion) -> list[WeightedTerm]:
    """Return what candidates are looked for by, synonyms too."""
    return [
        WeightedTerm(term.channel, term.text, RETRIEVAL_WEIGHTS[term.channel] * term.weight)
        for term in (*question.terms, *finding_terms(question))
    ]


@component
class VectorRetriever:
    """Finds documents by the vector of the question as it was heard, beside the lexical retriever."""

    def __init__(
        self, store: SearchStore, embedder: Callable[[], Embedder | None], limit: int, executor: Executor
    ) -> None:
        self._executor = executor
        self._store = store
        self._embedder = embedder
        self._limit = limit

    @component.output_types(found=Found)
    def run(self, asked: Asked) -> dict[str, Found]:
        """Return candidates and the question's vector; without an embedder, or when it fails, there are none."""
        embedder, question = self._embedder(), asked.question
        with _vectors_may_fail():
            if embedder is None or not question.embedding_text or self._store.vector_share() == 0:
                return {"found": Found(())}
            vector = question_vector(embedder, question)
            return {"found": Found(self._store.find_vectors(vector, asked.wanted, self._limit), vector)}
        return {"found": Found((), has_failed=True)}

    @component.output_types(found=Found)
    async def run_async(self, asked: Asked) -> dict[str, Found]:
        """Return candidates and the question's vector."""
        return await _in(self._executor, self.run, asked)


@component
class MendedRetriever:
    """Finds documents by the vector of a mended question; an unmended one was searched for already."""

    def __init__(
        self, store: SearchStore, embedder: Callable[[], Embedder | None], limit: int, executor: Executor
    ) -> None:
        self._executor = executor
        self._store = store
        self._embedder = embedder
        self._limit = limit

    @component.output_types(found=Found)
    def run(self, asked: Asked, heard: Found) -> dict[str, Found]:
        """Return candidates and the question's vector; `heard` are those of the question before it was mended."""
        embedder = self._embedder()
        if asked.heard is None or heard.vector is None or embedder is None:
            return {"found": heard}
        with _vectors_may_fail():
            # Mending may be wrong: half of the vector stays with what was heard.
            vector = _unit(heard.vector + embedder.embed_questions([asked.question.embedding_text])[0])
            return {"found": Found(self._store.find_vectors(vector, asked.wanted, self._limit), vector)}
        return {"found": replace(heard, has_failed=True)}

    @component.output_types(found=Found)
    async def run_async(self, asked: Asked, heard: Found) -> dict[str, Found]:
        """Return candidates and the question's vector."""
        if asked.heard is None:
            return {"found": heard}
        return await _in(self._executor, self.run, asked, heard)


@contextmanager
def _vectors_may_fail() -> Iterator[None]:
    """Note a failure and go on after the block; that of a server is raised, since the whole search goes elsewhere."""
    try:
        yield
    except SearchServerError:
        raise
    except DependencyError as error:
        SEARCH_STAGE_FAILURES.labels("vectors").inc()
        log.warning("vector_search_failed", reason=error.message)
    except Exception:  # rejected: whatever the embedder raises costs the vectors, never the search
        SEARCH_STAGE_FAILURES.labels("vectors").inc()
        log.exception("vector_search_failed")


def question_vector(embedder: Embedder, question: AnalysedQuestion) -> Vector:
    """Return the question's vector, drawn a little towards what was said before."""
    if not question.context_text:
        vector: Vector = embedder.embed_questions([question.embedding_text])[0]
        return vector
    alone, with_context = embedder.embed_questions(
        [question.embedding_text, f"{question.context_text} {question.text_in_context}"]
    )
    return _unit(alone + CONTEXT_VECTOR_WEIGHT * with_context)


def _unit(vector: Vector) -> Vector:
    unit: Vector = vector / np.linalg.norm(vector)
    return unit


@component
class Ranker:
    """Computes the same features for every candidate of either retriever and orders them by their scores."""

    def __init__(
        self, store: SearchStore, model: Callable[[], RankingModel], projections: ProjectionCache, executor: Executor
    ) -> None:
        self._executor = executor
        self._store = store
        self._model = model
        self._projections = projections

    @component.output_types(ranked=RankedDocuments)
    def run(self, asked: Asked, lexical: Found, vectors: Found) -> dict[str, RankedDocuments]:
        """Return the candidates in order."""
        ids = _candidate_ids(lexical, vectors)
        measured = self._load(asked, ids), self._frequencies(asked), self._vector_scores(vectors, ids)
        return self._rank(asked, vectors, *measured)

    @component.output_types(ranked=RankedDocuments)
    async def run_async(self, asked: Asked, lexical: Found, vectors: Found) -> dict[str, RankedDocuments]:
        """Return the candidates in order; the store is asked side by side, which a server is glad of."""
        ids = _candidate_ids(lexical, vectors)
        measured = await asyncio.gather(
            _in(self._executor, self._load, asked, ids),
            _in(self._executor, self._frequencies, asked),
            _in(self._executor, self._vector_scores, vectors, ids),
        )
        return await _in(self._executor, self._rank, asked, vectors, *measured)

    def _load(self, asked: Asked, ids: Sequence[str]) -> list[ProjectedDocument]:
        loaded = self._store.load(ids)
        # The index may have moved on between the steps: a document must still fulfil the filter.
        return [self._projections.project(loaded[i]) for i in ids if i in loaded and asked.wanted.admits(loaded[i])]

    def _frequencies(self, asked: Asked) -> Mapping[tuple[Channel, str], int]:
        terms = [(term.channel, term.text) for term in asked.question.terms]
        frequencies = self._store.document_frequencies([*terms, *frequency_terms(asked.question)])
        return shared_frequencies(asked.question, frequencies)

    def _vector_scores(self, vectors: Found, ids: Sequence[str]) -> Mapping[str, VectorScore]:
        return {} if vectors.vector is None else self._store.vector_scores(vectors.vector, ids)

    def _rank(
        self,
        asked: Asked,
        vectors: Found,
        documents: Sequence[ProjectedDocument],
        frequencies: Mapping[tuple[Channel, str], int],
        scores: Mapping[str, VectorScore],
    ) -> dict[str, RankedDocuments]:
        measure = SynonymMeasure(asked.question, FeatureMaker(asked.question, frequencies, self._store.statistics()))
        characters = len(asked.question.embedding_text)
        ranked = self._model().rank(measure.matrix(documents, scores), characters)
        # Whoever names an article wants that one, whatever else is alike.
        is_named = np.array([asks_for_article(asked.question.text, document.title) for document in documents])
        order = np.lexsort((-ranked.scores, ~is_named)).tolist() if documents else []
        heard = asked.heard or asked.question
        ranked = replace(ranked, confidences=without_other_things(heard, documents, order, ranked.confidences))
        return {"ranked": RankedDocuments(documents, ranked, order, characters)}


def _candidate_ids(lexical: Found, vectors: Found) -> list[str]:
    return list(dict.fromkeys(found.document_id for found in (*lexical.candidates, *vectors.candidates)))


@component
class Explainer:
    """Turns the best candidates into hits with reasons, and merges near-duplicates."""

    def __init__(self, executor: Executor, *, has_reasons: bool = True) -> None:
        self._executor = executor
        self._has_reasons = has_reasons

    @component.output_types(explained=Explained)
    def run(self, asked: Asked, ranked: RankedDocuments) -> dict[str, Explained]:
        """Return the hits, best first."""
        best_first = [ranked.documents[place] for place in ranked.order]
        shown = folded(best_first, max(0, asked.query.limit))
        reasons = Reasons(asked.question) if self._has_reasons else None
        hits = [
            replace(
                _hit(reasons, ranked, ranked.order[place]),
                folded=tuple(best_first[other].document.document_id for other in under),
            )
            for place, under in shown
        ]
        return {"explained": Explained(tuple(hits))}

    @component.output_types(explained=Explained)
    async def run_async(self, asked: Asked, ranked: RankedDocuments) -> dict[str, Explained]:
        """Return the hits, best first."""
        return await _in(self._executor, self.run, asked, ranked)


_SHOWN_PARTS = {
    "words": "words.coverage",
    "bigrams": "bigrams.coverage",
    "pinyin": "pinyin.coverage",
    "initials": "initials.coverage",
    "vector": "vector.best",
}


def _hit(reasons: Reasons | None, ranked: RankedDocuments, place: int) -> Hit:
    projected = ranked.documents[place]
    document, features = projected.document, ranked.ranked.features[place]
    parts = {name: round(float(np.clip(features[COLUMN[column]], 0, 1)), 4) for name, column in _SHOWN_PARTS.items()}
    if not ranked.ranked.has_vectors:
        del parts["vector"]
    if place in ranked.judgements:
        parts["reranker"] = round(ranked.judgements[place], 4)
    return Hit(
        kind=document.kind,
        document_id=document.document_id,
        revision_id=document.revision_id,
        revision_number=document.revision_number,
        title=document.title,
        score=float(ranked.ranked.scores[place]),
        confidence=float(ranked.ranked.confidences[place]),
        score_parts=parts,
        matches=() if reasons is None else reasons.of(projected),
        sector=document.sector,
        category_id=document.category_id,
    )
