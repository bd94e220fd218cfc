"""What a caller wants, from one sentence: ranked intents with probabilities, and whether to act, confirm or ask again.

Learned at start from the examples of `intents.yaml`: their meaning (sentence vectors), their characters and their
telling words together. Pure; whoever makes a classifier brings the function that embeds sentences.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from importlib import resources
from typing import Annotated, Literal

import numpy as np
import numpy.typing as npt
import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from scipy.sparse import csr_matrix, hstack
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression

from assist_api.alerts.detector import DangerDetector
from assist_api.alerts.rules import shipped_rules
from kit.errors import InvalidInputError

EMERGENCY, OTHER = "emergency", "other"
ACT_FROM = 0.6
CONFIRM_FROM = 0.2
SURE = 0.99
"""Probabilities from which an intent is acted on, or offered for a yes or no. Chosen on sentences of our own so that
few wrong actions are left (`tests/evals/assist`)."""
SURE_MARGIN = 0.4
"""Lead of the likeliest intent from which it is acted on although readings of what was said disagree."""
NEAR_MARGIN = 0.2
"""Lead below which the caller is asked which of two intents it is."""
_MEANING_WEIGHT, _CUE_WEIGHT = 3.0, 0.5
_REGULARISATION = 10.0
"""Weights of sentence vectors and telling words beside character n-grams. Of 72 sentences of our own in other words
(2026-11-30) n-grams and cues alone got 47 % right, vectors alone 85 %, all three 85 %; on the development set 94,
97 and 99 %. The exact weights hardly matter between half and twice these."""
_MARKS = re.compile(r"[\s，。、？！；：,.?!;:…]+")
_FILLERS = re.compile(r"嗯+|呃+|啊(?=[，,]|$)|那个|就是说|我跟你说|喂+|你好|您好|请问|麻烦|哎呀?")


Embed = Callable[[Sequence[str]], npt.NDArray[np.float32]]
"""Turns sentences into unit vectors, one row each."""


class Handling(StrEnum):
    """What the flow does with a heard intent."""

    ACT = "act"
    CONFIRM = "confirm"
    CHOOSE = "choose"
    """Ask which of the first two it is."""
    REJECT = "reject"


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class IntentText(_Strict):
    """One intent as it is written: telling words and examples."""

    cues: list[str]
    examples: Annotated[list[str], BeforeValidator(lambda value: [str(item) for item in value]), Field(min_length=3)]


class IntentFile(_Strict):
    """`intents.yaml` as it is written."""

    version: Literal[1]
    words: dict[str, str]
    intents: dict[str, IntentText]


@dataclass(frozen=True, slots=True)
class HeardIntent:
    """One intent with how likely it is.

    Attributes:
        intent: Its name.
        probability: Between 0 and 1; all of a sentence sum to 1.
    """

    intent: str
    probability: float


@dataclass(frozen=True, slots=True)
class Reading:
    """One text that may have been said.

    Attributes:
        text: The words.
        share: How much it counts; all readings sum to 1.
        best: The likeliest intent of this text alone.
    """

    text: str
    share: float
    best: HeardIntent


@dataclass(frozen=True, slots=True)
class IntentRanking:
    """What a sentence may want.

    Attributes:
        ranked: Every intent, the likeliest first.
        handling: What to do with the first.
        readings: What may have been said, where that was more than one text; the recogniser's own comes first.
    """

    ranked: tuple[HeardIntent, ...]
    handling: Handling
    readings: tuple[Reading, ...] = ()

    @property
    def best(self) -> str:
        """The intent to answer with; `other` where nothing fits."""
        return OTHER if self.handling is Handling.REJECT else self.ranked[0].intent


class IntentClassifier:
    """Ranks the intents of a file; immutable once made, so that calls may share it."""

    def __init__(self, written: IntentFile, embed: Embed) -> None:
        """Learn the examples.

        Args:
            written: The intents.
            embed: Turns sentences into vectors; called once here for all examples, then once for every sentence.

        Raises:
            InvalidInputError: A word or cue is no regular expression.
        """
        self._embed = embed
        self._words = [(name, _regex(f"words.{name}", text)) for name, text in written.words.items()]
        self._cues = [
            _regex(f"intents.{name}.cues", cue) for name, intent in written.intents.items() for cue in intent.cues
        ]
        self._detector = DangerDetector(shipped_rules())
        labels = [name for name, intent in written.intents.items() for _ in intent.examples]
        texts = [text for intent in written.intents.values() for text in intent.examples]
        vectors = embed(texts)
        self._middle = vectors.mean(axis=0)
        self._vectorizer = TfidfVectorizer(analyzer="char", ngram_range=(1, 3), sublinear_tf=True)
        self._vectorizer.fit([self.prepared(text) for text in texts])
        self._model = LogisticRegression(C=_REGULARISATION, class_weight="balanced", max_iter=3000)
        self._model.fit(self._columns(texts, vectors), labels)

    def rank(self, text: str) -> IntentRanking:
        """Return the intents of a sentence, the likeliest first; danger goes before everything."""
        return self.rank_all([text])[0]

    def rank_all(self, texts: Sequence[str]) -> list[IntentRanking]:
        """Return the intents of several sentences; the sentence model is called once."""
        rows = self._model.predict_proba(self._columns(texts, self._embed(texts)))
        return [self._ranking(text, row) for text, row in zip(texts, rows, strict=True)]

    def is_dangerous(self, text: str) -> bool:
        """Tell whether the rules find a danger; cheap, without the sentence model."""
        return bool(self._detector.find(text))

    def prepared(self, text: str) -> str:
        """Return a sentence as it is compared: the trades' words made common, without marks and fillers."""
        text = _FILLERS.sub("", text)
        for name, pattern in self._words:
            text = pattern.sub(name, text)
        return _MARKS.sub("", text)

    def _ranking(self, text: str, probabilities: npt.NDArray[np.float64]) -> IntentRanking:
        scores = dict(zip(map(str, self._model.classes_), map(float, probabilities), strict=True))
        if self._detector.find(text):
            scores = {name: score * (1 - SURE) for name, score in scores.items()}
            scores[EMERGENCY] += SURE
        ranked = tuple(HeardIntent(name, scores[name]) for name in sorted(scores, key=scores.__getitem__, reverse=True))
        return IntentRanking(ranked, handling_of(ranked))

    def _columns(self, texts: Sequence[str], vectors: npt.NDArray[np.float32]) -> csr_matrix:
        prepared = [self.prepared(text) for text in texts]
        cues = np.array([[bool(cue.search(text)) for cue in self._cues] for text in prepared], dtype=np.float32)
        meaning = csr_matrix((vectors - self._middle) * _MEANING_WEIGHT)
        return hstack([meaning, csr_matrix(cues * _CUE_WEIGHT), self._vectorizer.transform(prepared)])


