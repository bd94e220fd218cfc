"""Mapping and settings of a generation's index. Pure."""

from __future__ import annotations

from typing import Any

from kb.search.question.analysis.terms import Channel
from kb.search.ranking.features import K1, B

SCHEMA_VERSION = 2
"""Part of a generation's facts; another version is made again from the database."""

_SIMILARITY = "terms"
_UNSOURCED = (*(channel.value for channel in Channel), "vector")
"""Not kept in `_source`: terms are made again from the document, a vector is kept packed (`packed`)."""

LOADING_SETTINGS: dict[str, Any] = {"refresh_interval": "-1", "auto_expand_replicas": False, "number_of_replicas": 0}
"""While a generation is filled nobody searches it, and copying every batch to other nodes would double the work."""

SERVING_SETTINGS: dict[str, Any] = {"refresh_interval": "1s", "auto_expand_replicas": "0-1"}
"""One copy on another node as soon as there is one."""


def index_settings() -> dict[str, Any]:
    """Return settings: one shard, so that document frequencies are those of the whole collection."""
    return {
        "number_of_shards": 1,
        **SERVING_SETTINGS,
        "similarity": {_SIMILARITY: {"type": "BM25", "k1": K1, "b": B}},
    }


def index_mappings(vector_index: str) -> dict[str, Any]:
    """Return mappings; the first vector that comes decides how many dimensions they have."""
    keyword, integer = {"type": "keyword"}, {"type": "integer"}
    terms = {
        "type": "text",
        "analyzer": "whitespace",
        "search_analyzer": "whitespace",
        "index_options": "freqs",
        "similarity": _SIMILARITY,
    }
    return {
        "dynamic": "strict",
        "_source": {"excludes": list(_UNSOURCED)},
        "properties": {
            "type": keyword,
            "document_id": keyword,
            **dict.fromkeys(("kind", "sector", "region", "audience"), keyword),
            **dict.fromkeys(("valid_from", "valid_until"), integer),
            **dict.fromkeys(("question_characters", "answer_characters"), integer),
            **{channel.value: terms for channel in Channel},
            "data": {"type": "object", "enabled": False},
            "text_hash": keyword,
            "side": keyword,
            "is_first": {"type": "boolean"},
            "is_waiting": {"type": "boolean"},
            "text": {"type": "keyword", "index": False, "doc_values": False},
            "packed": {"type": "binary"},
            "vector": {
                "type": "dense_vector",
                "index": True,
                "similarity": "cosine",
                "index_options": {"type": vector_index},
            },
            "facts": {"type": "object", "enabled": False},
        },
    }
