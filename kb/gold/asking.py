"""Gold questions as search queries: asked as a call asks once it is clear which sector it is about; pure."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from kb.entries.models import Revision
from kb.gold.comparison import DEPTH
from kb.kinds import Audience, DocumentKind
from kb.search.documents import SearchDocument
from kb.search.query import SearchQuery


def query_of(text: str, revision: Revision) -> SearchQuery:
    """Return the query of a question, for those whom its entry is for (`SuggestionService` asks the same way)."""
    return SearchQuery(
        text=text,
        kinds=frozenset({DocumentKind.ENTRY}),
        sector=revision.sector,
        region=revision.region,
        audience=_audience(revision.audiences),
        limit=DEPTH,
    )


def query_for(query: SearchQuery, document: SearchDocument) -> SearchQuery:
    """Return the query for those whom another text of its entry is for."""
    return replace(query, sector=document.sector, region=document.region, audience=_audience(document.audiences))


def _audience(audiences: Collection[str]) -> Audience:
    return Audience.AGENT if Audience.AGENT in audiences else Audience(min(audiences))
