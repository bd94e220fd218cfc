from __future__ import annotations

import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from kb.search.embedders.base import Vectors
from kb.search.embedders.centred import CentredVectors, Prefixes

pytestmark = pytest.mark.unit


class Model:
    """Embeds by length, holds every question until the gate opens, and keeps what it was asked."""

    def __init__(self) -> None:
        self.gate = threading.Event()
        self.has_begun = threading.Event()
        self.fault: Exception | None = None
        self.asked: list[str] = []

    def embed(self, texts: Sequence[str]) -> Vectors:
        if any("停电" in text for text in texts):
            self.asked += texts
            self.has_begun.set()
            self.gate.wait(5)
            if self.fault is not None:
                raise self.fault
        return np.array([[1.0, len(text), 0.5] for text in texts], np.float32)


@pytest.fixture
def model() -> Model:
    return Model()


@pytest.fixture
def vectors(model: Model) -> CentredVectors:
    made = CentredVectors(model.embed, Prefixes("? ", "= "))
    made.measure()
    return made


def test_two_who_ask_the_same_at_once_are_answered_by_one_run_of_the_model(
    model: Model, vectors: CentredVectors
) -> None:
    with ThreadPoolExecutor(2) as threads:
        first = threads.submit(vectors.questions, ["停电了"])
        assert model.has_begun.wait(5)
        second = threads.submit(vectors.questions, ["停电了"])
        model.gate.set()
        assert np.array_equal(first.result(5), second.result(5))
    assert model.asked == ["? 停电了"]


def test_two_who_ask_the_same_two_questions_embed_one_each(model: Model) -> None:
    both_at_work = threading.Barrier(2, timeout=5)

    def embed(texts: Sequence[str]) -> Vectors:
        if any("停电" in text for text in texts):
            both_at_work.wait()
        return model.embed(texts)

    model.gate.set()
    vectors = CentredVectors(embed, Prefixes("? ", "= "), at_once=1)
    vectors.measure()
    with ThreadPoolExecutor(2) as threads:
        entries = threads.submit(vectors.questions, ["停电了", "电费 停电了"])
        cases = threads.submit(vectors.questions, ["停电了", "电费 停电了"])
        assert np.array_equal(entries.result(5), cases.result(5))
    assert sorted(model.asked) == ["? 停电了", "? 电费 停电了"]


def test_a_failure_is_told_to_all_who_wait_and_is_not_remembered(model: Model, vectors: CentredVectors) -> None:
    model.fault = RuntimeError("no memory")
    model.gate.set()
    with pytest.raises(RuntimeError, match="no memory"):
        vectors.questions(["停电了"])
    model.fault = None
    assert vectors.questions(["停电了", "停电了"]).shape == (2, 3)
    assert model.asked == ["? 停电了"] * 2
