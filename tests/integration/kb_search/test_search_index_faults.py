"""Kills, damage and a second process: the index is always what the database says in the end."""

from __future__ import annotations

import asyncio
import errno
import itertools
import signal
import subprocess
import time
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from kb.indexing.indexer import Indexer
from kb.search.hits import SearchState
from kb.search.index import SearchIndex
from kb.search.query import SearchQuery
from kb.search.service import SearchService
from kb.search.setup import make_index
from kb.search.stores.embedded.index import EmbeddedIndex
from kb.search.stores.embedded.store import LEXICAL_FOLDER, ROWS_FILE, EmbeddedStore
from kb.settings import KBSettings
from kit.clock import SystemClock
from kit.disk import DiskFullError
from kit.errors import ConflictError
from tests.fakes.kb_search_documents import HANDBOOK, HashedEmbedder, ListedSource, entry

pytestmark = pytest.mark.integration

StartProcess = Callable[..., subprocess.Popen[str]]

WRITE_UNTIL_KILLED = """
import sys
from pathlib import Path
from kb.search.stores.embedded.store import EmbeddedStore
from tests.fakes.kb_search_documents import entry
store = EmbeddedStore(Path(sys.argv[1]))
for number in range(1, 100_000):
    removals = [f"d{number - 3}"] if number > 3 else []
    store.apply([entry(f"d{number}", f"停电通知第{number}号"), entry("same", f"停电版本{number}")], removals, number)
    print(number, flush=True)
"""

HOLD_THE_LOCK = """
import sys
from pathlib import Path
from kb.search.stores.embedded.store import EmbeddedStore
from tests.fakes.kb_search_documents import entry
store = EmbeddedStore(Path(sys.argv[1]))
store.apply([entry("first", "停电报修")], [])
print("ready", flush=True)
import time
for number in range(1000):
    time.sleep(0.05)
    store.apply([entry(f"d{number}", f"停水通知第{number}号")], [])
    print(number, flush=True)
"""

REBUILD_UNTIL_KILLED = """
import asyncio, sys
from pathlib import Path
from kb.indexing.indexer import Indexer
from kb.search.setup import make_index
from kb.settings import KBSettings
from kit.clock import SystemClock
from tests.fakes.kb_search_documents import HANDBOOK, ListedSource
async def main():
    settings = KBSettings(_env_file=None, embedder="none", index_batch=1)
    source, index = ListedSource(), make_index(Path(sys.argv[1]), settings, None)
    for document in HANDBOOK:
        source.publish(document)
    indexer = Indexer(source, index, None, SystemClock(), settings)
    await indexer.catch_up()
    while True:
        print("rebuilding", flush=True)
        await indexer.rebuild()
asyncio.run(main())
"""


async def titles(index: SearchIndex, text: str) -> list[str]:
    service = SearchService(index, None, SystemClock(), KBSettings())
    result = await service.search(SearchQuery(text))
    await service.aclose()
    return [hit.title for hit in result.hits]


@pytest.mark.parametrize("writes", [2, 5])
def test_a_kill_while_writing_leaves_rows_and_terms_in_agreement(
    tmp_path: Path, other_process: StartProcess, writes: int
):
    writer = other_process(WRITE_UNTIL_KILLED, str(tmp_path / "store"))
    for _ in itertools.islice(writer.stdout, writes):
        pass
    writer.send_signal(signal.SIGKILL)
    writer.wait()
    store = EmbeddedStore(tmp_path / "store")
    present = {document.id for document in store.filter_documents()}
    last = max(int(name[1:]) for name in present - {"same"})
    # A kill between the documents and the number of their change leaves it to be applied again.
    assert writes <= store.change_number <= last <= store.change_number + 1
    assert present == {"same", *(f"d{number}" for number in range(max(1, last - 2), last + 1))}
    assert store._lexical.document_count == len(present)
    assert store.load(["same"])["same"].title == f"停电版本{last}"
    store.close()


def test_rows_committed_without_their_terms_are_indexed_at_the_next_start(tmp_path: Path):
    store = EmbeddedStore(tmp_path / "store")
    store.apply([HANDBOOK[0]], [])
    store._rows.apply([HANDBOOK[1]], ["outage"])  # the kill comes before the lexical commit
    store.close()
    again = EmbeddedStore(tmp_path / "store")
    assert again.count_documents() == again._lexical.document_count == 1
    again.close()


