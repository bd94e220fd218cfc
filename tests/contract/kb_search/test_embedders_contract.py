from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from kb.search.embedders.base import Embedder
from kb.search.embedders.e5_onnx import OnnxEmbedder
from kb.search.embedders.remote import RemoteEmbedder, RemoteModel
from kb.search.index import SearchIndex
from kb.search.setup import make_index
from kb.search.vector_fill import VectorFill
from kb.settings import KBSettings
from kit.clock import SystemClock
from kit.settings import CACHE_DIR
from tests.fakes.kb_search_documents import HANDBOOK
from tests.fakes.kb_search_embedding_server import run_embedding_server
from tests.fakes.kb_search_models import save_encoder

pytestmark = pytest.mark.contract


@pytest.fixture(params=["e5-small", "folder-24", "folder-bge", "remote"])
def embedder(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Embedder]:
    """Every embedder there is, not yet loaded."""
    made: Embedder
    if request.param == "remote":
        with run_embedding_server(dimensions=40) as (url, _server):
            made = RemoteEmbedder(RemoteModel(url, "tiny", batch_size=5), SystemClock())
            yield made
            made.close()
        return
    if request.param == "e5-small":
        made = OnnxEmbedder(CACHE_DIR / "models" / "e5-small", max_tokens=64)
    else:
        save_encoder(tmp_path / "tiny", dimensions=24)
        made = OnnxEmbedder(tmp_path / "tiny", pooling="first" if request.param == "folder-bge" else "mean")
    yield made
    made.close()


class TestEmbedder:
    def test_rows_are_unit_vectors_of_the_announced_length_in_the_order_of_the_texts(self, embedder: Embedder) -> None:
        embedder.warm_up()
        texts = ["停电报修", "燃气味", "暖气不热", "漏水", "机顶盒", "缴费", "跳闸"]
        vectors = embedder.embed_passages(texts)
        assert vectors.shape == (7, embedder.capabilities.dimensions)
        assert vectors.dtype == np.float32
        assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
        alone = np.concatenate([embedder.embed_passages([text]) for text in texts])
        assert float((vectors * alone).sum(axis=1).min()) > 0.95  # int8 weights: a batch shares its scale

    def test_questions_are_remembered_and_equal(self, embedder: Embedder) -> None:
        first = embedder.embed_questions(["停电", "漏水"])
        again = embedder.embed_questions(["漏水", "停电", "漏水"])
        assert np.allclose(first[[1, 0, 1]], again, atol=1e-6)

    def test_question_is_nearer_to_its_passage_than_to_others(self, embedder: Embedder, request) -> None:  # noqa: ANN001
        if "folder-bge" in request.node.name:
            pytest.skip("the tiny model's first token is the same for every text; pooling by it is only loaded here")
        question = embedder.embed_questions(["停电报修怎么处理"])[0]
        passages = embedder.embed_passages(["停电请报修登记", "暖气不热了", "机顶盒信号"])
        assert int(np.argmax(passages @ question)) == 0

    def test_warm_up_and_close_may_be_called_twice(self, embedder: Embedder) -> None:
        embedder.warm_up()
        known = embedder.capabilities
        embedder.warm_up()
        assert embedder.capabilities == known
        embedder.close()
        embedder.close()

    @pytest.mark.parametrize("exact_limit", [1000, 4])
    async def test_index_takes_vectors_of_this_length_and_keeps_them(
        self, embedder: Embedder, tmp_path: Path, exact_limit: int
    ) -> None:
        settings = KBSettings(_env_file=None, exact_vector_limit=exact_limit)

        def opened() -> SearchIndex:
            index = make_index(tmp_path / "search", settings, embedder)
            index.open()
            return index

        index = opened()
        index.store.apply(HANDBOOK[:4], [])
        assert await VectorFill(index, embedder, None).run() > 4
        index.close()
        index = opened()
        assert index.store.vector_share() == 1.0
        question = embedder.embed_questions(["停电报修"])[0]
        assert set(index.store.vector_scores(question, ["outage"])) == {"outage"}
        index.close()
