from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from kb.classify.calibration import fit_pool, softmax, surprise
from kb.classify.examples import Example
from kb.classify.judge import FEWEST_TEXTS, Judge, agreed, fit_judge
from kb.classify.storage import load_model, model_path, save_model
from kb.classify.training import Trained, fit

pytestmark = pytest.mark.unit

Scores = dict[str, npt.NDArray[np.float32]]
COUNT = 1_500


def misleading(*, is_shared: bool, count: int = COUNT) -> tuple[Scores, npt.NDArray[np.intp]]:
    """Three categories. `near` always points at the next category when `is_shared`, which only a judge can learn."""
    generator = np.random.default_rng(3)
    labels = generator.integers(3, size=count)
    pointed = (labels + 1) % 3 if is_shared else labels
    near = np.eye(3)[pointed] + generator.normal(0, 0.4, (count, 3))
    words = np.eye(3)[labels] * 0.5 + generator.normal(0, 0.5, (count, 3))
    return {"near": near.astype(np.float32), "words": words.astype(np.float32)}, labels


def judged(named: Scores, labels: npt.NDArray[np.intp]) -> tuple[Judge | None, float, float]:
    """Return the judge with the accuracy of the pool and of what is kept."""
    weights = fit_pool(list(named.values()), labels)
    pooled = softmax(sum(weight * matrix for weight, matrix in zip(weights, named.values(), strict=True)))
    parts = np.array_split(np.arange(len(labels)), 3)
    judge, kept = fit_judge(named, pooled, labels, np.ones(len(labels), np.float32), parts)
    return judge, float((pooled.argmax(axis=1) == labels).mean()), float((kept.argmax(axis=1) == labels).mean())


def scorers(trained: Trained) -> list[str]:
    return [name for opinion in trained.classifier.opinions for name in opinion.weights]


def test_judge_learns_that_a_near_text_of_one_category_speaks_for_another():
    judge, pool_accuracy, kept_accuracy = judged(*misleading(is_shared=True))
    assert judge is not None
    assert kept_accuracy > pool_accuracy + 0.1


def test_judge_that_knows_no_more_than_the_pool_is_left_out():
    named, labels = misleading(is_shared=False)
    shuffled = np.random.default_rng(5).permutation(labels)
    judge, pool_accuracy, kept_accuracy = judged(named, shuffled)
    assert judge is None
    assert kept_accuracy == pool_accuracy


def test_judge_that_is_right_less_often_is_left_out_though_right_ones_are_likelier():
    generator = np.random.default_rng(7)
    labels = generator.integers(3, size=COUNT)
    pooled = softmax(0.2 * np.eye(3)[labels])
    pointed = np.where(generator.random(COUNT) < 0.3, generator.integers(3, size=COUNT), labels)
    named = {"words": np.eye(3, dtype=np.float32)[pointed]}
    weights, parts = np.ones(COUNT, np.float32), np.array_split(np.arange(COUNT), 3)
    judge = Judge.fit(named, labels, weights)
    assert surprise(agreed(pooled, judge.probabilities(named)), labels) < surprise(pooled, labels)
    kept, probabilities = fit_judge(named, pooled, labels, weights, parts)
    assert kept is None
    assert probabilities is pooled


@pytest.mark.parametrize("count", [2, FEWEST_TEXTS - 1])
def test_few_texts_get_no_judge(count: int):
    named, labels = misleading(is_shared=True, count=count)
    assert judged(named, labels)[0] is None


def test_two_categories_are_judged_symmetrically():
    labels = np.arange(COUNT) % 2
    named = {"one": np.eye(2, dtype=np.float32)[1 - labels]}
    judge = Judge.fit(named, labels, np.ones(COUNT, np.float32))
    probabilities = judge.probabilities(named)
    assert (probabilities.argmax(axis=1) == labels).all()
    np.testing.assert_allclose(probabilities.sum(axis=1), 1.0)
    np.testing.assert_allclose(agreed(probabilities, probabilities), probabilities)


def test_judge_comes_back_from_disk(tmp_path: Path):
    texts = {"power": ["停电了", "跳闸了", "没有电"], "gas": ["有煤气味", "燃气漏了", "灶具打不着"]}
    trained = fit([Example(text, label) for label, said in texts.items() for text in said])
    asked = [text for said in texts.values() for text in said]
    unjudged = trained.classifier.probabilities(asked)
    generator = np.random.default_rng(1)
    scores = {name: generator.normal(size=(8, 2)).astype(np.float32) for name in scorers(trained)}
    trained.classifier.judge = judge = Judge.fit(scores, np.arange(8) % 2, np.ones(8, np.float32))
    path = model_path(tmp_path, 1)
    stored = load_model(path, save_model(trained.classifier, trained.held_out, path), None)
    assert stored is not None
    assert stored.classifier.judge is not None
    assert stored.classifier.judge.scorers == judge.scorers
    assert (trained.classifier.probabilities(asked) != unjudged).any()
    learned = trained.classifier.probabilities(asked)
    np.testing.assert_allclose(stored.classifier.probabilities(asked), learned, atol=0.01)


def test_judge_keeps_silent_when_a_scorer_it_reads_is_away():
    trained = fit(
        [Example("停电了", "power"), Example("没有电", "power"), Example("漏气", "gas"), Example("煤气味", "gas")]
    )
    unjudged = trained.classifier.probabilities(["停电"])
    names = [*scorers(trained), "vector.category"]
    scores = {name: np.eye(2, dtype=np.float32)[np.arange(8) % 2] for name in names}
    trained.classifier.judge = Judge.fit(scores, np.arange(8) % 2, np.ones(8, np.float32))
    np.testing.assert_array_equal(trained.classifier.probabilities(["停电"]), unjudged)
