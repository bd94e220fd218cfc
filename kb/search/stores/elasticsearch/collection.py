"""Caches statistics of the whole collection: counts, mean lengths and document frequencies."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from kb.search.question.analysis.terms import Channel
from kb.search.stores.base import CollectionStatistics
from kb.search.stores.elasticsearch.connection import Connection
from kb.search.stores.elasticsearch.queries import of_type

REMEMBERED_SECONDS = 10.0
"""What another process changes is seen this much later; what this process changes, at once."""
_REMEMBERED_TERMS = 50_000

Term = tuple[Channel, str]


@dataclass(frozen=True, slots=True)
class CollectionFacts:
    """One look at the collection."""

    statistics: CollectionStatistics
    vector_share: float


class Collection:
    """Remembers what was asked; thread-safe. Two threads may ask the same thing twice, which does no harm."""

    def __init__(self, connection: Connection, index: str) -> None:
        self._connection = connection
        self._index = index
        self._lock = threading.Lock()
        self._facts: CollectionFacts | None = None
        self._frequencies: dict[Term, int] = {}
        self._asked_at = -REMEMBERED_SECONDS

    def forget(self) -> None:
        """Ask again next time, since something was written."""
        with self._lock:
            self._facts, self._frequencies = None, {}

    def facts(self) -> CollectionFacts:
        """Return counts and mean lengths."""
        with self._lock:
            self._expire()
            known = self._facts
        if known is None:
            known = self._ask_facts()
            with self._lock:
                self._facts = known
        return known

    def _expire(self) -> None:
        now = time.monotonic()
        if now - self._asked_at >= REMEMBERED_SECONDS:
            self._asked_at, self._facts, self._frequencies = now, None, {}

    def _ask_facts(self) -> CollectionFacts:
        answer = self._connection.ask(
            lambda client: client.search(index=self._index, size=0, track_total_hits=False, aggregations=_COUNTS)
        )
        counted = answer["aggregations"]
        documents = int(counted["documents"]["doc_count"])
        embedded = int(counted["embedded"]["doc_count"])
        statistics = CollectionStatistics(
            documents, _mean(counted["documents"]["asked"]["mean"]), _mean(counted["documents"]["told"]["mean"])
        )
        return CollectionFacts(statistics, min(1.0, embedded / documents) if documents else 1.0)

    def frequencies(self, terms: Sequence[Term]) -> Mapping[Term, int]:
        """Return in how many documents each term occurs; one request for those not known yet."""
        with self._lock:
            self._expire()
            found = {term: self._frequencies[term] for term in terms if term in self._frequencies}
        missing = [term for term in terms if term not in found]
        if missing:
            asked = self._ask_frequencies(missing)
            found |= asked
            with self._lock:
                if len(self._frequencies) > _REMEMBERED_TERMS:
                    self._frequencies = {}
                self._frequencies |= asked
        return {term: found[term] for term in terms}

    def _ask_frequencies(self, terms: Sequence[Term]) -> dict[Term, int]:
        fields: dict[str, list[str]] = {}
        for channel, text in terms:
            fields.setdefault(channel.value, []).append(text)
        made_up = {name: " ".join(texts) for name, texts in fields.items()}
        answer = self._connection.ask(
            lambda client: client.termvectors(
                index=self._index,
                doc=made_up,
                fields=list(made_up),
                term_statistics=True,
                field_statistics=False,
                positions=False,
                offsets=False,
                payloads=False,
            )
        )
        vectors: Mapping[str, Any] = answer.get("term_vectors", {})
        return {
            (channel, text): int(vectors.get(channel.value, {}).get("terms", {}).get(text, {}).get("doc_freq", 0))
            for channel, text in terms
        }


def _mean_of_present(field: str) -> dict[str, Any]:
    return {"filter": {"range": {field: {"gt": 0}}}, "aggs": {"mean": {"avg": {"field": field}}}}


_COUNTS: dict[str, Any] = {
    "documents": {
        "filter": {"term": {"type": "document"}},
        "aggs": {"asked": _mean_of_present("question_characters"), "told": _mean_of_present("answer_characters")},
    },
    # A document counts once: by its first passage.
    "embedded": {"filter": of_type("passage", {"term": {"is_first": True}}, {"term": {"is_waiting": False}})},
}


def _mean(answer: Mapping[str, Any]) -> float:
    value = answer["value"]
    return 1.0 if value is None else float(value)
