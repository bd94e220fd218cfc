from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import httpx
import numpy as np
import pytest

from kb.search.embedders.registry import make_embedder
from kb.search.embedders.remote import QUIET_SECONDS, RemoteEmbedder, RemoteModel, embeddings_address
from kb.search.hits import SearchState
from kb.search.index import SearchIndex
from kb.search.query import SearchQuery
from kb.search.service import SearchService
from kb.search.vector_fill import VectorFill
from kb.settings import KBSettings
from kit.errors import DependencyCategory, DependencyError, MisconfiguredError
from tests.fakes.assist_core_clock import ManualClock
from tests.fakes.kb_search_documents import HANDBOOK
from tests.fakes.kb_search_embedding_server import EmbeddingServer, rows, run_embedding_server, status

pytestmark = pytest.mark.integration

KEY = "sk-example"


@pytest.fixture
def served() -> Iterator[tuple[str, EmbeddingServer]]:
    with run_embedding_server() as running:
        yield running


def embedder_of(url: str, **changes: object) -> RemoteEmbedder:
    fields = {"name": "tiny", "batch_size": 4, "retries": 2, "question_timeout_seconds": 5.0}
    model = RemoteModel(url, **(fields | changes))  # type: ignore[arg-type]
    return RemoteEmbedder(model, ManualClock(), first_pause_seconds=0.01)


@pytest.fixture
def embedder(served: tuple[str, EmbeddingServer]) -> Iterator[RemoteEmbedder]:
    made = embedder_of(served[0])
    made.warm_up()
    served[1].requests.clear()
    yield made
    made.close()


def test_texts_go_out_in_batches_and_come_back_in_order(served, embedder) -> None:  # noqa: ANN001
    vectors = embedder.embed_passages([f"停电{number}" for number in range(9)])
    assert [len(body["input"]) for body in served[1].requests] == [4, 4, 1]
    assert vectors.shape == (9, 12)
    assert served[1].requests[0]["model"] == "tiny"


@pytest.mark.parametrize("code", [429, 500, 503])
def test_passages_are_asked_for_again_after_a_passing_fault(served, embedder, code: int) -> None:  # noqa: ANN001
    served[1].faults = [status(code), status(code, retry_after="0")]
    assert embedder.embed_passages(["停电"]).shape == (1, 12)
    assert len(served[1].requests) == 3


def test_passages_give_up_after_the_last_retry(served, embedder) -> None:  # noqa: ANN001
    served[1].faults = [status(503)] * 3
    with pytest.raises(DependencyError, match="503") as caught:
        embedder.embed_passages(["停电"])
    assert caught.value.retryable
    assert len(served[1].requests) == 3


@pytest.mark.parametrize(
    ("code", "variable"), [(401, "KB_EMBEDDER_KEY"), (403, "KB_EMBEDDER_KEY"), (404, "KB_EMBEDDER_MODEL")]
)
def test_refusal_names_the_setting_and_is_not_repeated(served, embedder, code: int, variable: str) -> None:  # noqa: ANN001
    served[1].faults = [status(code)]
    with pytest.raises(MisconfiguredError, match=variable):
        embedder.embed_passages(["停电"])
    assert len(served[1].requests) == 1


@pytest.mark.parametrize(
    "answer",
    [
        rows(lambda _texts: []),
        rows(lambda texts: [{"index": 0, "embedding": [0.1] * 12}] * (len(texts) + 1)),
        rows(lambda _texts: [{"index": 0, "embedding": [float("nan")] * 12}]),
        rows(lambda _texts: [{"index": 0, "embedding": "AAAA"}]),
        rows(lambda _texts: None),
        lambda _texts: (200, {}, b"<html>proxy</html>"),
    ],
)
def test_nonsense_is_refused(served, embedder, answer) -> None:  # noqa: ANN001
    served[1].faults = [answer]
    with pytest.raises(DependencyError) as caught:
        embedder.embed_passages(["停电"])
    assert (caught.value.error_code, caught.value.retryable) == ("embedder_answer_invalid", False)


