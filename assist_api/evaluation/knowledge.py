"""All gold questions of an installation's own knowledge, against its own index, with or without a running server."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from assist_api.migrations import runner
from assist_api.search.parts import parts_of_search
from assist_api.settings import AssistSettings
from kb.gold.comparison import EVERY_SCOPE, Figures, Place, figures_by_scope
from kb.gold.results import FullTest
from kb.gold.runs import GoldRunService
from kb.settings import KBSettings
from kit.clock import SystemClock
from kit.db import Database

AUTHOR = "tingzhi evaluate"


@dataclass(frozen=True, slots=True)
class MissedQuestion:
    """A question that an agent would get no card for.

    Attributes:
        text: The question.
        entry: Title of the entry that should answer.
        rank: Where it stands; None when not among the first ten.
        has_answer: Whether search trusts what it shows instead.
        best: Title of what stands first; None when nothing was found.
    """

    text: str
    entry: str
    rank: int | None
    has_answer: bool
    best: str | None


@dataclass(frozen=True, slots=True)
class KnowledgeReport:
    """How the gold questions fare.

    Attributes:
        state: Whether vectors took part.
        figures: Means over all and by sector.
        missed: Questions whose entry is not among the cards.
        seconds: Wall time of the searches.
        is_recorded: Whether the run is in the history.
    """

    state: str
    figures: Mapping[str, Figures]
    missed: tuple[MissedQuestion, ...]
    seconds: float
    is_recorded: bool


async def evaluate_knowledge(
    settings: AssistSettings, kb_settings: KBSettings, say: Callable[[str], None], *, is_recorded: bool
) -> KnowledgeReport:
    """Run every gold question.

    Args:
        settings: Where database and index are.
        kb_settings: How search works.
        say: Told what is going on.
        is_recorded: Keep the run in the history.

    Raises:
        MisconfiguredError: The embedding model is missing.
        GoldTestUnavailableError: A search failed.
    """
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    clock = SystemClock()
    database = Database(settings.effective_database_url)
    knowledge = parts_of_search(settings, kb_settings, database, clock)
    try:
        await runner.upgrade(database)
        await knowledge.indexer.catch_up()
        say("embedding what has no vector yet")
        await knowledge.indexer.fill_vectors()
        await knowledge.search.warm_up()
        say("running the gold questions")
        started = clock.monotonic()
        test = await knowledge.tester.test_all()
        seconds = clock.monotonic() - started
        if is_recorded:
            async with database.session() as session:
                await GoldRunService(session, clock).record_full(test, AUTHOR)
        return _report(test, seconds, is_recorded=is_recorded)
    finally:
        await knowledge.aclose()
        await database.aclose()


def _report(test: FullTest, seconds: float, *, is_recorded: bool) -> KnowledgeReport:
    placed = [(item, test.placements[item.question.id]) for item in test.asked]
    missed = []
    for item, place in placed:
        if place.place is Place.NO_CARD:
            best = place.at(1)
            title = None if best is None else best.title
            missed.append(MissedQuestion(item.question.text, item.revision.title, place.rank, place.has_answer, title))
    figures = figures_by_scope((item.revision.sector, place) for item, place in placed)
    return KnowledgeReport(test.state.value, figures, tuple(missed), seconds, is_recorded)


def scopes_in_order(report: KnowledgeReport) -> list[str]:
    """Return the sectors by name, all of them last."""
    return [*sorted(scope for scope in report.figures if scope != EVERY_SCOPE), EVERY_SCOPE]
