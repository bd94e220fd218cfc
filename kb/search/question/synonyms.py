"""Adds curated synonyms to a question; documents are not indexed anew after an edit. Pure.

For finding candidates the other words are looked for beside the question's own. For ranking, a document that says
断路器 where the caller says 空开 is measured as if it said 空开, and gets most of what that is worth: every feature,
every weight and the calibrated confidence keep their meaning, because nothing is added to the question itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property

from kb.search.question.analysis.folding import FoldedText
from kb.search.question.analysis.questions import AnalysedQuestion, QuestionTerm, Synonym
from kb.search.question.analysis.sounds import sounds
from kb.search.question.analysis.terms import Channel, grams, words
from kb.search.ranking.features import FeatureMaker, Floats
from kb.search.ranking.projections import ProjectedDocument, ProjectedText
from kb.search.stores.base import VectorScore

FINDING_WEIGHT = 0.6
"""What a term of another word counts beside one of the question when candidates are looked for."""
RANKING_TRUST = 0.85
"""Share of the gain that a document gets for a synonym: it stands behind one with the very word."""

Term = tuple[Channel, str]


def finding_terms(question: AnalysedQuestion) -> list[QuestionTerm]:
    """Return the terms of the other words, each once, none that the question has itself."""
    own = {(term.channel, term.text) for term in question.terms}
    found: dict[Term, QuestionTerm] = {}
    for synonym in question.synonyms:
        for other in synonym.others:
            for channel, text in _terms_of(other.text):
                if (channel, text) not in own:
                    found[channel, text] = QuestionTerm(channel, text, FINDING_WEIGHT, synonym.start, synonym.end)
    return list(found.values())


def _terms_of(text: str) -> Iterator[Term]:
    yield from ((Channel.WORDS, word.text) for word in words(text))
    yield from ((Channel.CHARACTERS, gram.text) for gram in grams(text))
    yield from ((Channel.SOUNDS, gram.text) for gram in grams(sounds(text)))


def frequency_terms(question: AnalysedQuestion) -> list[Term]:
    """Return the terms whose frequencies `shared_frequencies` wants to know beside those of the question."""
    texts = [other.text for synonym in question.synonyms for other in synonym.others]
    return [pair for text in (*texts, *question.whole_words) for pair in _pairs(text)]


def _pairs(text: str) -> list[Term]:
    """Return the character pairs of a word: what every index knows of it, however it cuts words."""
    return [(Channel.CHARACTERS, gram.text) for gram in grams(text) if len(gram.text) > 1]


def shared_frequencies(question: AnalysedQuestion, frequencies: Mapping[Term, int]) -> Mapping[Term, int]:
    """Return frequencies in which a word is at least as common as its other names, and a whole word as its pairs.

    Without it a word that no document uses would count as the rarest of all as soon as a synonym stands in for it.
    """
    shared = dict(frequencies)
    for synonym in question.synonyms:
        common = max((_least(other.text, frequencies) for other in synonym.others), default=0)
        for term in question.terms:
            if synonym.start <= term.start and term.end <= synonym.end and term.end > 0:
                key = (term.channel, term.text)
                shared[key] = max(shared.get(key, 0), common)
    for word in question.whole_words:
        key = (Channel.WORDS, word)
        shared[key] = max(shared.get(key, 0), _least(word, frequencies))
    return shared


def _least(text: str, frequencies: Mapping[Term, int]) -> int:
    return min((frequencies.get(pair, 0) for pair in _pairs(text)), default=0)


class Rewording:
    """Documents in the words of one question."""

    def __init__(self, synonyms: Sequence[Synonym]) -> None:
        self._synonyms = synonyms
        self._patterns: dict[str | None, list[tuple[re.Pattern[str], str]]] = {}

    def document(self, document: ProjectedDocument) -> ProjectedDocument | None:
        """Return the document with the caller's words in place of their synonyms, None when it has none of them."""
        patterns = self._for_sector(document.document.sector)
        asked = tuple(_reworded(text, patterns) for text in document.asked)
        told = tuple(_reworded(text, patterns) for text in document.told)
        if asked == document.asked and told == document.told:
            return None
        return ProjectedDocument(document.document, asked, told)

    def _for_sector(self, sector: str | None) -> list[tuple[re.Pattern[str], str]]:
        if sector not in self._patterns:
            self._patterns[sector] = [
                (pattern, synonym.word)
                for synonym in self._synonyms
                if (pattern := _pattern(synonym, sector)) is not None
            ]
        return self._patterns[sector]


def _pattern(synonym: Synonym, sector: str | None) -> re.Pattern[str] | None:
    """Match the other words, and the word itself first where it is longer, so that it stays as it is."""
    others = {other.text for other in synonym.others if other.is_for(sector) and synonym.word not in other.text}
    if not others:
        return None
    alternatives = sorted({*others, synonym.word}, key=lambda word: (-len(word), word))
    return re.compile("|".join(map(re.escape, alternatives)))


def _reworded(text: ProjectedText, patterns: Sequence[tuple[re.Pattern[str], str]]) -> ProjectedText:
    said = text.folded.text
    for pattern, word in patterns:
        said = pattern.sub(word, said)
    if said == text.folded.text:
        return text
    return ProjectedText(text.field, text.field_index, FoldedText(said), sounds(said))


class SynonymMeasure:
    """Measures candidates of one question, synonyms included."""

    def __init__(self, question: AnalysedQuestion, maker: FeatureMaker) -> None:
        self._question = question
        self._maker = maker

    @cached_property
    def _rewording(self) -> Rewording:
        return Rewording(self._question.synonyms)

    def matrix(self, documents: Sequence[ProjectedDocument], vectors: Mapping[str, VectorScore]) -> Floats:
        """Return what `FeatureMaker.matrix` does, with `RANKING_TRUST` of what the synonyms add."""
        matrix = self._maker.matrix(documents, vectors)
        if not self._question.synonyms:
            return matrix
        reworded = {row: made for row, document in enumerate(documents) if (made := self._rewording.document(document))}
        if reworded:
            rows = list(reworded)
            gained = self._maker.matrix(list(reworded.values()), vectors)
            matrix[rows] += RANKING_TRUST * (gained - matrix[rows])
        return matrix
