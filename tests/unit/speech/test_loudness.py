from __future__ import annotations

import numpy as np
import pytest

from speech.vad.loudness import FLOOR_LOWEST_DB, NoiseFloor, loudness_db, weighed

pytestmark = pytest.mark.unit


@pytest.mark.parametrize("above_db", [12.0, 20.0, 60.0])
def test_what_stands_out_of_the_noise_is_more_likely_speech_up_to_a_bound(above_db: float):
    assert weighed(0.2, above_db) == pytest.approx(weighed(0.2, 12.0))
    assert weighed(0.2, above_db) > 0.5


@pytest.mark.parametrize("above_db", [-3.0, 0.0, 3.0])
def test_what_is_no_louder_than_the_line_is_less_likely_speech(above_db: float):
    assert weighed(0.35, above_db) < 0.2


def test_loudness_alone_decides_nothing():
    assert weighed(0.01, 60.0) < 0.1
    assert weighed(0.9, 0.0) > 0.7
    assert weighed(0.0, 60.0) == 0.0
    assert weighed(1.0, -60.0) == pytest.approx(1.0)


def test_neutral_loudness_leaves_the_model_its_opinion():
    assert weighed(0.4, 6.0) == pytest.approx(0.4)


def test_floor_falls_at_once_and_rises_slowly():
    floor = NoiseFloor()
    assert floor.above_db(-40.0) == 0.0
    assert floor.above_db(-50.0) == pytest.approx(-9.92, abs=0.1)
    assert floor.above_db(-20.0) == pytest.approx(30.0, abs=0.2)
    sentence = [floor.above_db(-20.0) for _ in range(60)]
    assert min(sentence) > 24.0
    for _ in range(600):
        steady = floor.above_db(-20.0)
    assert steady == pytest.approx(0.0, abs=0.1)


def test_silent_line_has_a_floor():
    floor = NoiseFloor()
    for _ in range(10):
        floor.above_db(loudness_db(np.zeros(512, np.float32)))
    assert floor.above_db(-60.0) == pytest.approx(-60.0 - FLOOR_LOWEST_DB, abs=0.1)
