from __future__ import annotations

import numpy as np
import pytest

from curation.clusters import join_leaders

pytestmark = pytest.mark.unit


def rows(*angles: float) -> np.ndarray[tuple[int, int], np.dtype[np.float32]]:
    return np.array([[np.cos(angle), np.sin(angle)] for angle in angles], dtype=np.float32).reshape(-1, 2)


def test_questions_join_the_nearest_leader_and_new_ones_lead_those_that_follow() -> None:
    assert list(join_leaders(rows(0.1, 1.5, 1.4, 0.7), rows(0.0, 0.9), 0.95)) == [0, 2, 2, 1]


def test_the_first_question_of_a_desk_leads() -> None:
    assert list(join_leaders(rows(0.0, 0.01), rows(), 0.95)) == [0, 0]
