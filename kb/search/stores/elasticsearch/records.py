"""Converts search documents to documents of the index and back. Pure."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np

from kb.search.document_records import answer_text, from_record, question_text, to_record
from kb.search.documents import SearchDocument
from kb.search.passages import passages_of
from kb.search.question.analysis.document_terms import document_terms
from kb.search.question.analysis.folding import fold
from kb.search.stores.base import Passage, Vector

EVERYWHERE = "*"
FACTS_ID = "facts"
APART = 0.001
"""How far the copies of one vector are moved apart: a hundred documents with the same sentence would be a hundred equal
vectors, and Lucene links such to each other alone, out of reach from all others: .42 of the nearest
texts are found then, .87 so (docs/benchmarks/2026-11-29.md). Cosines change by less than half floats do."""
_LAST_DAY = date.max.toordinal()


@dataclass(frozen=True, slots=True)
class Write:
    """One line of a bulk request.

    Attributes:
        id: Of the index's document.
        body: None deletes it.
        seen: `_seq_no` and `_primary_term` that it must still have; None writes whatever is there.
    """

    id: str
    body: Mapping[str, Any] | None = None
    seen: tuple[int, int] | None = None


def record_id(document_id: str) -> str:
    """Return the id under which a document is kept."""
    return f"d:{document_id}"


def passage_id(document_id: str, text_hash: str) -> str:
    """Return the id under which a document's passage is kept."""
    return f"p:{document_id}:{text_hash}"


def document_write(document: SearchDocument) -> Write:
    """Return the document with its terms."""
    body = {
        "type": "document",
        "document_id": document.document_id,
        **_filter_fields(document),
        "question_characters": len(fold(question_text(document)).text),
        "answer_characters": len(fold(answer_text(document)).text),
        **{channel.value: " ".join(terms) for channel, terms in document_terms(document).items()},
        "data": to_record(document),
    }
    return Write(record_id(document.document_id), body)


def passage_writes(document: SearchDocument, packed: Mapping[str, str]) -> Iterator[Write]:
    """Yield the document's passages, those in `packed` with their vector."""
    for number, passage in enumerate(passages_of(document)):
        body = {
            "type": "passage",
            "document_id": document.document_id,
            **_filter_fields(document),
            "text_hash": passage.text_hash,
            "side": passage.side.value,
            "is_first": number == 0,
        }
        name = passage_id(document.document_id, passage.text_hash)
        yield Write(
            name,
            {**body, **vector_fields(name, packed[passage.text_hash])}
            if passage.text_hash in packed
            else {**body, **_waiting_fields(passage)},
        )


def _waiting_fields(passage: Passage) -> dict[str, Any]:
    return {"is_waiting": True, "text": passage.text}


def vector_fields(name: str, packed: str) -> dict[str, Any]:
    """Return what a passage has in place of its text once it has a vector; `name` is the id of its record."""
    return {"is_waiting": False, "packed": packed, "vector": _apart(name, unpack_vector(packed)).tolist()}


def _apart(name: str, vector: Vector) -> Vector:
    seed = int.from_bytes(hashlib.blake2b(name.encode(), digest_size=8).digest(), "little")
    direction = np.random.default_rng(seed).standard_normal(len(vector), np.float32)
    moved: Vector = vector + direction * (APART / np.linalg.norm(direction))
    return moved


def pack_vector(vector: Vector) -> str:
    """Return a vector as half floats in Base64, a quarter of what its numbers take as text."""
    return base64.b64encode(vector.astype(np.float16).tobytes()).decode("ascii")


def unpack_vector(packed: str) -> Vector:
    """Return a vector from `pack_vector`."""
    return np.frombuffer(base64.b64decode(packed), np.float16).astype(np.float32)


def _filter_fields(document: SearchDocument) -> dict[str, Any]:
    return {
        "kind": document.kind.value,
        "sector": document.sector or EVERYWHERE,
        "region": document.region or EVERYWHERE,
        "audience": sorted(audience.value for audience in document.audiences),
        "valid_from": document.valid_from.toordinal() if document.valid_from else 0,
        "valid_until": document.valid_until.toordinal() if document.valid_until else _LAST_DAY,
    }


def document_of(source: Mapping[str, Any]) -> SearchDocument:
    """Return the document of a found record's `_source`."""
    return from_record(source["data"])