def test_another_process_reads_what_the_writer_commits_and_may_not_write(tmp_path: Path, other_process: StartProcess):
    writer = other_process(HOLD_THE_LOCK, str(tmp_path / "store"))
    assert writer.stdout.readline().strip() == "ready"
    reader = EmbeddedStore(tmp_path / "store")
    assert not reader.capabilities.is_writable
    with pytest.raises(ConflictError) as refused:
        reader.apply([HANDBOOK[0]], [])
    assert refused.value.error_code == "search_index_locked"
    before = reader.count_documents()
    for _ in itertools.islice(writer.stdout, 5):
        pass
    reader.refresh()
    assert reader.count_documents() >= before + 3
    writer.kill()
    writer.wait()
    heir = EmbeddedStore(tmp_path / "store")
    assert heir.capabilities.is_writable
    heir.close()
    reader.close()


def test_a_damaged_lexical_index_is_made_again_from_the_rows(tmp_path: Path):
    store = EmbeddedStore(tmp_path / "store")
    store.apply(HANDBOOK, [])
    store.close()
    for file in (tmp_path / "store" / LEXICAL_FOLDER).iterdir():
        if not file.name.startswith("."):
            file.write_bytes(b"nonsense")
    again = EmbeddedStore(tmp_path / "store")
    assert again._lexical.document_count == len(HANDBOOK)
    again.close()


async def test_a_damaged_row_file_is_made_again_from_the_database(
    tmp_path: Path, index: SearchIndex, settings: KBSettings
):
    source = ListedSource()
    for document in HANDBOOK:
        source.publish(document)
    indexer = Indexer(source, index, None, SystemClock(), settings)
    await indexer.catch_up()
    rows = index.store.folder / ROWS_FILE
    index.close()
    _scribble(rows)
    assert await indexer.catch_up() == len(HANDBOOK)
    assert (await titles(index, "暖气不热"))[0] == "暖气不热"
    assert index.store.change_number == len(HANDBOOK)
    await indexer.aclose()


async def test_damaged_index_on_a_full_disk_keeps_no_server_from_starting(tmp_path: Path, settings: KBSettings):
    source = ListedSource()
    for document in HANDBOOK:
        source.publish(document)
    is_full = False

    def open_store(folder: Path) -> EmbeddedStore:
        if is_full and not folder.exists():
            raise OSError(errno.ENOSPC, "No space left on device")
        return EmbeddedStore(folder)

    index = EmbeddedIndex(tmp_path / "index", open_store)
    indexer = Indexer(source, index, None, SystemClock(), settings)
    await indexer.catch_up()
    rows = index.store.folder / ROWS_FILE
    index.close()
    _scribble(rows)
    is_full = True
    with pytest.raises(DiskFullError):
        await indexer.catch_up()
    service = SearchService(index, None, SystemClock(), settings)
    await service.warm_up()
    assert (await service.search(SearchQuery("暖气不热"))).state is SearchState.UNAVAILABLE
    is_full = False
    assert await indexer.catch_up() == len(HANDBOOK)
    assert (await titles(index, "暖气不热"))[0] == "暖气不热"
    await service.aclose()
    await indexer.aclose()
    index.close()


def _scribble(file: Path) -> None:
    for leftover in file.parent.glob(f"{file.name}-*"):
        leftover.unlink()
    file.write_bytes(b"\x00garbage" * 4096)


async def test_changes_are_followed_in_order_and_only_once(index: SearchIndex, settings: KBSettings):
    source = ListedSource()
    for document in HANDBOOK:
        source.publish(document)
    indexer = Indexer(source, index, None, SystemClock(), settings)
    assert await indexer.catch_up() == len(HANDBOOK)
    assert await indexer.catch_up() == 0
    source.publish(entry("outage", "停电以后怎么报修"))
    source.retire(HANDBOOK[1])
    assert await indexer.catch_up() == 2
    assert (await titles(index, "停电报修"))[0] == "停电以后怎么报修"
    assert "电费怎么交" not in await titles(index, "电费怎么交")
    await indexer.aclose()


