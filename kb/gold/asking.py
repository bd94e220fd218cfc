"""Gold questions as search queries: asked as a call asks, within a sector or before it is known; pure."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from kb.gold.comparison import DEPTH
from kb.gold.repository import AskedQuestion
from kb.kinds import Audience, DocumentKind
from kb.search.documents import SearchDocument
from kb.search.query import SearchQuery


def query_of(asked: AskedQuestion) -> SearchQuery:
    """Return the query of a question, for those whom its entry is for (`SuggestionService` asks the same way)."""
    revision = asked.revision
    return SearchQuery(
        text=asked.question.text,
        kinds=frozenset({DocumentKind.ENTRY}),
        sector=revision.sector if asked.is_sector_known else None,
        region=revision.region,
        audience=_audience(revision.audiences),
        limit=DEPTH,
    )


def query_for(query: SearchQuery, document: SearchDocument) -> SearchQuery:
    """Return the query for those whom another text of its entry is for."""
    return replace(query, sector=document.sector, region=document.region, audience=_audience(document.audiences))


def _audience(audiences: Collection[str]) -> Audience:
    return Audience.AGENT if Audience.AGENT in audiences else Audience(min(audiences))
