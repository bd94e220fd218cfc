from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pytest

from assist_api.ivr.intents import Handling, IntentClassifier, parse_intents, shipped_intents
from kit.errors import InvalidInputError

pytestmark = pytest.mark.unit


def blind(texts: Sequence[str]) -> npt.NDArray[np.float32]:
    """Embed every sentence alike, so that only words and characters decide."""
    return np.ones((len(texts), 2), dtype=np.float32)


@pytest.fixture(scope="module")
def classifier() -> IntentClassifier:
    return IntentClassifier(shipped_intents(), blind)


@pytest.mark.parametrize(
    ("said", "intent"),
    [
        ("转人工", "agent"),
        ("帮我查一下这个月的水费是多少", "bill_query"),
        ("我要开发票", "invoice"),
        ("我要投诉你们师傅态度太差了", "complaint"),
        ("然气表不走字了", "meter_problem"),
    ],
)
def test_an_example_of_one_trade_teaches_the_others(classifier: IntentClassifier, said: str, intent: str) -> None:
    assert classifier.rank(said).best == intent


def test_danger_goes_before_everything(classifier: IntentClassifier) -> None:
    ranking = classifier.rank("我要查电费，哎呀我家煤气漏了，一屋子煤气味")
    assert (ranking.best, ranking.handling) == ("emergency", Handling.ACT)


def test_probabilities_sum_to_one_and_fall(classifier: IntentClassifier) -> None:
    ranked = classifier.rank("电费怎么交").ranked
    assert sum(item.probability for item in ranked) == pytest.approx(1.0, abs=1e-3)
    assert [item.probability for item in ranked] == sorted((item.probability for item in ranked), reverse=True)


def test_what_nobody_understands_is_asked_again(classifier: IntentClassifier) -> None:
    ranking = classifier.rank("嘟嘟嘟")
    assert (ranking.best, ranking.handling) == ("other", Handling.REJECT)


def test_the_seventeen_intents_ship() -> None:
    assert len(shipped_intents().intents) == 17


@pytest.mark.parametrize(
    ("text", "problem"),
    [("version: [", "no YAML"), ("version: 1\nwords: {}\nintents: {a: {cues: []}}", "intents.a.examples")],
)
def test_a_broken_file_names_the_place(text: str, problem: str) -> None:
    with pytest.raises(InvalidInputError, match=problem):
        parse_intents(text)
