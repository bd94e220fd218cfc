"""Orders candidates and rates the confidence by a linear model whose weights are data (`ranking.json`). Pure."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Self

import numpy as np
import numpy.typing as npt
import orjson

from kb.search.ranking.features import COLUMN, FEATURES, Floats

_VECTOR_COLUMNS = [COLUMN[name] for name in ("vector.question", "vector.answer", "vector.best")]
_RELATIVE = ("bigrams.whole", "pinyin.whole", "words.whole")
_QUOTED_COVERAGE = "pinyin.coverage"
_QUOTED_FROM = 0.6
"""Share of a question's sounds and pairs of them above which a text has it nearly word for word; chance reaches .5."""
_USUAL_QUESTION_CHARACTERS = 16

RANKING_FEATURES: tuple[str, ...] = (
    *FEATURES,
    *(f"relative.{name}" for name in _RELATIVE),
    "quoted",
)
"""What the linear model sees: the features, parts of the score relative to the question's best candidate, and how
far a candidate has the question's own wording (`quoted`, from 0 to .4): the larger the collection, the more texts mean
the like, and the more it says that one says the very thing.

Measured as well and worth less than .001 to a linear model of 1,704 questions: pairs, content words and runs by
themselves, coverage of the best title, and features times the question's length, its share of homophones or the share
of it that no candidate contains.
"""


@dataclass(frozen=True, slots=True)
class RankingModel:
    """Weights by name; a name that is absent weighs nothing.

    Attributes:
        name: Which fit this is; part of logs and evaluations.
        weights: With vectors.
        lexical_weights: While no vectors take part.
        confidence: Weights of the confidence's logistic model over `CONFIDENCE_FEATURES`, and `bias`.
        lexical_confidence: The same while no vectors take part.
    """

    name: str
    weights: dict[str, float]
    lexical_weights: dict[str, float]
    confidence: dict[str, float]
    lexical_confidence: dict[str, float]

    @classmethod
    def from_json(cls, data: bytes) -> Self:
        """Read a model; unknown feature names are refused with `ValueError`."""
        return cls.from_fields(orjson.loads(data))

    @classmethod
    def from_fields(cls, fields: Mapping[str, Any]) -> Self:
        """Make a model of its fields; unknown feature names and missing fields are refused with `ValueError`."""
        try:
            model = cls(**fields)
        except TypeError as error:
            raise ValueError(str(error)) from error
        unknown = {*model.weights, *model.lexical_weights} - {*RANKING_FEATURES}
        if unknown:
            raise ValueError(f"ranking model {model.name} has unknown features {sorted(unknown)}")
        return model

    def rank(self, matrix: Floats, question_characters: int) -> Ranked:
        """Return scores and confidences of the candidates."""
        has_vectors = bool(np.isfinite(matrix[:, _VECTOR_COLUMNS]).any())
        return self.rank_filled(fill_vectors(matrix), question_characters, has_vectors=has_vectors)

    def rank_filled(self, filled: Floats, question_characters: int, *, has_vectors: bool) -> Ranked:
        """Return scores and confidences of candidates whose features have no gaps."""
        weights = self.weights if has_vectors else self.lexical_weights
        scores = linear_scores(filled, weights)
        confidence = self.confidence if has_vectors else self.lexical_confidence
        return Ranked(filled, scores, _confidences(confidence, filled, scores, question_characters), has_vectors)


@dataclass(frozen=True, slots=True)
class Ranked:
    """Scores and confidences in the candidates' order, with the completed features they come from."""

    features: Floats
    scores: Floats
    confidences: Floats
    has_vectors: bool


def linear_scores(filled: Floats, weights: Mapping[str, float]) -> Floats:
    """Return the weighted sums of the ranking features."""
    scores: Floats = ranking_features(filled) @ _column(weights, RANKING_FEATURES)
    return scores


def is_of_vectors(feature: str) -> bool:
    """Whether a feature exists only when vectors take part."""
    return "vector." in feature


@cache
def shipped_model() -> RankingModel:
    """Return the model that comes with the product."""
    return RankingModel.from_json((files("kb.search.ranking") / "ranking.json").read_bytes())


