"""Computes the features of a question and a candidate, the same on every store. Pure."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from operator import attrgetter

import numpy as np
import numpy.typing as npt

from kb.search.question.analysis.questions import AnalysedQuestion, QuestionTerm
from kb.search.question.analysis.terms import Channel
from kb.search.ranking.occurrences import Occurrences
from kb.search.ranking.projections import ProjectedDocument, ProjectedText
from kb.search.stores.base import CollectionStatistics, VectorScore

Floats = npt.NDArray[np.float64]

K1 = 1.2
B = 0.75
_TITLE_COUNTS = 2
_CHANNELS = (Channel.WORDS, Channel.CHARACTERS, Channel.SOUNDS, Channel.INITIALS)
_PROJECTIONS: dict[Channel, Callable[[ProjectedText], str]] = {
    Channel.WORDS: attrgetter("folded.text"),
    Channel.SOUNDS: attrgetter("sounded"),
    Channel.INITIALS: attrgetter("initials"),
}
_PROJECTIONS[Channel.CHARACTERS] = _PROJECTIONS[Channel.WORDS]
_MEASURES = ("whole", "asked", "told", "coverage")

FEATURES: tuple[str, ...] = (
    *(f"{channel.value}.{measure}" for channel in _CHANNELS for measure in _MEASURES),
    "asked_share.bigrams",
    "asked_share.pinyin",
    "run.bigrams",
    "run.pinyin",
    "vector.question",
    "vector.answer",
    "vector.best",
    "has_asked",
    "asked_length",
    "told_length",
)
"""Names of the columns of a feature matrix.