async def test_a_rebuild_keeps_answering_and_keeps_vectors(tmp_path: Path, settings: KBSettings):
    embedder, source = HashedEmbedder(), ListedSource()
    index = make_index(tmp_path / "search", settings, embedder)
    for document in HANDBOOK:
        source.publish(document)
    indexer = Indexer(source, index, embedder, SystemClock(), settings)
    await indexer.catch_up()
    await indexer.fill_vectors()
    embedded, old = len(embedder.embedded), index.store.folder
    with index.lease() as store:
        building = index.begin_rebuild()
        assert store.count_documents() == len(HANDBOOK)
        building.abandon()
    assert await indexer.rebuild() == len(HANDBOOK)
    assert index.store.folder != old
    assert not old.exists()
    assert index.store.vector_share() == 1
    await indexer.fill_vectors()
    assert len(embedder.embedded) == embedded
    await indexer.aclose()
    index.close()


async def test_an_index_ahead_of_its_database_is_made_again(index: SearchIndex, settings: KBSettings):
    source = ListedSource()
    for document in HANDBOOK:
        source.publish(document)
    indexer = Indexer(source, index, None, SystemClock(), settings)
    await indexer.catch_up()
    del source.changes[3:]
    await indexer.catch_up()
    assert index.store.count_documents() == index.store.change_number == 3
    await indexer.aclose()


async def test_the_background_loop_follows_and_fills_vectors(tmp_path: Path, settings: KBSettings):
    embedder, source, clock = HashedEmbedder(), ListedSource(), SystemClock()
    index = make_index(tmp_path / "search", settings, embedder)
    indexer = Indexer(source, index, embedder, clock, settings)
    indexer.start()
    source.publish(HANDBOOK[0])
    indexer.notify()
    # A document counts as having vectors from its first one on; the others may come in a later batch.
    while (
        index.store.vector_share() < 1 or index.store.count_documents() == 0 or index.store.passages_without_vector(1)
    ):
        await clock.sleep(0.02)
    assert index.store.count_documents() == 1
    assert index.store.passages_without_vector(1) == []
    await indexer.aclose()
    await indexer.aclose()
    index.close()


class StoppedClock(SystemClock):
    def now(self) -> datetime:
        return datetime(2026, 3, 31, 17, 0, tzinfo=UTC)


async def test_the_day_that_counts_is_that_of_the_installation(index: SearchIndex, settings: KBSettings):
    index.open()
    index.store.apply([entry("march", "春季优惠", valid_until=date(2026, 3, 31))], [])
    found = []
    for zone in (UTC, ZoneInfo("Asia/Shanghai")):
        service = SearchService(index, None, StoppedClock(), settings, zone=zone)
        found.append(len((await service.search(SearchQuery("春季优惠"))).hits))
        await service.aclose()
    assert found == [1, 0]


async def test_the_day_that_counts_is_the_local_one(
    index: SearchIndex, settings: KBSettings, monkeypatch: pytest.MonkeyPatch
):
    index.open()
    index.store.apply([entry("march", "春季优惠", valid_until=date(2026, 3, 31))], [])
    found = []
    for zone in ("UTC", "Asia/Shanghai"):
        monkeypatch.setenv("TZ", zone)
        time.tzset()
        service = SearchService(index, None, StoppedClock(), settings)
        found.append(len((await service.search(SearchQuery("春季优惠"))).hits))
        await service.aclose()
    monkeypatch.undo()
    time.tzset()
    assert found == [1, 0]


@pytest.mark.parametrize("pause_seconds", [0.0, 0.03, 0.08, 0.15])
async def test_a_kill_amid_a_rebuild_leaves_one_whole_index(
    tmp_path: Path, index: SearchIndex, other_process: StartProcess, pause_seconds: float
):
    rebuilder = other_process(REBUILD_UNTIL_KILLED, str(tmp_path / "search"))
    rebuilds = (line for line in rebuilder.stdout if line.startswith("rebuilding"))
    for _ in itertools.islice(rebuilds, 2):
        pass
    await asyncio.sleep(pause_seconds)
    rebuilder.send_signal(signal.SIGKILL)
    rebuilder.wait()
    index.open()
    assert not index.needs_rebuild
    assert index.store.change_number == index.store.count_documents() == len(HANDBOOK)
    assert (await titles(index, "暖气不热"))[0] == "暖气不热"
    assert [*index.store.folder.parent.glob("generation-*")] == [index.store.folder]


def test_leftovers_of_a_killed_rebuild_are_swept(tmp_path: Path, index: SearchIndex):
    index.open()
    leftover = index.store.folder.parent / "generation-leftover"
    leftover.mkdir()
    index.close()
    index.open()
    assert not leftover.exists()
