"""One opinion or two: `kb.classify.opinions`."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from kb.classify.examples import Example
from kb.classify.opinions import fit_opinions, mean_of
from kb.classify.storage import load_model, model_path, save_model
from kb.classify.training import fit

pytestmark = pytest.mark.unit

Scores = npt.NDArray[np.float32]
COUNT, CATEGORIES = 2_000, 5
FAMILIAR = np.zeros(COUNT, np.float32)


def labels_of(generator: np.random.Generator) -> npt.NDArray[np.intp]:
    return generator.integers(CATEGORIES, size=COUNT)


def loud(labels: npt.NDArray[np.intp], generator: np.random.Generator) -> Scores:
    """Scores whose size says nothing of whether they are right: one that shouts would decide a sum alone."""
    pointed = np.where(generator.random(COUNT) < 0.2, generator.integers(CATEGORIES, size=COUNT), labels)
    return (np.eye(CATEGORIES)[pointed] * generator.lognormal(0, 2, (COUNT, 1))).astype(np.float32)


def blurred(labels: npt.NDArray[np.intp], generator: np.random.Generator) -> Scores:
    return (np.eye(CATEGORIES)[labels] + generator.normal(0, 1.0, (COUNT, CATEGORIES))).astype(np.float32)


def test_sides_that_say_loudly_what_is_wrong_stay_two_opinions():
    generator = np.random.default_rng(1)
    labels = labels_of(generator)
    said, meant = loud(labels, generator), loud(labels, generator)
    opinions, probabilities = fit_opinions({"lexical.category": said}, {"vector.category": meant}, FAMILIAR, labels)
    assert [set(opinion.weights) for opinion in opinions] == [{"lexical.category"}, {"vector.category"}]
    each = [
        opinion.probabilities({"lexical.category": said, "vector.category": meant}, FAMILIAR) for opinion in opinions
    ]
    np.testing.assert_allclose(probabilities, np.mean(each, axis=0))


def test_sides_that_see_the_same_dimly_are_added_up():
    generator = np.random.default_rng(2)
    labels = labels_of(generator)
    named = {"lexical.category": blurred(labels, generator), "vector.category": blurred(labels, generator)}
    said, meant = ({name: scores} for name, scores in named.items())
    opinions, probabilities = fit_opinions(said, meant, FAMILIAR, labels)
    (opinion,) = opinions
    assert opinion.weights.keys() == named.keys()
    alone, _ = fit_opinions(said, {}, FAMILIAR, labels)
    right, right_alone = (
        (made.argmax(axis=1) == labels).mean() for made in (probabilities, mean_of(alone, said, FAMILIAR))
    )
    assert right > right_alone + 0.05


def test_without_an_embedder_what_was_said_decides():
    generator = np.random.default_rng(3)
    labels = labels_of(generator)
    said = {"lexical.category": blurred(labels, generator)}
    opinions, _ = fit_opinions(said, {"vector.category": blurred(labels, generator)}, FAMILIAR, labels)
    made = mean_of(opinions, said, FAMILIAR)
    np.testing.assert_allclose(made.sum(axis=1), 1.0)
    np.testing.assert_array_equal(made.argmax(axis=1), said["lexical.category"].argmax(axis=1))


def test_opinions_come_back_from_disk(tmp_path: Path):
    texts = {"power": ["停电了", "跳闸了", "没有电"], "gas": ["有煤气味", "燃气漏了", "灶具打不着"]}
    trained = fit([Example(text, label) for label, said in texts.items() for text in said])
    path = model_path(tmp_path, 1)
    stored = load_model(path, save_model(trained.classifier, trained.held_out, path), None)
    assert stored is not None
    assert stored.classifier.opinions == trained.classifier.opinions
