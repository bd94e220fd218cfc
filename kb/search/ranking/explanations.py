"""Explains hits: places where question and document share characters or sounds. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from kb.search.hits import MatchKind, TermMatch
from kb.search.question.analysis.questions import AnalysedQuestion, QuestionTerm
from kb.search.question.analysis.terms import Channel
from kb.search.ranking.projections import ProjectedDocument, ProjectedText

MAX_MATCHES_PER_FIELD = 40

_STOP = re.compile(
    r"(?:的|了|吗|呢|吧|啊|呀|么|嘛|是|在|和|与|或|及|有|我|你|您|他|她|它|们|这|那|个|就|都|也|还|要|想|能|可以|怎么|什么|如何|"
    r"请|一下|一下子|为什么|怎么办|回事|咋|刚才|刚刚|现在|时候|知道|觉得|多少|哪|里|哪里|"
    r"后|把|被|给|对|从|到|不|没|没有|会|去|说|着|过|很|吧|之|其|该|于|以|为|由|等|如|a|an|the|"
    r"is|are|to|of|in|on|for|and|or|my|i|it|do|how|what)+"
)
"""A match that consists of these alone explains nothing."""


class Reasons:
    """Finds in documents what one question shares with them."""

    def __init__(self, question: AnalysedQuestion) -> None:
        self._synonyms = question.synonyms
        self._same = _telling(question, (Channel.WORDS, Channel.CHARACTERS))
        self._words = [(term.start, term.end) for term in _telling(question, (Channel.WORDS,))]
        self._alike = _telling(question, (Channel.SOUNDS,))
        self._initials = _telling(question, (Channel.INITIALS,))

    def of(self, document: ProjectedDocument) -> tuple[TermMatch, ...]:
        """Return shared terms by field: exact before synonyms before same-sounding, overlapping ones merged."""
        found: list[TermMatch] = []
        for text in (*document.asked, *document.told):
            matches = self._text_matches(text, document.document.sector)
            found += sorted(matches, key=lambda match: match.start)[:MAX_MATCHES_PER_FIELD]
        return tuple(found)

    def _text_matches(self, text: ProjectedText, sector: str | None) -> Iterator[TermMatch]:
        same = _merge(_found(self._same, text.folded.text))
        synonyms = _merge([place for place in self._other_words(text, sector) if not _is_within(place, same)])
        # Of 煤气表 for 燃气表 the characters 气表 agree, but the whole word is the reason.
        exact = [_from_word_to_word(place, self._words) for place in same if not _is_within(place, synonyms)]
        covered = [(start, end) for start, end, *_ in (*exact, *synonyms)]
        heard = _found(self._alike, text.sounded)
        if self._initials:
            heard += _found(self._initials, text.initials)
        alike = [span for span in _merge(heard) if not any(start < span[1] and span[0] < end for start, end in covered)]
        for kind, spans in ((MatchKind.EXACT, exact), (MatchKind.SYNONYM, synonyms), (MatchKind.PINYIN, alike)):
            for start, end, query_start, query_end in spans:
                if not _STOP.fullmatch(text.folded.text[start:end]):
                    at, stop = text.folded.original_span(start, end)
                    yield TermMatch(kind, text.field, text.field_index, at, stop, query_start, query_end)

    def _other_words(self, text: ProjectedText, sector: str | None) -> list[_Place]:
        return [
            (at, at + len(other.text), synonym.start, synonym.end)
            for synonym in self._synonyms
            for other in synonym.others
            if other.is_for(sector)
            for at in _occurrences(other.text, text.folded.text)
        ]


_Place = tuple[int, int, int, int]
"""Start and end in the folded text of the document, start and end in the question."""


def _telling(question: AnalysedQuestion, channels: Iterable[Channel]) -> list[QuestionTerm]:
    """Return the terms of the question itself that explain something where they are found."""
    return [term for channel in channels for term in question.of(channel) if term.end > 0 and _says_something(term)]


def _found(terms: Iterable[QuestionTerm], text: str) -> list[_Place]:
    return [
        (at, at + len(term.text), term.start, term.end)
        for term in terms
        if term.text in text  # nearly none is, and this is the cheapest way to know
        for at in _occurrences(term.text, text)
    ]


def _from_word_to_word(place: _Place, words: Iterable[tuple[int, int]]) -> _Place:
    """Leave out pieces of words and empty words at both ends: 们家, 没电 and 电了 are found in 我们家没电了."""
    start, end, query_start, query_end = place
    inside = [word for word in words if query_start <= word[0] and word[1] <= query_end]
    if not inside or end - start != query_end - query_start:
        return place
    first, last = min(word[0] for word in inside), max(word[1] for word in inside)
    return start + first - query_start, end - query_end + last, first, last


def _is_within(place: _Place, others: Iterable[_Place]) -> bool:
    return any(start <= place[0] and place[1] <= end for start, end, *_ in others)


def _says_something(term: QuestionTerm) -> bool:
    """Single characters and sounds are everywhere; only longer terms, words and numbers explain a hit."""
    if term.channel is Channel.WORDS:
        return not _STOP.fullmatch(term.text)
    return len(term.text) > 1 and (term.channel is not Channel.CHARACTERS or not _STOP.fullmatch(term.text))


def _occurrences(term: str, text: str) -> Iterator[int]:
    at = text.find(term)
    while at >= 0:
        yield at
        at = text.find(term, at + 1)


def _merge(places: list[_Place]) -> list[_Place]:
    """Join places that overlap in the document and continue each other in the question."""
    merged: list[_Place] = []
    for place in sorted(set(places)):
        if merged:
            start, end, query_start, query_end = merged[-1]
            overlaps = place[0] < end
            if overlaps and place[2] - query_start == place[0] - start:
                merged[-1] = (start, max(end, place[1]), query_start, max(query_end, place[3]))
                continue
            if overlaps:
                if place[1] > end:
                    merged[-1] = (start, place[1], min(query_start, place[2]), max(query_end, place[3]))
                continue
        merged.append(place)
    return merged