Per channel: BM25 of the whole document (`whole`), of the best of title and variants (`asked`), of the answer
(`told`), each as a share of what a document with every term could reach; and the share of the question's weight
found anywhere (`coverage`). `asked_share`: how much of the best title or variant the question covers. `run`: the
longest piece of the question found in one piece, as a share. `vector`: cosines. Lengths are logarithms relative to
the collection's average.
"""

COLUMN = {name: index for index, name in enumerate(FEATURES)}


@dataclass(frozen=True, slots=True)
class _ChannelTerms:
    """The terms of one channel with their weights: idf × count in the question."""

    terms: list[QuestionTerm]
    texts: list[str]
    weights: Floats

    @property
    def total(self) -> float:
        return float(self.weights.sum()) or 1.0


class FeatureMaker:
    """Measures candidates of one question."""

    def __init__(
        self,
        question: AnalysedQuestion,
        frequencies: Mapping[tuple[Channel, str], int],
        statistics: CollectionStatistics,
    ) -> None:
        self._question = question
        self._statistics = statistics
        self._channels = {
            channel: _weighted(question.of(channel), frequencies, statistics.document_count) for channel in _CHANNELS
        }

    def matrix(self, documents: Sequence[ProjectedDocument], vectors: Mapping[str, VectorScore]) -> Floats:
        """Return one row a document; columns are `FEATURES`. A missing cosine is NaN."""
        matrix = np.zeros((len(documents), len(FEATURES)))
        if not documents:
            return matrix
        texts = _Texts(documents, self._statistics)
        for channel, terms in self._channels.items():
            if terms.texts:
                self._measure_channel(matrix, texts, channel, terms)
        matrix[:, COLUMN["has_asked"]] = texts.per_document(texts.is_asked.astype(float)) > 0
        matrix[:, COLUMN["asked_length"]] = np.log(
            (1 + texts.per_document(texts.lengths * texts.is_asked))
            / (1 + self._statistics.average_question_characters)
        )
        matrix[:, COLUMN["told_length"]] = np.log(
            (1 + texts.told_lengths) / (1 + self._statistics.average_answer_characters)
        )
        for row, document in zip(matrix, documents, strict=True):
            score = vectors.get(document.document.document_id, VectorScore(None, None))
            known = [value for value in (score.question, score.answer) if value is not None]
            row[COLUMN["vector.question"]] = _or_nan(score.question)
            row[COLUMN["vector.answer"]] = _or_nan(score.answer)
            row[COLUMN["vector.best"]] = _or_nan(max(known, default=None))
        return matrix

    def _measure_channel(self, matrix: Floats, texts: _Texts, channel: Channel, terms: _ChannelTerms) -> None:
        counts = texts.counts(channel, terms.texts)
        top, name = terms.total * (K1 + 1), channel.value
        whole = texts.per_document(counts * texts.repeats[:, None])
        told = texts.per_document(counts * ~texts.is_asked[:, None])
        asked = _bm25(counts, texts.relative_lengths) @ terms.weights / top
        matrix[:, COLUMN[f"{name}.whole"]] = _bm25(whole, texts.relative_whole_lengths) @ terms.weights / top
        matrix[:, COLUMN[f"{name}.told"]] = _bm25(told, texts.relative_told_lengths) @ terms.weights / top
        matrix[:, COLUMN[f"{name}.asked"]] = texts.best_asked(asked)
        matrix[:, COLUMN[f"{name}.coverage"]] = (whole > 0) @ terms.weights / terms.total
        if channel in (Channel.CHARACTERS, Channel.SOUNDS):
            matrix[:, COLUMN[f"run.{name}"]] = self._longest_runs(whole > 0, terms)
            matrix[:, COLUMN[f"asked_share.{name}"]] = texts.best_asked(texts.shares(channel, terms.texts))

    def _longest_runs(self, is_found: npt.NDArray[np.bool_], terms: _ChannelTerms) -> Floats:
        """Return how many characters of the question in a row have their pairs in each document, as a share."""
        pairs = [(at, t.start, t.end) for at, t in enumerate(terms.terms) if t.end - t.start > 1]
        longest, begin, end = (np.zeros(len(is_found)) for _ in range(3))
        for at, start, stop in pairs:
            found = is_found[:, at]
            begin = np.where(found & (start >= end), start, begin)
            end = np.where(found, np.maximum(end, stop), end)
            longest = np.maximum(longest, np.where(found, end - begin, 0))
        shares: Floats = np.minimum(1.0, longest / max(1, len(self._question.text.replace(" ", ""))))
        return shares


class _Texts:
    """All texts of all candidates in one row each, so that counting and BM25 run over arrays."""

    def __init__(self, documents: Sequence[ProjectedDocument], statistics: CollectionStatistics) -> None:
        owned = [
            (owner, text, is_asked)
            for owner, document in enumerate(documents)
            for texts, is_asked in ((document.asked, True), (document.told, False))
            for text in texts
        ]
        self._documents = len(documents)
        self._texts = [text for _, text, _ in owned]
        self._owners = np.array([owner for owner, _, _ in owned], int)
        self._occurrences: dict[Callable[[ProjectedText], str], Occurrences] = {}
        self.is_asked = np.array([is_asked for _, _, is_asked in owned], bool)
        self.lengths = np.array([len(text.folded.text) for text in self._texts], float)
        self.repeats = np.array([_TITLE_COUNTS if text.field == "title" else 1 for text in self._texts], float)
        asked_average, told_average = statistics.average_question_characters, statistics.average_answer_characters
        self.told_lengths = self.per_document(self.lengths * ~self.is_asked)
        self.relative_lengths = self.lengths / asked_average
        self.relative_told_lengths = self.told_lengths / told_average
        self.relative_whole_lengths = self.per_document(self.lengths * self.repeats) / (
            _TITLE_COUNTS * asked_average + told_average
        )

    def counts(self, channel: Channel, terms: Sequence[str]) -> Floats:
        """Return how often each term occurs in each text."""
        return self._in(channel).counts(terms)

    def per_document(self, values: Floats) -> Floats:
        """Return the sums of the texts' values by document."""
        return _gathered(np.add, values, self._owners, self._documents)

    def best_asked(self, values: Floats) -> Floats:
        """Return the best value among title and variants of each document, 0 without any."""
        return _gathered(np.maximum, values[self.is_asked], self._owners[self.is_asked], self._documents)

    def shares(self, channel: Channel, terms: Sequence[str]) -> Floats:
        """Return which share of each text's characters (or sounds) occur in the question."""
        return self._in(channel).shares("".join(terms))

    def _in(self, channel: Channel) -> Occurrences:
        projection = _PROJECTIONS[channel]
        if projection not in self._occurrences:
            self._occurrences[projection] = Occurrences([projection(text) for text in self._texts])
        return self._occurrences[projection]


def _gathered(gather: np.ufunc, values: Floats, owners: npt.NDArray[np.int64], count: int) -> Floats:
    """Return the values of every owner (ascending) as one, 0 for an owner of none."""
    gathered = np.zeros((count, *values.shape[1:]))
    if len(owners):
        starts = np.flatnonzero(np.diff(owners, prepend=-1))
        gathered[owners[starts]] = gather.reduceat(values, starts, axis=0)
    return gathered


def _weighted(
    terms: list[QuestionTerm], frequencies: Mapping[tuple[Channel, str], int], documents: int
) -> _ChannelTerms:
    counts = [frequencies.get((term.channel, term.text), 0) for term in terms]
    weights = [
        0.0 if term.is_guess and not count else term.weight * _idf(count, documents)
        for term, count in zip(terms, counts, strict=True)
    ]
    return _ChannelTerms(terms, [term.text for term in terms], np.array(weights))


def _idf(frequency: int, documents: int) -> float:
    known = min(frequency, documents)
    return math.log(1 + (documents - known + 0.5) / (known + 0.5))


def _bm25(counts: Floats, relative_lengths: Floats) -> Floats:
    norms = K1 * (1 - B + B * relative_lengths[:, None])
    saturated: Floats = counts * (K1 + 1) / (counts + norms)
    return saturated


def _or_nan(value: float | None) -> float:
    return math.nan if value is None else value
