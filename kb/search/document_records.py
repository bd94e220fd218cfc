"""Turns documents into records of plain values for stores, and counts their terms. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from datetime import date
from typing import Any

from kb.kinds import Audience, DocumentKind
from kb.search.documents import SearchDocument

_NAMES = [field.name for field in fields(SearchDocument)]


def to_record(document: SearchDocument) -> dict[str, Any]:
    """Return the document as values that JSON has (days stay days; orjson writes them as ISO text)."""
    return {**{name: getattr(document, name) for name in _NAMES}, "audiences": sorted(document.audiences)}


def from_record(record: Mapping[str, Any]) -> SearchDocument:
    """Return the document of a record that went through JSON."""
    return SearchDocument(
        **{
            **record,
            "kind": DocumentKind(record["kind"]),
            "variants": tuple(record["variants"]),
            "audiences": frozenset(Audience(audience) for audience in record["audiences"]),
            "valid_from": _day(record["valid_from"]),
            "valid_until": _day(record["valid_until"]),
        }
    )


def question_text(document: SearchDocument) -> str:
    """Return what people ask, one line each: title and variants; also the problem of a case."""
    asked = [document.title, *document.variants]
    return "\n".join([*asked, document.script] if document.kind is DocumentKind.CASE else asked)


def answer_text(document: SearchDocument) -> str:
    """Return what they are told: answer and, for an entry, the script."""
    return document.answer if document.kind is DocumentKind.CASE else f"{document.answer}\n{document.script}".strip()


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
