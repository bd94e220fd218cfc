"""Bodies of searches; pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from kb.search.stores.base import SearchFilter, Vector, WeightedTerm
from kb.search.stores.elasticsearch.records import EVERYWHERE

Query = dict[str, Any]

PASSAGES_PER_DOCUMENT = 4
"""How many passages are looked at for one document wanted; as the embedded store does."""
_MAX_CANDIDATES = 10_000
_BREADTH = 2
"""How many neighbours HNSW keeps in sight for one that is asked for."""


def of_type(name: str, *further: Query) -> Query:
    """Return a filter for one type of record."""
    return {"bool": {"filter": [{"term": {"type": name}}, *further]}}


def any_of(field: str, values: Sequence[str]) -> Query:
    """Return a filter for some values."""
    return {"terms": {field: list(values)}}


def filters(wanted: SearchFilter) -> list[Query]:
    """Return what a document or passage must fulfil."""
    day = wanted.on.toordinal()
    required: list[Query] = [
        any_of("kind", sorted(wanted.kinds)),
        {"term": {"audience": wanted.audience.value}},
        {"range": {"valid_from": {"lte": day}}},
        {"range": {"valid_until": {"gte": day}}},
    ]
    if wanted.document_ids is not None:
        required.append(any_of("document_id", sorted(wanted.document_ids)))
    places = (("sector", wanted.sector), ("region", wanted.region))
    return required + [any_of(field, [value, EVERYWHERE]) for field, value in places if value is not None]


def lexical(terms: Sequence[WeightedTerm], wanted: SearchFilter) -> Query:
    """Return a query whose score is the weighted BM25 over the terms."""
    should = [{"term": {term.channel.value: {"value": term.text, "boost": term.weight}}} for term in terms]
    return {"bool": {"should": should, "minimum_should_match": 1, "filter": filters(wanted)}}


def nearest(vector: Vector, wanted: SearchFilter, limit: int) -> Query:
    """Return a search for the passages nearest to a vector."""
    count = min(_MAX_CANDIDATES, limit * PASSAGES_PER_DOCUMENT)
    return _knn(vector, filters(wanted), count, min(_MAX_CANDIDATES, count * _BREADTH))


def passages_of_documents(vector: Vector, document_ids: Sequence[str]) -> Query:
    """Return a search for every passage of some documents: so few that Elasticsearch compares each."""
    return _knn(vector, [any_of("document_id", document_ids)], _MAX_CANDIDATES, _MAX_CANDIDATES)


def _knn(vector: Vector, required: list[Query], count: int, candidates: int) -> Query:
    return {
        "field": "vector",
        "query_vector": vector.tolist(),
        "k": count,
        "num_candidates": candidates,
        "filter": required,
    }


def cosine(score: float) -> float:
    """Return the cosine behind a score (Elasticsearch adds one and halves, for scores must not be negative)."""
    return 2 * score - 1
