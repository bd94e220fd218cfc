"""The whole search with the real embedding model, on sentences of our own."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from pathlib import Path

import orjson
import pytest

from kb.indexing.indexer import Indexer
from kb.search.embedders.base import Embedder
from kb.search.embedders.registry import make_embedder
from kb.search.evaluation.evaluate import evaluate_retrieval
from kb.search.hits import MatchKind, SearchState
from kb.search.query import SearchQuery
from kb.search.service import SearchService
from kb.search.setup import make_index
from kb.settings import KBSettings
from kit.clock import SystemClock
from kit.errors import InvalidInputError, MisconfiguredError
from tests.fakes.kb_search_documents import HANDBOOK, ListedSource

pytestmark = pytest.mark.integration


@dataclass(frozen=True)
class Desk:
    service: SearchService
    indexer: Indexer


@pytest.fixture(scope="module")
def embedder():
    made = make_embedder(KBSettings())
    made.warm_up()
    yield made
    made.close()


@pytest.fixture
async def desk(tmp_path: Path, settings: KBSettings, embedder: Embedder):
    source = ListedSource()
    for document in HANDBOOK:
        source.publish(document)
    index = make_index(tmp_path / "search", settings, embedder)
    indexer = Indexer(source, index, embedder, SystemClock(), settings)
    await indexer.catch_up()
    service = SearchService(index, embedder, SystemClock(), settings)
    yield Desk(service, indexer)
    await service.aclose()
    await indexer.aclose()
    index.close()


async def ready(desk: Desk) -> SearchService:
    await desk.indexer.fill_vectors()
    await desk.service.warm_up()
    return desk.service


async def test_words_answer_at_once_and_vectors_join(desk: Desk):
    before = await desk.service.search(SearchQuery("停电报修"))
    assert (before.state, before.hits[0].document_id) == (SearchState.LEXICAL_ONLY, "outage")
    assert "vector" not in before.hits[0].score_parts
    after = await (await ready(desk)).search(SearchQuery("停电报修"))
    assert (after.state, after.hits[0].document_id) == (SearchState.COMPLETE, "outage")
    assert after.hits[0].score_parts["vector"] > 0.5


@pytest.mark.parametrize(
    ("text", "best"),
    [
        ("喂你好，我们这栋楼全都黑掉了", "outage"),
        ("屋里特别冷，供热不行", "radiator"),
        ("天然气有一股臭味", "gas-smell"),
        ("我家停垫了要抱修", "outage"),
        ("the power is out", "outage"),
    ],
)
async def test_meaning_and_sound_find_what_words_alone_would_not(desk: Desk, text: str, best: str):
    result = await (await ready(desk)).search(SearchQuery(text))
    assert result.hits[0].document_id == best


@pytest.mark.parametrize("letters", ["tdbx", "tingdian", "tindianbaoxiu"])
async def test_typed_letters_find_and_mark_the_match_as_sound(desk: Desk, letters: str):
    result = await (await ready(desk)).search(SearchQuery(letters, is_typed=True))
    hit = result.hits[0]
    assert hit.document_id == "outage"
    assert MatchKind.PINYIN in {match.kind for match in hit.matches}


@pytest.mark.parametrize("text", ["你好请问", "嗯嗯好的", "", "   ", "？？！"])
async def test_small_talk_has_no_answer(desk: Desk, text: str):
    assert not (await (await ready(desk)).search(SearchQuery(text))).has_answer


async def test_what_is_not_in_the_handbook_is_trusted_less(desk: Desk):
    search = await ready(desk)
    known, foreign = [await search.search(SearchQuery(t)) for t in ("暖气不热怎么办", "明天去上海的火车几点开")]
    assert known.has_answer
    assert not foreign.has_answer
    assert known.hits[0].confidence > foreign.hits[0].confidence


async def test_earlier_words_help_a_question_that_says_little(desk: Desk):
    search = await ready(desk)
    result = await search.search(SearchQuery("那这个怎么办呢", context=("我家暖气片一直冰凉的",)))
    assert result.hits[0].document_id == "radiator"


async def test_searches_run_side_by_side(desk: Desk):
    search = await ready(desk)
    asked = {"电费怎么交": "bill", "水管爆了": "pipe", "暖气不热": "radiator", "机顶盒没信号": "no-signal"}
    results = await asyncio.gather(*(search.search(SearchQuery(text)) for text in [*asked] * 5))
    assert [result.hits[0].document_id for result in results] == [*asked.values()] * 5


async def test_a_closed_index_makes_search_unavailable_and_not_fail(tmp_path: Path, settings: KBSettings):
    blocked = tmp_path / "file"
    blocked.write_text("not a folder")
    service = SearchService(make_index(blocked, settings, None), None, SystemClock(), settings)
    result = await service.search(SearchQuery("停电"))
    assert (result.state, result.hits, result.has_answer) == (SearchState.UNAVAILABLE, (), False)
    await service.aclose()


def test_a_missing_model_names_the_variable_and_the_command(tmp_path: Path):
    with pytest.raises(MisconfiguredError, match=r"KB_EMBEDDER.*") as refused:
        make_embedder(KBSettings(embedder=str(tmp_path))).warm_up()
    assert "tingzhi models fetch" in refused.value.message
    assert refused.value.error_code == "embedding_model_missing"


async def test_an_evaluation_scores_a_set_and_writes_its_run(
    tmp_path: Path, settings: KBSettings, embedder: Embedder, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("kb.search.evaluation.evaluate.CACHE_DIR", tmp_path / "cache")
    rows = [{"id": d.document_id, "title": d.title, "text": d.answer} for d in HANDBOOK]
    (tmp_path / "corpus.jsonl").write_bytes(b"\n".join(map(orjson.dumps, rows)))
    asked = [{"qid": "1", "text": "暖气不热", "source": "desk"}, {"qid": "2", "text": "水管漏水", "source": "desk"}]
    (tmp_path / "queries.jsonl").write_bytes(b"\n".join(map(orjson.dumps, asked)))
    (tmp_path / "qrels.tsv").write_text("1\t0\tradiator\t1\n2\t0\tpipe\t1\n")
    how = {"embedder": embedder, "clock": SystemClock(), "settings": settings}
    report = await evaluate_retrieval(tmp_path, run_file=tmp_path / "run.tsv", with_naive=True, **how)
    ours, naive = report.systems
    assert (report.documents, report.questions, ours.scores["desk"].hit_at_1) == (len(HANDBOOK), 2, 1)
    assert naive.scores["ALL"].questions == 2
    assert (tmp_path / "run.tsv").read_text().startswith("1\tradiator\n")
    with pytest.raises(InvalidInputError) as refused:
        await evaluate_retrieval(tmp_path / "nowhere", **how)
    assert refused.value.field == "corpus"