def test_other_dimensions_are_refused_and_the_setting_named(served, embedder) -> None:  # noqa: ANN001
    served[1].dimensions = 16
    with pytest.raises(DependencyError, match="16 dimensions instead of 12.*KB_EMBEDDER_DIMENSIONS"):
        embedder.embed_passages(["停电"])
    strict = embedder_of(served[0], dimensions=8)
    with pytest.raises(DependencyError, match="instead of 8"):
        strict.warm_up()
    strict.close()


def test_question_waits_briefly_and_then_leaves_the_server_alone(served) -> None:  # noqa: ANN001
    url, server = served
    clock = ManualClock()
    made = RemoteEmbedder(RemoteModel(url, "tiny", question_timeout_seconds=0.2), clock)
    made.warm_up()
    server.release.clear()
    with pytest.raises(DependencyError) as caught:
        made.embed_questions(["停电"])
    assert caught.value.category is DependencyCategory.TIMEOUT
    server.release.set()
    asked = len(server.requests)
    with pytest.raises(DependencyError, match="a moment ago"):
        made.embed_questions(["停电"])
    assert len(server.requests) == asked
    clock.advance(timedelta(seconds=QUIET_SECONDS + 1))
    assert made.embed_questions(["停电"]).shape == (1, 12)
    made.close()


def test_key_is_sent_and_kept_out_of_sight(served) -> None:  # noqa: ANN001
    settings = KBSettings(_env_file=None, embedder=served[0], embedder_model="tiny", embedder_key=KEY)
    made = make_embedder(settings)
    assert made is not None
    made.warm_up()
    assert set(served[1].keys) == {f"Bearer {KEY}"}
    assert KEY not in repr(settings)
    assert KEY not in made.capabilities.name
    made.close()


def test_address_needs_a_model() -> None:
    with pytest.raises(MisconfiguredError, match="KB_EMBEDDER_MODEL"):
        make_embedder(KBSettings(_env_file=None, embedder="http://127.0.0.1:1/v1"))


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("http://host:80", "http://host:80/v1/embeddings"),
        ("https://host/v1/", "https://host/v1/embeddings"),
        ("https://host/api/embeddings", "https://host/api/embeddings"),
    ],
)
def test_address_is_completed(url: str, address: str) -> None:
    assert embeddings_address(url) == address


def test_address_without_a_host_is_refused() -> None:
    with pytest.raises(MisconfiguredError, match="KB_EMBEDDER"):
        embeddings_address("http:///v1")


async def test_search_goes_on_while_the_server_is_away(served, index: SearchIndex, settings: KBSettings) -> None:  # noqa: ANN001
    url, server = served
    clock = ManualClock()
    made = RemoteEmbedder(RemoteModel(url, "tiny", question_timeout_seconds=5.0), clock)
    index.open()
    index.store.apply(HANDBOOK, [])
    await VectorFill(index, made, None).run()
    service = SearchService(index, made, clock, settings)
    await service.warm_up()
    whole = await service.search(SearchQuery("停电报修"))
    assert (whole.state, "vector" in whole.hits[0].score_parts) == (SearchState.COMPLETE, True)
    server.faults = [status(500)]
    degraded = await service.search(SearchQuery("怎么交电费"))
    assert (degraded.state, degraded.hits[0].document_id) == (SearchState.LEXICAL_ONLY, "bill")
    clock.advance(timedelta(seconds=QUIET_SECONDS + 1))
    assert (await service.search(SearchQuery("怎么交电费"))).state is SearchState.COMPLETE
    await service.aclose()
    made.close()


async def test_server_that_is_away_at_the_start_does_not_stop_it(index: SearchIndex, settings: KBSettings) -> None:
    with run_embedding_server() as (url, _server):
        pass
    made = embedder_of(url, retries=0)
    index.open()
    index.store.apply(HANDBOOK, [])
    service = SearchService(index, made, ManualClock(), settings)
    await service.warm_up()
    result = await service.search(SearchQuery("停电报修"))
    assert (result.state, result.hits[0].document_id) == (SearchState.LEXICAL_ONLY, "outage")
    await service.aclose()
    made.close()


def test_closed_embedder_says_so_at_once(embedder: RemoteEmbedder) -> None:
    embedder.close()
    with pytest.raises((DependencyError, httpx.HTTPError)):
        embedder.embed_passages(["停电"])
    assert np.isfinite(embedder.capabilities.dimensions)
