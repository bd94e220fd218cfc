"""The Elasticsearch store: one generation's index, or the alias of the current one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain
from typing import Any, Self

from elasticsearch import NotFoundError
from haystack import Document
from haystack.document_stores.errors import DuplicateDocumentError
from haystack.document_stores.types import DuplicatePolicy
from haystack.utils.filters import document_matches_filter

from kb.search.documents import SearchDocument
from kb.search.haystack_documents import from_haystack, to_haystack
from kb.search.passages import passages_of
from kb.search.question.analysis.terms import Channel
from kb.search.stores.base import (
    Candidate,
    CollectionStatistics,
    Passage,
    SearchFilter,
    StoreCapabilities,
    Vector,
    VectorScore,
    WeightedTerm,
)
from kb.search.stores.elasticsearch import queries
from kb.search.stores.elasticsearch.bulk import write_all
from kb.search.stores.elasticsearch.collection import Collection
from kb.search.stores.elasticsearch.connection import Connection
from kb.search.stores.elasticsearch.mapping import SCHEMA_VERSION
from kb.search.stores.elasticsearch.passages import Passages
from kb.search.stores.elasticsearch.queries import of_type
from kb.search.stores.elasticsearch.records import (
    FACTS_ID,
    Write,
    document_of,
    document_write,
    passage_writes,
    record_id,
)
from kb.search.stores.elasticsearch.writer import WriterLease
from kb.settings import KBSettings
from kit.errors import ConflictError

_PAGE = 1_000
_NOT_FOUND = 404


class ElasticsearchStore:
    """Documents, terms and vectors in one index."""

    def __init__(
        self,
        connection: Connection,
        index: str,
        *,
        embedder_name: str = "",
        lease: WriterLease | None = None,
        is_loading: bool = False,
        donor: ElasticsearchStore | None = None,
        is_alias: bool = False,
    ) -> None:
        """Use an index that is there.

        Args:
            connection: Closed by `close` of the store that was made by `from_dict`, else by its owner.
            index: Name of the index or of an alias of one index.
            embedder_name: Whose vectors these are; another embedder's are not looked at.
            lease: Must be held to write; None where nobody else could write.
            is_loading: Nobody searches it yet, and it is given every document once: nothing is looked up or shown.
            donor: The store that this one is to replace; known vectors are taken from there.
            is_alias: `index` is an alias: without it a write fails instead of making an index of that name.
        """
        self._connection = connection
        self._index = index
        self._embedder_name = embedder_name
        self._lease = lease
        self._is_loading = is_loading
        self._donor = donor
        self._is_alias = is_alias
        self._has_foreign_vectors = False
        self._collection = Collection(connection, index)
        self._passages = Passages(connection, index)
        self._is_unseen = False
        self._owns_connection = False

    # Haystack's protocol -----------------------------------------------------------------------------------------

    def count_documents(self) -> int:
        """Return the number of documents."""
        self._show()
        counted = self._connection.ask(lambda client: client.count(index=self._index, query=of_type("document")))
        return int(counted["count"])

    def filter_documents(self, filters: dict[str, Any] | None = None) -> list[Document]:
        """Return the documents that match Haystack filters; reads every document."""
        self._show()
        found = (to_haystack(document) for document in self._all_documents())
        return [document for document in found if not filters or document_matches_filter(filters, document)]

    def _all_documents(self) -> Iterator[SearchDocument]:
        after: dict[str, Any] = {}
        while True:
            answer = self._connection.write(
                lambda client, after=after: client.search(  # type: ignore[misc]
                    index=self._index,
                    query=of_type("document"),
                    sort=[{"document_id": "asc"}],
                    size=_PAGE,
                    source=["data"],
                    **after,
                )
            )
            hits = answer["hits"]["hits"]
            yield from (document_of(hit["_source"]) for hit in hits)
            if len(hits) < _PAGE:
                return
            after = {"search_after": hits[-1]["sort"]}

    def write_documents(self, documents: list[Document], policy: DuplicatePolicy = DuplicatePolicy.NONE) -> int:
        """Write Haystack documents."""
        needs_look = policy in (DuplicatePolicy.FAIL, DuplicatePolicy.SKIP)
        present = set(self.load([document.id for document in documents])) if needs_look else set()
        if present and policy is DuplicatePolicy.FAIL:
            raise DuplicateDocumentError(f"{len(present)} documents are already in the store")
        written = [from_haystack(document) for document in documents if document.id not in present]
        self.apply(written, [])
        return len(written)

    def delete_documents(self, document_ids: list[str]) -> None:
        """Delete by id."""
        self.apply([], document_ids)

    def to_dict(self) -> dict[str, Any]:
        """Serialise how to open the store; address and credentials come from the settings there."""
        return {
            "type": f"{type(self).__module__}.{type(self).__name__}",
            "init_parameters": {
                "index": self._index,
                "embedder_name": self._embedder_name,
                "is_alias": self._is_alias,
            },
        }

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Self:
        """Open a store from `to_dict`, at the server that `KB_ELASTICSEARCH_…` names."""
        store = cls(Connection(KBSettings.load()), **data["init_parameters"])
        store._owns_connection = True
        return store

    # Writing -----------------------------------------------------------------------------------------------------

    @property
    def capabilities(self) -> StoreCapabilities:
        """Name and whether it can be written."""
        return StoreCapabilities("elasticsearch", self._lease is None or self._lease.is_held)

    @property
    def index(self) -> str:
        """Name of the index or alias."""
        return self._index

    def apply(
        self, upserts: Sequence[SearchDocument], removals: Sequence[str], change_number: int | None = None
    ) -> None:
        """Replace and remove documents, then remember the change they belong to.

        Elasticsearch has no transactions: the number is written once everything before it is. A kill in between leaves
        some of the changes and the old number; applying them again does no harm.
        """
        self._require_writer()
        documents = {document.document_id: document for document in upserts}
        hashes = [passage.text_hash for document in documents.values() for passage in passages_of(document)]
        known = self._known_vectors(hashes)
        added = list(chain.from_iterable(passage_writes(document, known) for document in documents.values()))
        gone = self._gone([*removals, *documents], {write.id for write in added})
        self._bulk(chain((Write(name) for name in gone), map(document_write, documents.values()), added))
        if change_number is not None:
            self.remember_change(change_number)
        self._is_unseen = True
        if not self._is_loading:
            self._show()

    def _known_vectors(self, text_hashes: Sequence[str]) -> Mapping[str, str]:
        source = self._donor if self._is_loading else self
        if source is None or source._has_foreign_vectors:
            return {}
        return source._passages.packed_vectors(text_hashes)

    def _gone(self, document_ids: Sequence[str], kept: set[str]) -> list[str]:
        """Return the ids of what must go when these documents are replaced or removed."""
        if self._is_loading or not document_ids:
            return []
        passages = [name for name in self._passages.ids_of(document_ids) if name not in kept]
        return [*map(record_id, document_ids), *passages]

    def remember_change(self, change_number: int) -> None:
        """Write the facts of this version with the number of the last change applied."""
        facts = {"schema_version": SCHEMA_VERSION, "embedder": self._embedder_name, "change_number": change_number}
        self._bulk([Write(FACTS_ID, {"type": "facts", "facts": facts})])

    def _bulk(self, writes: Iterable[Write]) -> None:
        def send(lines: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
            self._require_writer()
            return self._connection.write(
                lambda client: (
                    client.bulk(
                        index=self._index,
                        operations=lines,
                        require_alias=self._is_alias,
                        filter_path=["errors", "items.*.status", "items.*.error.reason"],
                    ).body
                )
            )

        write_all(send, writes)

    def _show(self) -> None:
        """Make what was written findable."""
        if self._is_unseen:
            self._connection.write(lambda client: client.indices.refresh(index=self._index))
            self._is_unseen = False
            self._collection.forget()

    def look_anew(self) -> bool:
        """Forget what is remembered, since the alias may point elsewhere; return whether this version made it.

        Another version's terms still find what they can until a rebuild; another embedder's vectors find nothing.
        """
        self._collection.forget()
        facts = self._facts()
        self._has_foreign_vectors = facts.get("embedder") != self._embedder_name
        return facts.get("schema_version") == SCHEMA_VERSION and not self._has_foreign_vectors

    @property
    def change_number(self) -> int:
        """The last change applied, 0 when none."""
        return int(self._facts().get("change_number", 0))

    def _facts(self) -> Mapping[str, Any]:
        def get(client: Any) -> Mapping[str, Any]:  # noqa: ANN401  # rejected: the client
            answer = client.options(ignore_status=_NOT_FOUND).get(index=self._index, id=FACTS_ID)
            if "found" not in answer:  # there is no index, as opposed to no facts
                raise NotFoundError("index_not_found", answer.meta, answer.body)
            found: Mapping[str, Any] = answer.get("_source", {}).get("facts", {})
            return found

        return self._connection.ask(get)

    def add_vectors(self, vectors: Mapping[str, Vector]) -> None:
        """Store unit vectors by text hash."""
        self._require_writer()
        self._show()
        self._bulk(self._passages.vector_writes(vectors))
        self._is_unseen = True
        self._collection.forget()

    def _require_writer(self) -> None:
        if self._lease is not None and not self._lease.keep():
            raise ConflictError(
                "Another process is writing this search index; stop it or let it do the indexing.",
                code="search_index_locked",
            )

    # Searching ---------------------------------------------------------------------------------------------------

    def find_lexical(self, terms: Sequence[WeightedTerm], wanted: SearchFilter, limit: int) -> list[Candidate]:
        """Return the documents with the best weighted BM25 over the terms."""
        if not terms or limit <= 0:
            return []
        answer = self._connection.ask(
            lambda client: client.search(
                index=self._index,
                **queries.lexical(terms, wanted),
                size=limit,
                source=False,
                stored_fields=queries.NO_STORED_FIELDS,
                docvalue_fields=[{"field": "document_id"}],
                track_total_hits=False,
                filter_path=["hits.hits._score", "hits.hits.fields"],
            )
        )
        hits = answer.get("hits", {}).get("hits", ())
        return [Candidate(hit["fields"]["document_id"][0], hit["_score"]) for hit in hits]

    def find_vectors(self, vector: Vector, wanted: SearchFilter, limit: int) -> list[Candidate]:
        """Return the documents with the passages nearest to a question's vector."""
        return self._passages.nearest(vector, wanted, limit) if self.vector_share() > 0 else []

    def vector_scores(self, vector: Vector, document_ids: Sequence[str]) -> dict[str, VectorScore]:
        """Return cosines of the documents' passages with a question's vector."""
        if self.vector_share() == 0:
            return {document_id: VectorScore(None, None) for document_id in document_ids}
        return self._passages.scores(vector, document_ids)

    def load(self, document_ids: Iterable[str]) -> dict[str, SearchDocument]:
        """Return the documents that still exist."""
        ids = [record_id(document_id) for document_id in document_ids]
        if not ids:
            return {}
        answer = self._connection.ask(
            lambda client: client.mget(
                index=self._index, ids=ids, source=["data"], filter_path=["docs._source", "docs.found"]
            )
        )
        found = [document_of(record["_source"]) for record in answer["docs"] if record.get("found")]
        return {document.document_id: document for document in found}

    def document_frequencies(self, terms: Sequence[tuple[Channel, str]]) -> Mapping[tuple[Channel, str], int]:
        """Return in how many documents each term occurs."""
        return self._collection.frequencies(terms)

    def statistics(self) -> CollectionStatistics:
        """Return counts and average lengths."""
        return self._collection.facts().statistics

    def passages_without_vector(self, limit: int) -> list[Passage]:
        """Return passages that wait for a vector."""
        self._show()
        return self._passages.waiting(limit)

    def vector_share(self) -> float:
        """Return the share of documents whose first passage has a vector."""
        return 0.0 if self._has_foreign_vectors else self._collection.facts().vector_share

    def close(self) -> None:
        """Close the connection if it is this store's own."""
        if self._owns_connection:
            self._connection.close()
