"""Bodies of searches; pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from kb.search.stores.base import SearchFilter, Vector, WeightedTerm
from kb.search.stores.elasticsearch.records import EVERYWHERE

Query = dict[str, Any]

PASSAGES_PER_DOCUMENT = 4
"""How many passages are looked at for one document wanted; as the embedded store does."""
NO_STORED_FIELDS = "_none_"
"""Not even the id of a hit, which is unpacked from a block of others: what is wanted stands in columns."""
_MAX_CANDIDATES = 10_000
_BREADTH = 4
"""How many neighbours HNSW keeps in sight for one that is asked for; copies of a text take their place among them."""
_COMPARED_WHOLE = 2
"""How many neighbours are measured by whole vectors for one that is asked for."""


def of_type(name: str, *further: Query) -> Query:
    """Return a filter for one type of record."""
    return {"bool": {"filter": [{"term": {"type": name}}, *further]}}


def any_of(field: str, values: Sequence[str]) -> Query:
    """Return a filter for some values."""
    return {"terms": {field: list(values)}}


def filters(wanted: SearchFilter) -> list[Query]:
    """Return what a document or passage must fulfil."""
    return _usual(wanted) + _narrow(wanted)


def _narrow(wanted: SearchFilter) -> list[Query]:
    return [] if wanted.document_ids is None else [any_of("document_id", sorted(wanted.document_ids))]


def _usual(wanted: SearchFilter) -> list[Query]:
    day = wanted.on.toordinal()
    required: list[Query] = [
        any_of("kind", sorted(wanted.kinds)),
        {"term": {"audience": wanted.audience.value}},
        {"range": {"valid_from": {"lte": day}}},
        {"range": {"valid_until": {"gte": day}}},
    ]
    places = (("sector", wanted.sector), ("region", wanted.region))
    return required + [any_of(field, [value, EVERYWHERE]) for field, value in places if value is not None]


def lexical(terms: Sequence[WeightedTerm], wanted: SearchFilter) -> Query:
    """Return a search for the documents with the best weighted BM25 over the terms.

    What most documents fulfil is looked at last: inside the query it would have to be checked for each document with
    any of the terms, and would keep Lucene from passing over those that cannot be among the best (half the time at
    110,000 passages, the same hits).
    """
    should = [{"term": {term.channel.value: {"value": term.text, "boost": term.weight}}} for term in terms]
    return {
        "query": {"bool": {"should": should, "minimum_should_match": 1, "filter": _narrow(wanted)}},
        "post_filter": {"bool": {"filter": _usual(wanted)}},
    }


def nearest(vector: Vector, wanted: SearchFilter, limit: int) -> Query:
    """Return a search for the passages nearest to a vector."""
    count = min(_MAX_CANDIDATES, limit * PASSAGES_PER_DOCUMENT)
    candidates = min(_MAX_CANDIDATES, count * _BREADTH)
    return _knn(vector, filters(wanted), count, candidates, compared_whole=_COMPARED_WHOLE)


def passages_of_documents(vector: Vector, document_ids: Sequence[str]) -> Query:
    """Return a search for every passage of some documents: so few that Elasticsearch compares each."""
    required = [any_of("document_id", document_ids)]
    return _knn(vector, required, _MAX_CANDIDATES, _MAX_CANDIDATES, compared_whole=1)


def _knn(vector: Vector, required: list[Query], count: int, candidates: int, *, compared_whole: float) -> Query:
    """`compared_whole` times `count` are measured by the whole vectors; no effect where the index has no others."""
    return {
        "field": "vector",
        "query_vector": vector.tolist(),
        "k": count,
        "num_candidates": candidates,
        "filter": required,
        "rescore_vector": {"oversample": compared_whole},
    }


def cosine(score: float) -> float:
    """Return the cosine behind a score (Elasticsearch adds one and halves, for scores must not be negative)."""
    return 2 * score - 1
