"""Type of a search query; frozen, leaf type."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from kb.kinds import Audience, DocumentKind

MAX_QUERY_CHARACTERS = 2_000
"""Longer questions are cut: a caller's minute of speech is under 400 characters."""


MAX_DOCUMENT_IDS = 5_000
"""Every store takes so many in one query (Elasticsearch's own limit for a terms query is 65,536)."""


@dataclass(frozen=True, slots=True)
class SearchQuery:
    """One question.

    Attributes:
        text: What was said or typed; any length, empty gives no hits.
        context: Earlier words of the same speaker, oldest first; weighs less than `text`.
        kinds: Kinds of document wanted.
        sector: Only this sector (`power heating water gas tv`) and entries for all sectors; None for every one.
        region: Only entries valid in this region or everywhere; None for every one.
        on: The day whose validity counts; None for today.
        audience: Only entries this audience may see.
        limit: How many hits at most.
        is_typed: Typed by a person: pinyin initials, full pinyin and typing errors are understood.
        reading_of: The text that was asked first, where `text` is another reading of the same speech. With what was
            said before, its meaning serves both: they differ in a word, and a vector costs as much as all the rest.
        document_ids: Only these documents, where the database has filtered already; None for every one. At most
            `MAX_DOCUMENT_IDS`.
    """

    text: str
    context: tuple[str, ...] = ()
    kinds: frozenset[DocumentKind] = frozenset({DocumentKind.ENTRY})
    sector: str | None = None
    region: str | None = None
    on: date | None = None
    audience: Audience = Audience.AGENT
    limit: int = 10
    is_typed: bool = False
    reading_of: str | None = None
    document_ids: frozenset[str] | None = None