def fill_vectors(matrix: Floats) -> Floats:
    """Return features without gaps: a document still without vectors gets what its lexical equals have.

    A missing side (a document without a title) counts as the other one. A missing document is placed by a line
    through the candidates that have vectors, over their lexical score, so that being new is no disadvantage.
    """
    filled = matrix.copy()
    question, answer, best = (filled[:, column] for column in _VECTOR_COLUMNS)
    has_any = np.isfinite(best)
    question[has_any & ~np.isfinite(question)] = best[has_any & ~np.isfinite(question)]
    answer[has_any & ~np.isfinite(answer)] = best[has_any & ~np.isfinite(answer)]
    if has_any.all():
        return filled
    lexical = filled[:, COLUMN["bigrams.whole"]] + filled[:, COLUMN["pinyin.whole"]]
    for values in (question, answer, best):
        values[~has_any] = _expected(lexical, values, has_any)
    return filled


def _expected(lexical: Floats, values: Floats, is_known: npt.NDArray[np.bool_]) -> Floats:
    if not is_known.any():
        return np.zeros(int((~is_known).sum()))
    known, spread = lexical[is_known], float(lexical[is_known].std())
    if spread < 1e-6 or len(known) < 5:
        return np.full(int((~is_known).sum()), values[is_known].mean())
    slope, level = np.polyfit(known, values[is_known], 1)
    expected: Floats = np.clip(level + max(0.0, slope) * lexical[~is_known], -1.0, values[is_known].max())
    return expected


def ranking_features(filled: Floats) -> Floats:
    """Return the matrix with the columns `RANKING_FEATURES`."""
    relative = [_over_best(filled[:, COLUMN[name]]) for name in _RELATIVE]
    quoted = np.maximum(0.0, filled[:, COLUMN[_QUOTED_COVERAGE]] - _QUOTED_FROM)
    return np.column_stack([filled, *relative, quoted])


def _over_best(values: Floats) -> Floats:
    best = float(values.max(initial=0.0))
    return values / best if best > 0 else values


CONFIDENCE_FEATURES = (
    "bias",
    "score",
    "lead",
    "ahead",
    "vector.best",
    "vector.question",
    "bigrams.coverage",
    "pinyin.coverage",
    "initials.coverage",
    "bigrams.asked",
    "asked_share.pinyin",
    "run.pinyin",
    "question_length",
)
"""`score` is the ranking score, `lead` its distance to the best other candidate, `ahead` the root of its
distance to the mean of the best five others (to nothing where it is alone): where several fit equally well, none may
fit, and the first step away from them says most."""

_OTHERS = 5


def _confidences(weights: dict[str, float], filled: Floats, scores: Floats, question_characters: int) -> Floats:
    logits = confidence_features(filled, scores, question_characters) @ _column(weights, CONFIDENCE_FEATURES)
    probabilities: Floats = 1 / (1 + np.exp(-np.clip(logits, -30, 30)))
    return probabilities


def confidence_features(filled: Floats, scores: Floats, question_characters: int) -> Floats:
    """Return the matrix with the columns `CONFIDENCE_FEATURES`."""
    ones = np.ones(len(scores))
    columns = {
        "bias": ones,
        "score": scores,
        "lead": _lead(scores),
        "ahead": _ahead(scores),
        "question_length": ones * math.log((1 + question_characters) / (1 + _USUAL_QUESTION_CHARACTERS)),
    }
    return np.column_stack([columns[n] if n in columns else filled[:, COLUMN[n]] for n in CONFIDENCE_FEATURES])


def _lead(scores: Floats) -> Floats:
    if len(scores) < 2:
        return np.ones(len(scores))
    best, second = np.sort(scores)[::-1][:2]
    lead: Floats = np.where(scores == best, best - second, scores - best)
    return lead


def _ahead(scores: Floats) -> Floats:
    if len(scores) < 2:
        return np.sqrt(np.maximum(scores, 0.0))
    best = np.sort(scores)[::-1][: _OTHERS + 1]
    count = min(_OTHERS, len(scores) - 1)
    # Those among the best compare themselves with the rest of the best, the others with the best five.
    others = np.where(scores >= best[-1], best.sum() - scores, best[:count].sum()) / count
    ahead: Floats = np.sqrt(np.maximum(scores - others, 0.0))
    return ahead


def _column(weights: Mapping[str, float], names: tuple[str, ...]) -> Floats:
    return np.array([weights.get(name, 0.0) for name in names])