def shipped_intents() -> IntentFile:
    """Return the intents that ship with the product."""
    return parse_intents(resources.files("assist_api.ivr").joinpath("intents.yaml").read_text("utf-8"))


def parse_intents(text: str) -> IntentFile:
    """Return the intents of a YAML text.

    Raises:
        InvalidInputError: The text is not as described; the message names the place.
    """
    try:
        return IntentFile.model_validate(yaml.safe_load(text))
    except yaml.YAMLError as error:
        raise _error("file", f"this is no YAML: {error}") from error
    except ValidationError as error:
        first = error.errors()[0]
        raise _error(".".join(map(str, first["loc"])), first["msg"]) from error


def handling_of(ranked: Sequence[HeardIntent], *, do_agree: bool = True) -> Handling:
    """Say what to do with the likeliest intent.

    It is acted on where it is likely enough, and every reading names it or its lead is `SURE_MARGIN`. The caller
    chooses where the second is within `NEAR_MARGIN`, confirms where the first is likely, and else says it again.

    Args:
        ranked: Intents, the likeliest first.
        do_agree: Whether every reading of what was said names the same intent.
    """
    best, second = ranked[0], ranked[1] if len(ranked) > 1 else HeardIntent(OTHER, 0.0)
    lead = best.probability - second.probability
    if best.intent == OTHER or best.probability < CONFIRM_FROM:
        return Handling.REJECT
    if best.probability >= ACT_FROM and (do_agree or lead >= SURE_MARGIN):
        return Handling.ACT
    is_near = lead < NEAR_MARGIN and second.intent != OTHER and second.probability >= CONFIRM_FROM
    return Handling.CHOOSE if is_near else Handling.CONFIRM


def _regex(place: str, text: str) -> re.Pattern[str]:
    try:
        return re.compile(text)
    except re.error as error:
        raise _error(place, f"this is no regular expression: {error}") from error


def _error(place: str, problem: str) -> InvalidInputError:
    return InvalidInputError(f"intents, {place}: {problem}", field=place, code="intents_invalid")
