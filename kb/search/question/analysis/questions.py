"""Analyses a question into weighted terms with their places."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from kb.search.query import MAX_QUERY_CHARACTERS, SearchQuery
from kb.search.question.analysis.articles import ARTICLE
from kb.search.question.analysis.fillers import mute_fillers
from kb.search.question.analysis.folding import FoldedText, closed_up, fold
from kb.search.question.analysis.lexicon import NO_WORDS, Lexicon, OtherWord
from kb.search.question.analysis.sounds import sounds
from kb.search.question.analysis.terms import Channel, Span, grams, words
from kb.search.question.analysis.typed import initial_letters, pinyin_readings

ARTICLE_WEIGHT = 4.0
"""What the number of an article counts beside another word."""

CONTEXT_WEIGHT = 0.25
"""What an earlier sentence's term counts beside one of the question itself."""

_MAX_CONTEXT_CHARACTERS = 120
_LETTERS = re.compile(r"[a-z]+(?: [a-z]+)*")
_HAN = re.compile("[\u3400-\u9fff]")
_LONGEST_INITIALS = 4


@dataclass(frozen=True, slots=True)
class QuestionTerm:
    """A term with its place in the original question; `start == end == 0` for a term of the context.

    A guess is one of several things that typed letters may stand for; it counts only where the collection has it.
    """

    channel: Channel
    text: str
    weight: float
    start: int
    end: int
    is_guess: bool = False


@dataclass(frozen=True, slots=True)
class Synonym:
    """A word of the question, folded, with its place in the original question and what else it is called."""

    word: str
    start: int
    end: int
    others: tuple[OtherWord, ...]


@dataclass(frozen=True, slots=True)
class AnalysedQuestion:
    """An analysed question: its folded text, terms and synonyms.

    Attributes:
        text: Folded, fillers blanked.
        embedding_text: What to embed; empty when nothing but fillers was said or letters stand for Chinese.
        context_text: Earlier words, folded, fillers blanked; may be empty.
        text_in_context: What to embed behind the earlier words: the same, or another reading of it.
        terms: Each term of a channel once, with its summed weight and first place.
        synonyms: Words that curators say have other names, in order.
        whole_words: Words that curators keep whole, folded.
    """

    text: str
    embedding_text: str
    context_text: str
    text_in_context: str
    terms: tuple[QuestionTerm, ...]
    synonyms: tuple[Synonym, ...] = ()
    whole_words: tuple[str, ...] = ()

    def of(self, channel: Channel) -> list[QuestionTerm]:
        """Return the terms of one channel."""
        return [term for term in self.terms if term.channel is channel]


def analyse(query: SearchQuery, lexicon: Lexicon = NO_WORDS) -> AnalysedQuestion:
    """Take a question apart; text beyond `MAX_QUERY_CHARACTERS` is left out."""
    folded = closed_up(fold(query.text[:MAX_QUERY_CHARACTERS]))
    muted = mute_fillers(folded.text)
    context = mute_fillers(fold(" ".join(query.context)[-_MAX_CONTEXT_CHARACTERS:]).text).strip()
    whole = lexicon.whole_words_in(muted, query.sector)
    found = list(_text_terms(FoldedText(muted, folded.origins), whole))
    typed = list(_typed_terms(FoldedText(muted, folded.origins))) if query.is_typed else []
    # The letters themselves are no sound; what they may stand for takes their place.
    spelled = {(term.start, term.end) for term in typed}
    found = [term for term in found if term.channel is not Channel.SOUNDS or (term.start, term.end) not in spelled]
    found += typed
    if context:
        found += (
            QuestionTerm(term.channel, term.text, CONTEXT_WEIGHT * term.weight, 0, 0)
            for term in _text_terms(FoldedText(context))
        )
    is_spelled = bool(typed) and not _HAN.search(muted)
    embedding_text = "" if is_spelled else " ".join(muted.split())
    return AnalysedQuestion(
        muted,
        embedding_text,
        " ".join(context.split()),
        embedding_text if query.reading_of is None else _without_fillers(query.reading_of),
        _merged(found),
        tuple(_synonyms(FoldedText(muted, folded.origins), lexicon, query.sector)),
        tuple(dict.fromkeys(span.text for span in whole)),
    )


def _without_fillers(text: str) -> str:
    return " ".join(mute_fillers(closed_up(fold(text[:MAX_QUERY_CHARACTERS])).text).split())


def _synonyms(folded: FoldedText, lexicon: Lexicon, sector: str | None) -> Iterator[Synonym]:
    for found in lexicon.synonyms_in(folded.text, sector):
        start, end = folded.original_span(found.span.start, found.span.end)
        yield Synonym(found.span.text, start, end, found.others)


def _text_terms(folded: FoldedText, whole: Sequence[Span] = ()) -> Iterator[QuestionTerm]:
    yield from _located(Channel.WORDS, _kept_whole(words(folded.text), whole), folded)
    yield from _located(Channel.CHARACTERS, grams(folded.text), folded)
    yield from _located(Channel.SOUNDS, grams(sounds(folded.text)), folded)


def _kept_whole(found: Iterator[Span], whole: Sequence[Span]) -> Iterator[Span]:
    """Put the whole words in the place of their pieces; words that only touch one go as well, pairs still find them."""
    yield from (word for word in found if not any(word.start < kept.end and kept.start < word.end for kept in whole))
    yield from whole


def _located(
    channel: Channel, spans: Iterator[Span], folded: FoldedText, weight: float = 1.0
) -> Iterator[QuestionTerm]:
    for span in spans:
        start, end = folded.original_span(span.start, span.end)
        # Without it the sixty candidates of a law with a hundred articles may lack the one that was asked for.
        stress = ARTICLE_WEIGHT if channel is Channel.WORDS and ARTICLE.fullmatch(span.text) else 1.0
        yield QuestionTerm(channel, span.text, weight * stress, start, end)


def _typed_terms(folded: FoldedText) -> Iterator[QuestionTerm]:
    """Yield sounds and initials that a run of Latin letters may stand for."""
    for match in _LETTERS.finditer(folded.text):
        start, end = folded.original_span(match.start(), match.end())
        letters = match[0].replace(" ", "")
        readings = pinyin_readings(letters)
        for reading in readings:
            for gram in grams(reading):
                yield QuestionTerm(Channel.SOUNDS, gram.text, 1.0, start, end, is_guess=True)
        if (initials := initial_letters(letters)) is not None:
            length = min(len(initials), _LONGEST_INITIALS)
            for at in range(len(initials) - length + 1):
                yield QuestionTerm(Channel.INITIALS, initials[at : at + length], 1.0, start, end, is_guess=True)


def _merged(terms: list[QuestionTerm]) -> tuple[QuestionTerm, ...]:
    merged: dict[tuple[Channel, str], QuestionTerm] = {}
    for term in terms:
        key = (term.channel, term.text)
        first = merged.get(key)
        merged[key] = (
            term
            if first is None
            else replace(first, weight=max(first.weight, term.weight) if term.is_guess else first.weight + term.weight)
        )
    return tuple(merged.values())
