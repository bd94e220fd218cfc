"""Passages in the index: those that wait for a vector, those that have one, and nearest ones."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from kb.search.stores.base import Candidate, Passage, SearchFilter, Side, Vector, VectorScore
from kb.search.stores.elasticsearch import queries
from kb.search.stores.elasticsearch.connection import Connection
from kb.search.stores.elasticsearch.queries import any_of, of_type
from kb.search.stores.elasticsearch.records import Write, pack_vector, vector_fields

_PAGE = 5_000
_HASHES_PER_REQUEST = 500


class Passages:
    """Reads passages of one index; makes the writes that change them."""

    def __init__(self, connection: Connection, index: str) -> None:
        self._connection = connection
        self._index = index

    # Waiting and filling -------------------------------------------------------------------------------------------

    def waiting(self, limit: int) -> list[Passage]:
        """Return passages that wait for a vector, each text once."""
        answer = self._search(
            query=of_type("passage", {"term": {"is_waiting": True}}),
            collapse={"field": "text_hash"},
            size=limit,
            source=["text_hash", "side", "text"],
        )
        sources = [hit["_source"] for hit in answer["hits"]["hits"]]
        return [Passage(s["text_hash"], Side(s["side"]), s["text"]) for s in sources]

    def vector_writes(self, vectors: Mapping[str, Vector]) -> Iterator[Write]:
        """Yield what gives the waiting passages of these texts their vector, unless they change meanwhile."""
        hashes = list(vectors)
        for start in range(0, len(hashes), _HASHES_PER_REQUEST):
            chosen = hashes[start : start + _HASHES_PER_REQUEST]
            packed = {text_hash: pack_vector(vectors[text_hash]) for text_hash in chosen}
            wanted = of_type("passage", {"term": {"is_waiting": True}}, any_of("text_hash", chosen))
            for hit in self._pages(wanted, source=True):
                kept = {name: value for name, value in hit["_source"].items() if name not in ("text", "is_waiting")}
                yield Write(
                    hit["_id"],
                    {**kept, **vector_fields(hit["_id"], packed[kept["text_hash"]])},
                    seen=(hit["_seq_no"], hit["_primary_term"]),
                )

    def packed_vectors(self, text_hashes: Sequence[str]) -> dict[str, str]:
        """Return the packed vectors of those texts that have one here."""
        found: dict[str, str] = {}
        hashes = list(dict.fromkeys(text_hashes))
        for start in range(0, len(hashes), _HASHES_PER_REQUEST):
            chosen = hashes[start : start + _HASHES_PER_REQUEST]
            answer = self._search(
                query=of_type("passage", {"term": {"is_waiting": False}}, any_of("text_hash", chosen)),
                collapse={"field": "text_hash"},
                size=len(chosen),
                source=["text_hash", "packed"],
            )
            found |= {hit["_source"]["text_hash"]: hit["_source"]["packed"] for hit in answer["hits"]["hits"]}
        return found

    def ids_of(self, document_ids: Sequence[str]) -> list[str]:
        """Return the ids of all passages of some documents."""
        wanted = of_type("passage", any_of("document_id", document_ids))
        return [hit["_id"] for hit in self._pages(wanted, source=False)]

    def _pages(self, query: queries.Query, *, source: bool) -> Iterator[Mapping[str, Any]]:
        after: list[Any] | None = None
        while True:
            answer = self._search(
                query=query,
                size=_PAGE,
                sort=[{"document_id": "asc"}, {"text_hash": "asc"}],
                search_after=after,
                seq_no_primary_term=True,
                source=source,
            )
            hits = answer["hits"]["hits"]
            yield from hits
            if len(hits) < _PAGE:
                return
            after = hits[-1]["sort"]

    def _search(self, **request: Any) -> dict[str, Any]:  # noqa: ANN401  # rejected: a request body
        body = {name: value for name, value in request.items() if value is not None}
        return self._connection.write(
            lambda client: client.search(index=self._index, track_total_hits=False, **body).body
        )

    # Searching -----------------------------------------------------------------------------------------------------

    def nearest(self, vector: Vector, wanted: SearchFilter, limit: int) -> list[Candidate]:
        """Return the documents of the nearest passages, best first."""
        best: dict[str, float] = {}
        for document_id, _, score in self._compare(queries.nearest(vector, wanted, limit)):
            best.setdefault(document_id, score)
        return [Candidate(document_id, score) for document_id, score in best.items()][:limit]

    def scores(self, vector: Vector, document_ids: Sequence[str]) -> dict[str, VectorScore]:
        """Return the best cosine of each side of the documents."""
        best: dict[tuple[str, str], float] = {}
        if document_ids:
            for document_id, side, score in self._compare(queries.passages_of_documents(vector, document_ids)):
                best.setdefault((document_id, side), score)
        return {
            document_id: VectorScore(
                best.get((document_id, Side.QUESTION.value)), best.get((document_id, Side.ANSWER.value))
            )
            for document_id in document_ids
        }

    def _compare(self, knn: queries.Query) -> Iterator[tuple[str, str, float]]:
        """Yield document, side and cosine, nearest first."""
        answer = self._connection.ask(
            lambda client: client.search(
                index=self._index,
                knn=knn,
                size=knn["k"],
                source=False,
                stored_fields=queries.NO_STORED_FIELDS,
                docvalue_fields=[{"field": "document_id"}, {"field": "side"}],
                track_total_hits=False,
                filter_path=["hits.hits._score", "hits.hits.fields"],
            )
        )
        for hit in answer.get("hits", {}).get("hits", ()):
            fields = hit["fields"]
            yield fields["document_id"][0], fields["side"][0], queries.cosine(hit["_score"])
