"""Three nodes, one of them killed while searches run."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from kb.indexing.indexer import Indexer
from kb.search.hits import SearchState
from kb.search.query import SearchQuery
from kb.search.service import SearchService
from kb.search.setup import make_index
from kb.settings import KBSettings
from kit.clock import SystemClock
from tests.fakes.kb_search_documents import HANDBOOK, ListedSource, entry
from tests.servers.elasticsearch import ElasticsearchNode, run_cluster

pytestmark = [pytest.mark.integration, pytest.mark.timeout(600)]

SEARCHES_AFTER_THE_KILL = 40
CLOCK = SystemClock()


@pytest.fixture(scope="module")
def cluster() -> Iterator[list[ElasticsearchNode]]:
    with run_cluster(3) as nodes:
        yield nodes


async def until(nodes: list[ElasticsearchNode], asked: str, wanted: object) -> None:
    async with httpx.AsyncClient(base_url=nodes[-1].url, timeout=60) as client, asyncio.timeout(120):
        while (await client.get("/_cluster/health")).json().get(asked) != wanted:
            await CLOCK.sleep(0.2)


async def node_with_the_primary(nodes: list[ElasticsearchNode], alias: str) -> ElasticsearchNode:
    async with httpx.AsyncClient(base_url=nodes[0].url, timeout=60) as client:
        rows = (await client.get(f"/_cat/shards/{alias}?format=json")).json()
    name = next(row["node"] for row in rows if row["prirep"] == "p")
    return next(node for node in nodes if node.home.name == name)


async def test_a_killed_node_costs_no_answer_and_no_document(cluster: list[ElasticsearchNode], tmp_path: Path):
    settings = KBSettings(
        _env_file=None,
        search_store="elasticsearch",
        elasticsearch_url=",".join(node.url for node in cluster),
        elasticsearch_index_prefix="cluster",
        elasticsearch_search_timeout_seconds=20,
        elasticsearch_retry_seconds=0.2,
    )
    source = ListedSource()
    for document in HANDBOOK:
        source.publish(document)
    index = make_index(tmp_path, settings, None)
    indexer = Indexer(source, index, None, CLOCK, settings)
    search = SearchService(index, None, CLOCK, settings)
    await indexer.catch_up()
    await until(cluster, "status", "green")

    states: Counter[SearchState] = Counter()

    async def ask() -> None:
        result = await search.search(SearchQuery("暖气不热"))
        assert result.hits[0].document_id == "radiator"
        states[result.state] += 1

    await ask()
    victim = await node_with_the_primary(cluster, "cluster-knowledge")
    victim.kill()
    alive = [node for node in cluster if node is not victim]
    for _ in range(SEARCHES_AFTER_THE_KILL):
        await ask()
    assert states[SearchState.UNAVAILABLE] == 0
    await until(alive, "number_of_nodes", 2)

    source.publish(entry("new", "小区充电桩怎么申请安装"))
    async with asyncio.timeout(120):
        while await indexer.catch_up() == 0 and index.store.change_number < len(source.changes):
            await CLOCK.sleep(0.2)
    assert index.store.count_documents() == len(HANDBOOK) + 1
    result = await search.search(SearchQuery("充电桩安装"))
    assert (result.state, result.hits[0].document_id) == (SearchState.LEXICAL_ONLY, "new")
    await search.aclose()
    await indexer.aclose()
    await asyncio.to_thread(index.close)
