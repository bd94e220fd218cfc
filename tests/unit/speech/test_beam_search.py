"""The search finds likely texts that a greedy one walks past, and knows when to stop."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np
import pytest

from speech.stt.beam_search import SCORE_GAP, Candidates, Hypothesis, beam_search

pytestmark = pytest.mark.unit

END = 0
Model = Mapping[tuple[int, ...], Mapping[int, float]]
"""Probabilities of the next token by the text so far."""


class Toy:
    """A model small enough to follow by hand."""

    def __init__(self, model: Model, *, otherwise: Mapping[int, float] | None = None, vocabulary: int = 6) -> None:
        self._model = model
        self._otherwise = otherwise or {END: 1.0}
        self._vocabulary = vocabulary
        self.rows: list[int] = []

    def after(self, texts: Sequence[tuple[int, ...]]) -> Candidates:
        table = np.full((len(texts), self._vocabulary), -50.0, np.float32)
        for row, text in enumerate(texts):
            for token, probability in self._model.get(text, self._otherwise).items():
                table[row, token] = math.log(probability)
        order = np.argsort(-table, axis=1, kind="stable")
        return Candidates(np.take_along_axis(table, order, axis=1), order.astype(np.int64))

    def step(self, texts: Sequence[tuple[int, ...]]) -> Candidates:
        self.rows.append(len(texts))
        return self.after(texts)

    def search(self, beam_size: int, max_tokens: int = 10) -> tuple[Hypothesis, ...]:
        return beam_search(self.after([()]), self.step, beam_size=beam_size, max_tokens=max_tokens, end_token=END)


LATE = {(): {1: 0.55, 2: 0.45}, (1,): {3: 0.4, 4: 0.35, END: 0.25}, (2,): {5: 0.95, END: 0.05}}
"""What begins likelier ends less likely: 1 3 has .22, 2 5 has .43."""


def test_one_text_is_the_greedy_one():
    toy = Toy(LATE)
    (best,) = toy.search(1)
    assert best.tokens == (1, 3)
    assert toy.rows == [1, 1]


def test_side_by_side_the_likelier_text_wins():
    texts = Toy(LATE).search(3)
    assert [text.tokens for text in texts][:2] == [(2, 5), (1, 3)]
    assert texts[0].score == pytest.approx(math.log(0.45 * 0.95) / 2)


def test_scores_fall_and_the_texts_are_different():
    texts = Toy(LATE).search(3)
    assert [text.score for text in texts] == sorted((text.score for text in texts), reverse=True)
    assert len({text.tokens for text in texts}) == len(texts) <= 3


def test_nothing_said_is_an_empty_text():
    (best, *_) = Toy({(): {END: 0.99, 1: 0.01}}).search(2)
    assert best.tokens == ()
    assert best.score == pytest.approx(math.log(0.99))


def test_a_text_without_an_end_is_cut():
    (best, *_) = Toy({}, otherwise={1: 0.9, 2: 0.1}).search(2, max_tokens=4)
    assert best.tokens == (1, 1, 1, 1)


def test_what_is_far_behind_is_given_up():
    far = math.exp(-SCORE_GAP) / 2
    toy = Toy({(): {1: 1 - far, 2: far}, (1,): {3: 1.0}, (2,): {3: 1.0}})
    texts = toy.search(2)
    assert toy.rows == [1, 1]
    assert [text.tokens for text in texts] == [(1, 3)]


def test_texts_go_on_from_either_of_two_beginnings():
    crossed = {(): {1: 0.6, 2: 0.4}, (1,): {3: 0.5, 4: 0.5}, (2,): {5: 1.0}}
    texts = {text.tokens for text in Toy(crossed).search(3)}
    assert texts == {(1, 3), (1, 4), (2, 5)}
