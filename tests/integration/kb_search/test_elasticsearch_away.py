"""Elasticsearch cut off, hanging, emptied by hand: searches are answered here, and nothing is lost."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

from kb.indexing.indexer import Indexer
from kb.indexing.rebuild_request import RebuildRequest
from kb.search.documents import SearchDocument
from kb.search.embedders.base import Embedder
from kb.search.hits import SearchState
from kb.search.index import SearchIndex, SearchStoreAwayError
from kb.search.query import SearchQuery
from kb.search.service import SearchService
from kb.search.setup import make_index
from kb.settings import KBSettings
from kit.clock import SystemClock
from tests.fakes.kb_search_documents import HANDBOOK, HashedEmbedder, ListedSource, entry
from tests.integration.kb_search.conftest import StartProcess
from tests.servers.line import Line

pytestmark = pytest.mark.integration

EVENTUALLY_SECONDS = 60.0

REBUILD_UNTIL_KILLED = """
import asyncio, sys
from pathlib import Path
from kb.indexing.follower import IndexFollower
from kb.search.setup import make_index
from kb.settings import KBSettings
from tests.fakes.kb_search_documents import ListedSource, entry

class Endless(ListedSource):
    async def all_documents(self):
        for number in range(1_000_000):
            yield entry(f"half{number}", f"停电通知第{number}号")
            print(number, flush=True)
            await asyncio.sleep(0.01)

async def main():
    settings = KBSettings(
        _env_file=None,
        search_store="elasticsearch",
        elasticsearch_url=sys.argv[2],
        elasticsearch_index_prefix=sys.argv[3],
        elasticsearch_search_timeout_seconds=20,
        index_batch=3,
    )
    index = make_index(Path(sys.argv[1]), settings, None)
    await IndexFollower("index", Endless(), index, settings).rebuild()

