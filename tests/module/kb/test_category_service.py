from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

import kb.classify.models  # noqa: F401  # rejected: imported for its effect, it registers the tables on Base
from kb.classify.examples import Example, Origin
from kb.classify.registry import ModelRegistry
from kb.classify.service import CategoryService, ModelPolicy
from kb.classify.storage import model_path
from kb.entries.service import KnowledgeService
from kb.indexing.document_source import DatabaseDocumentSource
from kb.search.embedders.base import Vectors
from kit.db import Database
from kit.errors import ConflictError, NotFoundError
from tests.fakes.kb_core_clock import SteppingClock
from tests.fakes.kb_core_drafts import entry_draft
from tests.fakes.kb_search_documents import HashedEmbedder

pytestmark = pytest.mark.module


@pytest.fixture
def database_url(tmp_path: Path) -> str:
    # Nothing here depends on the kind of database.
    return f"sqlite+aiosqlite:///{tmp_path}/kb.sqlite"


@pytest.fixture
async def service(database: Database, clock: SteppingClock, tmp_path: Path) -> AsyncIterator[CategoryService]:
    service = make_service(database, clock, tmp_path)
    yield service
    await service.aclose()


def make_service(
    database: Database,
    clock: SteppingClock,
    folder: Path,
    given: list[Example] | None = None,
    **policy: Any,  # noqa: ANN401  # rejected: any field of the policy
) -> CategoryService:
    return CategoryService(
        DatabaseDocumentSource(database),
        ModelRegistry(database, clock),
        folder / "categories",
        clock,
        choices=None if given is None else GivenChoices(given),
        policy=ModelPolicy(**policy),
    )


class GivenChoices:
    """Choices as a list that a test may add to."""

    def __init__(self, given: list[Example]) -> None:
        self.given = given

    async def state(self) -> str:
        return str(len(self.given))

    async def examples(self) -> list[Example]:
        return list(self.given)


async def add_knowledge(database: Database, clock: SteppingClock, *, gas: bool = False) -> None:
    async with database.session() as session:
        knowledge = KnowledgeService(session, clock)
        if gas:
            draft = entry_draft(
                title="闻到煤气味", variants=["厨房有煤气味", "燃气漏了"], sector="gas", situation="gas.safety.leak"
            )
            await knowledge.create_entry(draft, "curator")
            return
        await knowledge.create_entry(entry_draft(), "curator")
        draft = entry_draft(
            title="电费太高",
            variants=["电费怎么这么多", "电费收错了"],
            situation="power.billing.dispute",
            business_type="enquiry",
            script="我帮您核对电费。",
        )
        await knowledge.create_entry(draft, "curator")


async def test_empty_knowledge_ranks_nothing_and_says_so(service: CategoryService) -> None:
    assert not await service.ensure_trained()
    result = await service.rank_call(["家里没电了"])

    assert (result.categories, result.has_abstained) == ((), True)


async def test_category_follows_the_knowledge(
    service: CategoryService, database: Database, clock: SteppingClock
) -> None:
    await add_knowledge(database, clock)
    assert await service.ensure_trained()
    before = await service.rank_call(["厨房有煤气味"])

    await add_knowledge(database, clock, gas=True)
    await service.ensure_trained()
    after = await service.rank_call(["厨房有煤气味"])

    assert "fault/gas.safety.leak" not in [category.category_id for category in before.categories]
    assert after.categories[0].category_id == "fault/gas.safety.leak"


async def test_restart_loads_what_was_learned(
    service: CategoryService, database: Database, clock: SteppingClock, tmp_path: Path
) -> None:
    await add_knowledge(database, clock)
    await service.ensure_trained()
    again = make_service(database, clock, tmp_path)

    assert await again.ensure_trained()
    assert (again.live_number, again.is_settled) == (1, True)
    assert len(await ModelRegistry(database, clock).list_models()) == 1
    restored, learned = await again.rank_call(["电费太多了"]), await service.rank_call(["电费太多了"])
    assert [item.category_id for item in restored.categories] == [item.category_id for item in learned.categories]
    await again.aclose()
    await again.aclose()


async def test_model_is_numbered_with_what_it_learned_from_and_its_scores(
    service: CategoryService, database: Database, clock: SteppingClock
) -> None:
    await add_knowledge(database, clock)
    await service.ensure_trained()
    (model,) = await ModelRegistry(database, clock).list_models()

    assert (model.number, model.state, model.reason) == (1, "live", "first")
    assert (model.counts["entry"], model.counts["categories"]) == (8, 2)
    assert 0 <= model.quality["accuracy"] <= 1
    assert len(model.quality["curve"]) == 10


async def test_damaged_model_is_learned_again(
    service: CategoryService, database: Database, clock: SteppingClock, tmp_path: Path
) -> None:
    await add_knowledge(database, clock)
    await service.ensure_trained()
    model_path(tmp_path / "categories", 1).write_bytes(b"damaged")
    again = make_service(database, clock, tmp_path)

    assert await again.ensure_trained()
    assert again.live_number == 2
    await again.aclose()


