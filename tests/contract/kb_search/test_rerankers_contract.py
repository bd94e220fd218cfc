from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest

from kb.search.index import SearchIndex
from kb.search.query import SearchQuery
from kb.search.rerankers.base import Logits, Reranker
from kb.search.rerankers.onnx import OnnxReranker
from kb.search.rerankers.registry import make_reranker
from kb.search.service import SearchService
from kb.search.setup import make_index
from kb.settings import KBSettings
from kit.clock import SystemClock
from kit.errors import MisconfiguredError
from tests.fakes.assist_core_clock import ManualClock
from tests.fakes.kb_search_documents import HANDBOOK
from tests.fakes.kb_search_models import save_cross_encoder, save_encoder

pytestmark = pytest.mark.contract


class SharedLetters:
    """A cross-encoder without a model; counts its calls, lets time pass, and fails on demand."""

    def __init__(self, clock: ManualClock | None = None, *, batch_size: int = 2) -> None:
        self.batch_size = batch_size
        self.judged: list[str] = []
        self.fault: Exception | None = None
        self._clock = clock

    def warm_up(self) -> None:
        return

    def judge(self, question: str, passages: Sequence[str]) -> Logits:
        if self.fault is not None:
            raise self.fault
        self.judged += passages
        if self._clock is not None:
            self._clock.advance(timedelta(seconds=1.0))
        return np.array([len(set(question) & set(passage)) - 1.5 for passage in passages], float)

    def close(self) -> None:
        return


@pytest.fixture(params=["fake", "one output", "two outputs"])
def reranker(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Reranker]:
    if request.param == "fake":
        yield SharedLetters()
        return
    save_cross_encoder(tmp_path / "cross", classes=1 if request.param == "one output" else 2)
    made = OnnxReranker(tmp_path / "cross")
    made.warm_up()
    yield made
    made.close()


class TestReranker:
    def test_passage_that_answers_has_the_better_odds(self, reranker: Reranker) -> None:
        logits = reranker.judge("停电报修", ["暖气不热", "停电请报修登记", "家里停电了"])
        assert logits.shape == (3,)
        assert np.argsort(-logits).tolist() == [1, 2, 0]
        assert logits[1] > 0 > logits[0]

    def test_long_texts_are_cut_and_odd_ones_judged(self, reranker: Reranker) -> None:
        assert reranker.judge("停电" * 300, ["停电" * 2000, "🙂", " "]).shape == (3,)

    def test_order_of_the_passages_does_not_matter(self, reranker: Reranker) -> None:
        passages = ["暖气不热", "停电", "家里停电请报修登记查表"]
        assert np.allclose(reranker.judge("停电", passages), reranker.judge("停电", passages[::-1])[::-1], atol=1e-5)

    def test_close_may_be_called_twice(self, reranker: Reranker) -> None:
        judged = reranker.judge("停电", ["家里停电了"])
        reranker.close()
        reranker.close()
        assert judged.shape == (1,)


@pytest.fixture
def index(tmp_path: Path) -> Iterator[SearchIndex]:
    made = make_index(tmp_path / "search", KBSettings(_env_file=None), None)
    made.open()
    made.store.apply(HANDBOOK, [])
    yield made
    made.close()


def settings(**changes: object) -> KBSettings:
    return KBSettings(_env_file=None, **changes)  # type: ignore[arg-type]


async def ids(service: SearchService, text: str = "电费缴费登记") -> list[str]:
    return [hit.document_id for hit in (await service.search(SearchQuery(text))).hits]


async def test_judgement_joins_order_confidence_and_reasons(index: SearchIndex, tmp_path: Path) -> None:
    save_cross_encoder(tmp_path / "cross")
    chosen = settings(reranker=str(tmp_path / "cross"), reranker_weight=1.0, reranker_budget_seconds=10)
    model = make_reranker(chosen)
    plain = SearchService(index, None, SystemClock(), chosen)
    service = SearchService(index, None, SystemClock(), chosen, reranker=model)
    before = await ids(plain)
    assert await ids(service) == before  # not loaded yet
    await service.warm_up()
    hits = (await service.search(SearchQuery("电费缴费登记"))).hits
    odds = [hit.score_parts["reranker"] for hit in hits]
    assert odds == sorted(odds, reverse=True)
    assert hits[0].confidence == pytest.approx(odds[0], abs=1e-3)
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)
    assert {hit.document_id for hit in hits} == set(before)
    await plain.aclose()
    await service.aclose()


async def test_time_ends_the_judging_and_the_rest_stays_behind(index: SearchIndex) -> None:
    clock = ManualClock()
    fake = SharedLetters(clock)
    chosen = settings(reranker_budget_seconds=1.5, reranker_weight=1.0)
    service = SearchService(index, None, clock, chosen, reranker=fake)
    await service.warm_up()
    fake.judged.clear()
    plain = SearchService(index, None, clock, chosen)
    before = await ids(plain)
    after = await ids(service)
    assert len(fake.judged) == 4  # two batches: the second began in time
    assert set(after[:4]) == set(before[:4])
    assert after[4:] == before[4:]
    await plain.aclose()
    await service.aclose()


async def test_model_that_fails_costs_the_reranking_and_nothing_else(index: SearchIndex) -> None:
    fake = SharedLetters()
    service = SearchService(index, None, SystemClock(), settings(), reranker=fake)
    plain = SearchService(index, None, SystemClock(), settings())
    await service.warm_up()
    fake.fault = RuntimeError("the graph broke")
    assert await ids(service) == await ids(plain)
    await plain.aclose()
    await service.aclose()


def test_no_reranker_is_the_default() -> None:
    assert make_reranker(settings()) is None


def test_folder_without_a_model_names_the_variable(tmp_path: Path) -> None:
    with pytest.raises(MisconfiguredError, match=r"KB_RERANKER.*model\.onnx"):
        OnnxReranker(tmp_path).warm_up()


def test_sentence_encoder_is_no_cross_encoder(tmp_path: Path) -> None:
    save_encoder(tmp_path, dimensions=8)
    with pytest.raises(MisconfiguredError, match="one or two numbers a pair"):
        OnnxReranker(tmp_path).warm_up()


def test_broken_file_is_refused(tmp_path: Path) -> None:
    save_cross_encoder(tmp_path)
    (tmp_path / "model.onnx").write_bytes(b"not a model")
    with pytest.raises(MisconfiguredError, match="cannot be read"):
        OnnxReranker(tmp_path).warm_up()
