"""Composition root: builds every part once, for the server and for the command line."""

from __future__ import annotations

from dataclasses import dataclass

from assist_api.accounts.sessions import SessionService
from assist_api.health.service import HealthService
from assist_api.knowledge.service import KnowledgeEditor
from assist_api.search.service import TypedSearch
from assist_api.settings import AssistSettings
from kb.search.hits import SearchResult, SearchState
from kb.search.query import SearchQuery
from kit.clock import Clock, SystemClock
from kit.db import Database


class _NoSearch:
    async def search(self, _query: SearchQuery) -> SearchResult:
        return SearchResult((), SearchState.UNAVAILABLE, has_answer=False, took_ms=0.0)

    async def catch_up(self) -> int:
        return 0


@dataclass(frozen=True, slots=True)
class Services:
    """Everything that lives as long as the process; built by `build_services`, closed by `aclose`."""

    settings: AssistSettings
    clock: Clock
    database: Database
    sessions: SessionService
    typed_search: TypedSearch
    editor: KnowledgeEditor
    health: HealthService

    async def aclose(self) -> None:
        """Close what was built, in reverse order; safe to call twice."""
        self.sessions.close()
        await self.database.aclose()


def build_services(settings: AssistSettings, clock: Clock | None = None) -> Services:
    """Build every part without starting any: no file, socket or model is touched."""
    clock = clock or SystemClock()
    database = Database(settings.effective_database_url)
    return Services(
        settings=settings,
        clock=clock,
        database=database,
        sessions=SessionService(database, clock, idle=settings.session_idle, lifetime=settings.session_lifetime),
        typed_search=TypedSearch(_NoSearch(), database, clock),
        editor=KnowledgeEditor(database, clock, _NoSearch()),
        health=HealthService({}),
    )