async def test_model_that_is_not_good_enough_is_kept_from_going_live(
    service: CategoryService, database: Database, clock: SteppingClock, tmp_path: Path
) -> None:
    await add_knowledge(database, clock)
    await service.ensure_trained()
    await add_knowledge(database, clock, gas=True)
    # A new model would have to be better by more than a hundred points.
    strict = make_service(database, clock, tmp_path, tolerance=-1.1)
    await strict.ensure_trained()
    newest, first = await ModelRegistry(database, clock).list_models()

    assert (newest.number, newest.state, newest.reason, first.state) == (2, "rejected", "knowledge", "live")
    assert newest.comparison["live_number"] == 1
    assert newest.comparison["count"] > 0
    assert strict.live_number == 1
    await strict.ensure_trained()
    assert len(await ModelRegistry(database, clock).list_models()) == 2
    await strict.aclose()


async def test_choices_teach_once_there_are_enough_of_them(
    database: Database, clock: SteppingClock, tmp_path: Path
) -> None:
    await add_knowledge(database, clock)
    choices: list[Example] = []
    service = make_service(
        database, clock, tmp_path, choices, choices=2, choices_after=timedelta(days=9), tolerance=1.0
    )
    await service.ensure_trained()
    choices.append(Example("小区门口的变压器冒火花", "report/power.facility.hazard", Origin.CHOICE))
    await service.ensure_trained()
    assert service.live_number == 1
    choices.append(Example("变压器在冒烟有火花", "report/power.facility.hazard", Origin.CHOICE))
    await service.ensure_trained()

    assert service.live_number == 2
    ranked = await service.rank_call(["变压器冒火花"])
    assert ranked.categories[0].category_id == "report/power.facility.hazard"
    await service.aclose()


async def test_roll_back_answers_at_once_here_and_in_another_process(
    service: CategoryService, database: Database, clock: SteppingClock, tmp_path: Path
) -> None:
    await add_knowledge(database, clock)
    await service.ensure_trained()
    await add_knowledge(database, clock, gas=True)
    await service.ensure_trained()
    other = make_service(database, clock, tmp_path)
    await other.ensure_trained()
    assert (service.live_number, other.live_number) == (2, 2)

    await service.roll_back(1, "李知识", "新模型把停气认成停电")
    await other.ensure_trained()

    assert (service.live_number, other.live_number) == (1, 1)
    ranked = await service.rank_call(["厨房有煤气味"])
    assert "fault/gas.safety.leak" not in [category.category_id for category in ranked.categories]
    events = await ModelRegistry(database, clock).list_events()
    assert (events[0].what, events[0].number, events[0].done_by) == ("rolled_back", 1, "李知识")
    with pytest.raises(ConflictError):
        await service.roll_back(1, "李知识")
    with pytest.raises(NotFoundError):
        await service.roll_back(99, "李知识")
    await other.aclose()


class NotingClock(SteppingClock):
    """Tells when someone begins to wait."""

    def __init__(self) -> None:
        super().__init__()
        self.has_slept = asyncio.Event()

    async def sleep(self, seconds: float) -> None:
        self.has_slept.set()
        await super().sleep(seconds)


async def test_follow_learns_in_the_background(database: Database, tmp_path: Path) -> None:
    clock = NotingClock()
    await add_knowledge(database, clock)
    service = make_service(database, clock, tmp_path)
    follower = asyncio.create_task(service.follow())
    await clock.has_slept.wait()
    ranked = await service.rank_call(["电费怎么这么多"])
    follower.cancel()

    with pytest.raises(asyncio.CancelledError):
        await follower
    assert ranked.categories[0].category_id == "enquiry/power.billing.dispute"
    await service.aclose()


class _HeldEmbedder(HashedEmbedder):
    """Tells when the first batch is embedded, and holds it until the test lets go."""

    def __init__(self) -> None:
        super().__init__()
        self.batches = 0
        self.has_begun, self.may_go_on = threading.Event(), threading.Event()

    def embed_questions(self, texts: Sequence[str]) -> Vectors:
        self.batches += 1
        self.has_begun.set()
        assert self.may_go_on.wait(60)
        return super().embed_questions(texts)


async def test_closing_gives_up_the_model_that_is_being_learned(
    database: Database, clock: SteppingClock, tmp_path: Path
) -> None:
    await add_knowledge(database, clock)
    embedder = _HeldEmbedder()
    service = CategoryService(
        DatabaseDocumentSource(database), ModelRegistry(database, clock), tmp_path / "categories", clock, embedder
    )
    learning = asyncio.ensure_future(service.train(""))
    assert await asyncio.to_thread(embedder.has_begun.wait, 60)
    learning.cancel()
    closing = asyncio.ensure_future(service.aclose())
    await asyncio.sleep(0)
    embedder.may_go_on.set()
    await closing
    assert embedder.batches == 1
