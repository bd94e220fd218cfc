"""A second listener of the safety reflex: hears danger in words that no rule names, by likeness to examples. Pure.

The rules decide alone on partials and wherever no sentence model is loaded. On finals this listener adds what the rules
missed; it never silences a rule, and the rules' guards (denied, over, supposed, a drill, a price) hold for it too.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from importlib import resources
from typing import Annotated, Literal

import numpy as np
import numpy.typing as npt
import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from scipy.sparse import csr_matrix, hstack
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression

from assist_api.alerts.detector import Danger, DangerDetector
from assist_api.alerts.rules import DangerKind
from kit.errors import InvalidInputError

ORDINARY = "ordinary"
ALERT_FROM = 0.85
"""Probability of danger from which the listener raises an alert; `docs/benchmarks.md` has the figures."""
_MEANING_WEIGHT = 3.0
_REGULARISATION = 10.0
_LONGEST = 120
"""Characters of a spoken utterance; longer texts are letters and are left to the rules."""
PATTERN = "like the examples"

Embed = Callable[[Sequence[str]], npt.NDArray[np.float32]]
"""Turns sentences into unit vectors, one row each."""
_Sentences = Annotated[list[str], Field(min_length=5)]


class DangerExamples(BaseModel):
    """`examples.yaml` as it is written: sentences by kind, and ordinary ones."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    version: Literal[1]
    gas_leak: _Sentences
    carbon_monoxide: _Sentences
    electric_shock: _Sentences
    fallen_line: _Sentences
    fire: _Sentences
    burst_main: _Sentences
    trapped: _Sentences
    ordinary: _Sentences

    def by_kind(self) -> Mapping[str, Sequence[str]]:
        """Return the sentences by the name of their kind."""
        return {name: getattr(self, name) for name in (*(kind.value for kind in DangerKind), ORDINARY)}


def shipped_examples() -> DangerExamples:
    """Return the examples that ship with the product.

    Raises:
        InvalidInputError: The file is not as described.
    """
    text = resources.files("assist_api.alerts").joinpath("examples.yaml").read_text("utf-8")
    try:
        return DangerExamples.model_validate(yaml.safe_load(text))
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"]))
        raise InvalidInputError(
            f"safety examples, {place}: {first['msg']}", field=place, code="safety_examples_invalid"
        ) from error


class MeaningListener:
    """Adds to a detector what sounds like its examples; immutable once made, so that calls may share it."""

    def __init__(
        self, detector: DangerDetector, examples: DangerExamples, embed: Embed, ordinary: Sequence[str] = ()
    ) -> None:
        """Learn the examples.

        Args:
            detector: The rules; their guards hold for this listener too.
            examples: What danger sounds like, and what only resembles it.
            embed: Turns sentences into vectors; called once here, then once for every final that no rule hears.
            ordinary: More ordinary sentences, for example those of the intents.
        """
        self._detector, self._embed = detector, embed
        pairs = [(text, kind) for kind, texts in examples.by_kind().items() for text in texts]
        pairs += [(text, ORDINARY) for text in ordinary]
        texts = [text for text, _ in pairs]
        vectors = embed(texts)
        self._middle = vectors.mean(axis=0)
        self._vectorizer = TfidfVectorizer(analyzer="char", ngram_range=(1, 2), sublinear_tf=True).fit(texts)
        self._model = LogisticRegression(C=_REGULARISATION, class_weight="balanced", max_iter=3000)
        self._model.fit(self._columns(texts, vectors), [kind for _, kind in pairs])

    def find(self, text: str) -> tuple[Danger, ...]:
        """Return the dangers of a final: those of the rules, else the likeliest one if it is likely enough."""
        by_rules = self._detector.find(text)
        if by_rules or not text or len(text) > _LONGEST or self._detector.is_guarded(text):
            return by_rules
        likely = dict(zip(map(str, self._model.classes_), self.probabilities(text), strict=True))
        if 1 - likely.pop(ORDINARY) < ALERT_FROM:
            return ()
        kind = max(likely, key=likely.__getitem__)
        return (Danger(DangerKind(kind), 0, len(text), is_certain=False, pattern=PATTERN),)

    def probabilities(self, text: str) -> list[float]:
        """Return how likely each kind is, ordinary talk included, in the order of the learned classes."""
        return [float(value) for value in self._model.predict_proba(self._columns([text], self._embed([text])))[0]]

    def _columns(self, texts: Sequence[str], vectors: npt.NDArray[np.float32]) -> csr_matrix:
        meaning = csr_matrix((vectors - self._middle) * _MEANING_WEIGHT)
        return hstack([meaning, self._vectorizer.transform(texts)])
