"""Search by a command itself, where no server runs; apart, because what searches takes seconds to load."""

from __future__ import annotations

from assist_api.migrations import runner
from assist_api.search.parts import parts_of_search
from assist_api.search.schemas import SearchAnswer, SearchRequest
from assist_api.search.service import TypedSearch
from assist_api.settings import AssistSettings
from kb.settings import KBSettings
from kit.clock import SystemClock
from kit.db import Database


async def search_alone(settings: AssistSettings, request: SearchRequest) -> SearchAnswer:
    """Answer a question from the database and the index of this installation."""
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    clock = SystemClock()
    database = Database(settings.effective_database_url)
    knowledge = parts_of_search(settings, KBSettings.load(), database, clock)
    try:
        await runner.upgrade(database)
        # Vectors take minutes and are left to the server: the state says when they are missing.
        await knowledge.indexer.catch_up()
        await knowledge.words.refresh()
        await knowledge.search.warm_up()
        return await TypedSearch(knowledge.search, database, clock).answer(request)
    finally:
        await knowledge.aclose()
        await database.aclose()
