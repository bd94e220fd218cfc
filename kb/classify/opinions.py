"""What scorers make of a text together, as one opinion or as two.

What stands there and what is meant are wrong about different texts. Added up, as scorers of one kind are, the surer
side decides alone; on texts unlike those learned from it is surer than it should be. The mean of two calibrated
opinions (a linear opinion pool) is sure only where both are: right for such texts, too timid for others. Texts that
were held out in groups of their like tell which kind of texts an installation has.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from kb.classify.calibration import Sharpness, fit_pool, fit_sharpness, softmax, surprise
from kb.classify.folds import Rows

SAID_SHARE, MEANT_SHARE = 0.6, 0.4
"""Of what stands there and what is meant, when they are added up. At equal shares power_trade loses .002 of its
accuracy and gov7 .003, of 577; bank_topic is best at .6 to .7 by as little (docs/benchmarks.md)."""

Scores = npt.NDArray[np.float32]
Probabilities = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Opinion:
    """Scorers that are added up, and calibrated together.

    Attributes:
        weights: Weight of every scorer, as `<view>.<head>`.
        sharpness: How far the sum is to be trusted.
    """

    weights: Mapping[str, float]
    sharpness: Sharpness

    @classmethod
    def fit(cls, named: Mapping[str, Scores], weights: Mapping[str, float], familiar: Scores, labels: Rows) -> Opinion:
        """Learn how far the sum is to be trusted, from scores of texts that the scorers had not seen.

        Args:
            named: One matrix a scorer: one row a text, one column a category.
            weights: Of every scorer.
            familiar: How near the nearest known text was to each text, a cosine.
            labels: Column of the right category, per text.
        """
        return cls(weights, fit_sharpness(_added_up(named, weights), familiar, labels))

    def probabilities(self, named: Mapping[str, Scores], familiar: Scores) -> Probabilities:
        """Return calibrated probabilities, one row a text, one column a category; scorers may be missing."""
        return softmax(self.sharpness.apply(_added_up(named, self.weights), familiar))


def mean_of(opinions: Sequence[Opinion], named: Mapping[str, Scores], familiar: Scores) -> Probabilities:
    """Return the mean of the opinions that have a scorer there (without an embedder those by meaning have none)."""
    heard = [opinion for opinion in opinions if named.keys() & opinion.weights.keys()]
    mean: Probabilities = np.mean([opinion.probabilities(named, familiar) for opinion in heard], axis=0)
    return mean


def fit_opinions(
    said: Mapping[str, Scores], meant: Mapping[str, Scores], familiar: Scores, labels: Rows
) -> tuple[list[Opinion], Probabilities]:
    """Learn one opinion or two, whichever texts that the scorers had not seen are more likely by.

    How much each side has to say in one opinion is set. Fitting it would leave almost everything to the vectors:
    held-out texts are near what was learned, and only other texts, or a real line, show what the sounds and the exact
    words are worth.

    Args:
        said: Scores by what stands there, by scorer.
        meant: Scores by what is meant; empty without an embedder.
        familiar: How near the nearest known text was to each text, a cosine.
        labels: Column of the right category, per text.

    Returns:
        The opinions, and what they make of these texts.
    """
    named = {**said, **meant}
    sides = [(side, _weights(side, labels)) for side in (said, meant) if side]
    ways = [[Opinion.fit(side, weights, familiar, labels) for side, weights in sides]]
    if meant:
        shared = {
            name: share * weight
            for share, (_side, weights) in zip((SAID_SHARE, MEANT_SHARE), sides, strict=True)
            for name, weight in weights.items()
        }
        ways.insert(0, [Opinion.fit(named, shared, familiar, labels)])
    heard = [(opinions, mean_of(opinions, named, familiar)) for opinions in ways]
    return min(heard, key=lambda way: surprise(way[1], labels))


def _weights(named: Mapping[str, Scores], labels: Rows) -> dict[str, float]:
    return dict(zip(named, map(float, fit_pool([*named.values()], labels)), strict=True))


def _added_up(named: Mapping[str, Scores], weights: Mapping[str, float]) -> Probabilities:
    total: Probabilities = np.sum(
        [weights[name] * matrix for name, matrix in named.items() if name in weights], axis=0, dtype=np.float64
    )
    return total
