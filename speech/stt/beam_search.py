"""Pure: which texts a decoder tries next, and which of them were said. No model, no clock."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

SCORE_GAP = 5.0
"""A text whose probability is e^5 times smaller than that of the best is given up: of five, 4.4 are left on average,
and the search ends when one has finished far ahead. At 3 it hears the same (ADR 16) for a tenth less time, but leaves
fewer other readings."""


@dataclass(frozen=True, slots=True)
class Candidates:
    """What may follow each text that is being tried, likeliest first.

    Attributes:
        scores: Log probabilities, (texts, choices).
        tokens: (texts, choices).
    """

    scores: npt.NDArray[np.float32]
    tokens: npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Hypothesis:
    """A finished text.

    Attributes:
        tokens: Without the end mark.
        score: Mean log probability of a token; the end mark counts in the sum and not in the number, as in
            ctranslate2.
    """

    tokens: tuple[int, ...]
    score: float


@dataclass(frozen=True, slots=True)
class _Text:
    tokens: tuple[int, ...]
    log_probability: float

    def finished(self) -> Hypothesis:
        return Hypothesis(self.tokens, self.log_probability / max(1, len(self.tokens)))


Step = Callable[[Sequence[tuple[int, ...]]], Candidates]
"""Called with the texts that are tried, each of them one of the step before with a token behind it."""


def beam_search(
    first: Candidates, step: Step, *, beam_size: int, max_tokens: int, end_token: int
) -> tuple[Hypothesis, ...]:
    """Return the likeliest texts, best first: at most `beam_size`, at least one.

    Args:
        first: What may begin a text: one row.
        step: Asked for what may follow the texts that it is given.
        beam_size: Texts that are tried side by side; each needs `2 * beam_size` choices, or all there are.
        max_tokens: A text that has not ended by then is cut.
        end_token: What ends a text.
    """
    finished: list[_Text] = []
    running = [_Text((), 0.0)]
    candidates = first
    for _ in range(max_tokens):
        ended, running = _advance(running, candidates, beam_size, end_token)
        finished += ended
        least = max(text.log_probability for text in (*finished, *running)) - SCORE_GAP
        finished, running = _keep(finished, least), _keep(running, least)
        if not running or len(finished) >= beam_size:
            break
        candidates = step([text.tokens for text in running])
    hypotheses = [text.finished() for text in finished or running]
    return tuple(sorted(hypotheses, key=lambda hypothesis: -hypothesis.score)[:beam_size])


def _keep(texts: Sequence[_Text], least: float) -> list[_Text]:
    return [text for text in texts if text.log_probability >= least]


def _advance(
    texts: Sequence[_Text], candidates: Candidates, beam_size: int, end_token: int
) -> tuple[list[_Text], list[_Text]]:
    totals = candidates.scores + np.array([[text.log_probability] for text in texts], np.float32)
    ranked = np.argsort(-totals, axis=None, kind="stable")[: 2 * beam_size]
    ended: list[_Text] = []
    running: list[_Text] = []
    for rank, flat in enumerate(ranked):
        parent, choice = divmod(int(flat), totals.shape[1])
        token, total = int(candidates.tokens[parent, choice]), float(totals[parent, choice])
        before = texts[parent].tokens
        if token != end_token:
            running.append(_Text((*before, token), total))
        elif rank < beam_size:
            ended.append(_Text(before, total))
        if len(running) == beam_size:
            break
    return ended, running
