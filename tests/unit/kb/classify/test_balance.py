from __future__ import annotations

import numpy as np
import pytest

from kb.classify.training import BALANCE_AT_MOST, balanced

pytestmark = pytest.mark.unit


def weights(*totals: int, each: float = 1.0) -> list[float]:
    """Return the balanced weight of one text of each category, for categories with so many texts."""
    labels = np.repeat(np.arange(len(totals)), totals)
    found = balanced(labels, np.full(len(labels), each, np.float32))
    return [float(found[labels == category][0]) for category in range(len(totals))]


def test_categories_with_few_texts_are_made_up_for_in_part() -> None:
    many, few = weights(30, 10)

    assert many < 1 < few
    assert 10 * few < 30 * many < 3 * 10 * few


def test_a_single_text_is_not_learned_by_heart() -> None:
    assert weights(600, 600, 1)[-1] == BALANCE_AT_MOST


@pytest.mark.parametrize("each", [0.25, 1.0, 20.0])
def test_categories_of_the_same_weight_keep_it(each: float) -> None:
    assert weights(10, 10, 10, each=each) == pytest.approx([each] * 3)


def test_what_a_category_weighs_counts_and_not_how_many_texts_it_has() -> None:
    labels = np.array([0, 0, 0, 0, 1])

    assert balanced(labels, np.array([0.5, 0.5, 0.5, 0.5, 2.0], np.float32)) == pytest.approx([0.5] * 4 + [2.0])