asyncio.run(main())
"""


def listed(*documents: SearchDocument) -> ListedSource:
    source = ListedSource()
    for document in documents:
        source.publish(document)
    return source


class Desk:
    def __init__(self, folder: Path, settings: KBSettings, source: ListedSource, embedder: Embedder | None) -> None:
        self.index: SearchIndex = make_index(folder, settings, embedder)
        self.indexer = Indexer(source, self.index, embedder, SystemClock(), settings)
        self.search = SearchService(self.index, embedder, SystemClock(), settings)

    async def ask(self, text: str) -> tuple[SearchState, list[str]]:
        result = await self.search.search(SearchQuery(text))
        return result.state, [hit.document_id for hit in result.hits]

    async def first(self, text: str) -> tuple[SearchState, str]:
        state, found = await self.ask(text)
        return state, found[0]


@asynccontextmanager
async def opened(folder: Path, settings: KBSettings, source: ListedSource, embedder: Embedder | None = None):
    desk = Desk(folder, settings, source, embedder)
    try:
        yield desk
    finally:
        await desk.search.aclose()
        await desk.indexer.aclose()
        await asyncio.to_thread(desk.index.close)


async def eventually(is_so: Callable[[], Awaitable[bool]]) -> None:
    clock = SystemClock()
    async with asyncio.timeout(EVENTUALLY_SECONDS):
        while not await is_so():
            await clock.sleep(0.05)


@pytest.fixture
def line(elasticsearch_url: str) -> Iterator[Line]:
    made = Line(urlsplit(elasticsearch_url).port or 9200)
    yield made
    made.close()


@pytest.fixture
def far(elasticsearch_settings: KBSettings, line: Line) -> KBSettings:
    """Settings of a server behind a line that can be cut."""
    change = {"elasticsearch_url": line.url, "elasticsearch_retry_seconds": 0.2}
    return elasticsearch_settings.model_copy(update=change)


def delete(url: str, index: str) -> None:
    httpx.delete(f"{url}/{index}").raise_for_status()


def generations(settings: KBSettings, url: str) -> list[str]:
    rows = httpx.get(f"{url}/_cat/indices/{settings.elasticsearch_index_prefix}-knowledge-*?format=json").json()
    return [row["index"] for row in rows]


async def test_while_the_server_is_away_this_machine_answers_and_what_changed_meanwhile_follows(
    tmp_path: Path, far: KBSettings, line: Line
):
    source = listed(*HANDBOOK)
    async with opened(tmp_path, far, source) as desk:
        assert await desk.indexer.catch_up() == len(HANDBOOK)
        assert (await desk.ask("暖气不热"))[0] is SearchState.LEXICAL_ONLY
        line.cut()
        assert await desk.first("暖气不热") == (SearchState.LOCAL, "radiator")
        source.publish(entry("new", "小区充电桩怎么申请安装"))
        source.retire(HANDBOOK[0])
        assert await desk.indexer.catch_up() == 0
        assert (await desk.ask("充电桩安装"))[1][0] == "new"
        assert "outage" not in (await desk.ask("停电报修"))[1]
        line.mend()
        await eventually(lambda: _took(desk, 2))
        assert await desk.first("充电桩安装") == (SearchState.LEXICAL_ONLY, "new")
        assert desk.index.store.change_number == len(HANDBOOK) + 2
        assert desk.index.store.count_documents() == len(HANDBOOK)


async def _is(desk: Desk, text: str, state: SearchState, *, catch_up: bool = False) -> bool:
    if catch_up:
        await desk.indexer.catch_up()
    return (await desk.ask(text))[0] is state


async def _took(desk: Desk, changes: int) -> bool:
    return await desk.indexer.catch_up() == changes


async def test_a_server_that_stops_in_the_middle_of_a_query_costs_one_time_out(
    tmp_path: Path, far: KBSettings, line: Line
):
    hasty = far.model_copy(update={"elasticsearch_search_timeout_seconds": 3.0})
    async with opened(tmp_path, hasty, listed(*HANDBOOK)) as desk:
        await eventually(lambda: _is(desk, "暖气不热", SearchState.LEXICAL_ONLY, catch_up=True))
        line.freeze()
        for _ in range(4):
            assert await desk.first("暖气不热") == (SearchState.LOCAL, "radiator")
        line.thaw()
        await eventually(lambda: _is(desk, "暖气不热", SearchState.LEXICAL_ONLY))


async def test_a_start_without_the_server_answers_and_catches_up_by_itself(tmp_path: Path, far: KBSettings, line: Line):
    line.cut()
    async with opened(tmp_path, far, listed(*HANDBOOK)) as desk:
        assert await desk.indexer.catch_up() == 0
        await desk.search.warm_up()
        assert await desk.first("暖气不热") == (SearchState.LOCAL, "radiator")
        desk.indexer.start()
        line.mend()
        await eventually(lambda: _is(desk, "暖气不热", SearchState.LEXICAL_ONLY))
        # The first answer from there is already a whole one.
        assert await desk.first("暖气不热") == (SearchState.LEXICAL_ONLY, "radiator")
        assert await _holds(desk, len(HANDBOOK))


async def _holds(desk: Desk, documents: int) -> bool:
    return await asyncio.to_thread(desk.index.store.count_documents) == documents


async def test_a_rebuild_swaps_at_once_keeps_vectors_and_leaves_one_generation(
    tmp_path: Path, elasticsearch_settings: KBSettings, elasticsearch_url: str
):
    embedder = HashedEmbedder()
    async with opened(tmp_path, elasticsearch_settings, listed(*HANDBOOK), embedder) as desk:
        await desk.indexer.catch_up()
        await desk.indexer.fill_vectors()
        await desk.search.warm_up()
        embedded, (before,) = len(embedder.embedded), generations(elasticsearch_settings, elasticsearch_url)
        building = desk.index.begin_rebuild()
        assert await desk.first("暖气不热") == (SearchState.COMPLETE, "radiator")
        building.abandon()
        assert await desk.indexer.rebuild() == len(HANDBOOK)
        (after,) = generations(elasticsearch_settings, elasticsearch_url)
        assert after != before
        assert (await desk.ask("暖气不热"))[0] is SearchState.COMPLETE
        await desk.indexer.fill_vectors()
        assert len(embedder.embedded) == embedded


async def test_a_kill_during_a_rebuild_leaves_the_old_index_and_the_next_one_sweeps(
    tmp_path: Path, elasticsearch_settings: KBSettings, elasticsearch_url: str, other_process: StartProcess
):
    settings = elasticsearch_settings
    async with opened(tmp_path, settings, listed(*HANDBOOK)) as desk:
        await desk.indexer.catch_up()
        (before,) = generations(settings, elasticsearch_url)
    victim = other_process(REBUILD_UNTIL_KILLED, str(tmp_path), elasticsearch_url, settings.elasticsearch_index_prefix)
    for _ in range(20):
        victim.stdout.readline()
    victim.send_signal(signal.SIGKILL)
    victim.wait()
    assert len(generations(settings, elasticsearch_url)) == 2
    async with opened(tmp_path, settings, listed(*HANDBOOK)) as desk:
        await desk.search.warm_up()
        assert (await desk.ask("暖气不热"))[1][0] == "radiator"
        assert desk.index.store.count_documents() == len(HANDBOOK)
        assert generations(settings, elasticsearch_url) == [before]
        assert await desk.indexer.rebuild() == len(HANDBOOK)


async def test_an_index_deleted_by_hand_is_made_again(
    tmp_path: Path, elasticsearch_settings: KBSettings, elasticsearch_url: str
):
    async with opened(tmp_path, elasticsearch_settings, listed(*HANDBOOK)) as desk:
        await desk.indexer.catch_up()
        (lost,) = generations(elasticsearch_settings, elasticsearch_url)
        delete(elasticsearch_url, lost)
        assert await desk.first("暖气不热") == (SearchState.LOCAL, "radiator")
        await eventually(lambda: _is(desk, "暖气不热", SearchState.LEXICAL_ONLY, catch_up=True))
        assert await _holds(desk, len(HANDBOOK))


async def test_another_embedder_means_new_vectors_of_another_length(tmp_path: Path, elasticsearch_settings: KBSettings):
    settings, source = elasticsearch_settings, listed(*HANDBOOK)
    async with opened(tmp_path, settings, source, HashedEmbedder()) as desk:
        await desk.indexer.catch_up()
        await desk.indexer.fill_vectors()
    other = HashedEmbedder("other", dimensions=48)
    async with opened(tmp_path, settings, source, other) as desk:
        await desk.search.warm_up()
        assert (await desk.ask("暖气不热"))[0] is SearchState.LEXICAL_ONLY
        assert await desk.indexer.catch_up() == len(HANDBOOK)
        await desk.indexer.fill_vectors()
        assert await desk.first("暖气不热") == (SearchState.COMPLETE, "radiator")


async def test_two_machines_share_one_index_and_only_one_writes_it(tmp_path: Path, elasticsearch_settings: KBSettings):
    settings, source = elasticsearch_settings, listed(*HANDBOOK)
    async with opened(tmp_path / "b", settings, source) as second:
        async with opened(tmp_path / "a", settings, source) as first:
            assert await first.indexer.catch_up() == len(HANDBOOK)
            source.publish(entry("new", "小区充电桩怎么申请安装"))
            assert await second.indexer.catch_up() == 0
            assert not second.index.store.capabilities.is_writable
            assert (await second.ask("暖气不热"))[1][0] == "radiator"
        assert await second.indexer.catch_up() == 1
        assert (await second.ask("充电桩安装"))[1][0] == "new"


async def test_a_wish_for_a_rebuild_is_fulfilled_by_the_process_that_writes(
    tmp_path: Path, elasticsearch_settings: KBSettings, elasticsearch_url: str
):
    async with opened(tmp_path, elasticsearch_settings, listed(*HANDBOOK)) as desk:
        await desk.indexer.catch_up()
        before = generations(elasticsearch_settings, elasticsearch_url)
        wish = RebuildRequest(desk.index.folder)
        wish.make()
        assert await desk.indexer.catch_up() == len(HANDBOOK)
        assert wish.pending() is None
        assert generations(elasticsearch_settings, elasticsearch_url) != before


def test_a_store_without_its_alias_makes_no_index_of_that_name(
    tmp_path: Path, elasticsearch_settings: KBSettings, elasticsearch_url: str
):
    index = make_index(tmp_path, elasticsearch_settings, None)
    index.open()
    assert index.needs_rebuild
    with pytest.raises(SearchStoreAwayError):
        index.store.apply([HANDBOOK[0]], [])
    assert generations(elasticsearch_settings, elasticsearch_url) == []
    index.close()
