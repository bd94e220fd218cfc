"""Converts search documents to Haystack documents and back."""

from __future__ import annotations

from datetime import date
from typing import Any

from haystack import Document

from kb.kinds import Audience, DocumentKind
from kb.search.documents import SearchDocument


def to_haystack(document: SearchDocument) -> Document:
    """Return a Haystack document with our own id; every field is in `meta`, days as ISO text."""
    content = "\n".join(text for text in (document.title, document.answer, document.script) if text)
    meta: dict[str, Any] = {
        "kind": document.kind.value,
        "revision_id": document.revision_id,
        "revision_number": document.revision_number,
        "title": document.title,
        "variants": list(document.variants),
        "answer": document.answer,
        "script": document.script,
        "sector": document.sector,
        "region": document.region,
        "valid_from": document.valid_from.isoformat() if document.valid_from else None,
        "valid_until": document.valid_until.isoformat() if document.valid_until else None,
        "audiences": sorted(audience.value for audience in document.audiences),
        "category_id": document.category_id,
    }
    return Document(id=document.document_id, content=content, meta=meta)


def from_haystack(document: Document) -> SearchDocument:
    """Return our document; a foreign one (no `answer` in its meta) becomes an entry with its content as answer."""
    meta = document.meta
    return SearchDocument(
        kind=DocumentKind(meta.get("kind", DocumentKind.ENTRY)),
        document_id=document.id,
        revision_id=meta.get("revision_id", document.id),
        revision_number=meta.get("revision_number", 1),
        title=meta.get("title", ""),
        variants=tuple(meta.get("variants", ())),
        answer=meta.get("answer", document.content or ""),
        script=meta.get("script", ""),
        sector=meta.get("sector"),
        region=meta.get("region"),
        valid_from=_day(meta.get("valid_from")),
        valid_until=_day(meta.get("valid_until")),
        audiences=frozenset(Audience(audience) for audience in meta.get("audiences", [Audience.AGENT])),
        category_id=meta.get("category_id"),
    )


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
