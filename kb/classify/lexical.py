"""The lexical views: what stands in a text, a support vector machine for every head."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix, diags, hstack
from sklearn.svm import LinearSVC

from kb.classify.channels import Channel
from kb.classify.folds import Rows
from kb.classify.heads import Head

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class LexicalKind:
    """What a lexical view looks at.

    Attributes:
        name: Of the view.
        channels: Keys of `ANALYZERS`.
        penalty: Inverse strength of regularisation.
        has_ratios: Whether terms count by how much more usual they are in an answer's texts than in all others
            (Wang and Manning 2012), instead of by how rare they are.
    """

    name: str
    channels: tuple[str, ...]
    penalty: float
    has_ratios: bool = False


SPEECH = LexicalKind("lexical", ("words", "characters", "sounds"), 0.1)
"""Exact words, parts of words, and words that sound alike, of a text without punctuation: what a caller says.
Penalties of 0.1 to 1.0 differ by about a point on three public sets."""

WRITING = LexicalKind("writing", ("writing",), 1.0, has_ratios=True)
"""Runs of characters as somebody wrote them, brackets and case included. On 14 trades of written questions .774 are
right by it (.763 by rarity instead of ratios), .669 by what speech keeps, .752 by one machine over both."""

NEVER_SEEN = -2.0
"""Margin of an answer that no training text has; a wrong answer's usual margin is about -1."""


class LexicalView:
    """Sees what stands there; knows nothing of meaning."""

    def __init__(
        self, kind: LexicalKind, channels: Sequence[Channel], machines: Mapping[str, tuple[Floats, Floats]]
    ) -> None:
        self.name = kind.name
        self.channels = tuple(channels)
        self.machines = dict(machines)

    @classmethod
    def fit(
        cls,
        kind: LexicalKind,
        texts: Sequence[str],
        labels: Rows,
        heads: Sequence[Head],
        *,
        weights: Floats,
        splits: Sequence[tuple[Rows, Rows]],
    ) -> tuple[LexicalView, dict[str, Floats]]:
        """Learn from texts; also returns the scores each head gave texts it had not seen, by category."""
        fitted = [Channel.fit(name, texts) for name in kind.channels]
        features = hstack([matrix for _channel, matrix in fitted]).tocsr()
        machines, unseen = {}, {}
        for head in heads:
            answers = head.answers[labels]
            machines[head.name] = fit_machine(kind, features, answers, head.answer_count, weights)
            held_out = np.zeros((len(labels), head.answer_count), dtype=np.float32)
            for train, part in splits:
                machine = fit_machine(kind, features[train], answers[train], head.answer_count, weights[train])
                held_out[part] = _margins(features[part], machine)
            unseen[head.name] = held_out[:, head.answers]
        return cls(kind, [channel for channel, _matrix in fitted], machines), unseen

    def scores(self, texts: Sequence[str], heads: Sequence[Head]) -> dict[str, Floats]:
        """Return for every head one row a text, one column a category."""
        features = hstack([channel.transform(texts) for channel in self.channels]).tocsr()
        return {head.name: _margins(features, self.machines[head.name])[:, head.answers] for head in heads}


def fit_machine(
    kind: LexicalKind, features: csr_matrix, answers: Rows, answer_count: int, weights: Floats
) -> tuple[Floats, Floats]:
    """Fit one-against-rest machines; returns weights (terms x answers, contiguous by term) and biases."""
    known = np.unique(answers)
    all_weights = np.zeros((features.shape[1], answer_count), dtype=np.float32)
    all_bias = np.full(answer_count, NEVER_SEEN, dtype=np.float32)
    if kind.has_ratios:
        for answer in known:
            ratios = _log_ratios(features, answers == answer)
            machine = _machine(kind, features @ diags(ratios), answers == answer, weights)
            all_weights[:, answer], all_bias[answer] = ratios * machine.coef_[0], machine.intercept_[0]
        return all_weights, all_bias
    machine = _machine(kind, features, answers, weights)
    slopes, bias = machine.coef_.T, machine.intercept_
    if len(known) == 2:
        slopes, bias = np.hstack([-slopes, slopes]), np.concatenate([-bias, bias])
    all_weights[:, known], all_bias[known] = slopes, bias
    return all_weights, all_bias


def _machine(kind: LexicalKind, features: csr_matrix, answers: npt.NDArray[Any], weights: Floats) -> LinearSVC:
    return LinearSVC(C=kind.penalty, random_state=0).fit(features, answers, sample_weight=weights)


def _log_ratios(features: csr_matrix, is_answer: npt.NDArray[np.bool_]) -> Floats:
    """Return for every term the log of how much more usual it is in some texts than in the others, smoothed by one."""
    inside = 1.0 + features[is_answer].getnnz(axis=0)
    outside = 1.0 + features[~is_answer].getnnz(axis=0)
    ratios: Floats = np.log((inside / inside.sum()) / (outside / outside.sum())).astype(np.float32)
    return ratios


def _margins(features: csr_matrix, machine: tuple[Floats, Floats]) -> Floats:
    weights, bias = machine
    return np.asarray(features @ weights + bias, dtype=np.float32)
