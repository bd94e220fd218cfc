"""Searches with the recogniser's other readings of a question when the first one finds no answer.

What was preferred by sound is asked first. Only where that finds no answer are the other texts asked, a few at a time
until some are answered, and the one whose best hit is the likeliest counts, less what the recogniser thought less of it
(docs/adr/0014, 0020).
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace

from kb.search.hits import SearchResult, SearchState
from kb.search.query import SearchQuery

READINGS_AT_ONCE = 2
"""Searches side by side: the smallest desk has two cores."""
MAX_READINGS = 4
"""Other texts that are asked: a beam of five has no more. Each costs a search."""


@dataclass(frozen=True, slots=True)
class Reading:
    """Another text that the recogniser holds possible.

    Attributes:
        text: Takes the place of `SearchQuery.text`.
        likelihood: 0..1, how likely the recogniser thinks it, the preferred text being 1.
    """

    text: str
    likelihood: float


def likelihood_beside(confidence: float, preferred: float) -> float:
    """Return the likelihood of a reading from the recogniser's confidence in it and in the preferred text."""
    return min(1.0, confidence / preferred) if preferred > 0.0 else 1.0


@dataclass(frozen=True, slots=True)
class ReadResult:
    """What was found, and with which text.

    Attributes:
        result: As any search answers; offsets of its matches count in the text that was asked.
        chosen: Index of the reading that was asked; None for the query's own text.
    """

    result: SearchResult
    chosen: int | None


async def search_readings(
    search: Callable[[SearchQuery], Awaitable[SearchResult]],
    query: SearchQuery,
    readings: Sequence[Reading],
    *,
    is_time_left: Callable[[], bool] = lambda: True,
) -> ReadResult:
    """Search with a text, and where nothing fits with what else was said, perhaps.

    Args:
        search: Answers one question.
        query: With the preferred text.
        readings: Other texts, likeliest first; no more than `MAX_READINGS` are asked.
        is_time_left: Asked before each `READINGS_AT_ONCE` of them; what was found so far is the answer when it is not.
    """
    own = await search(query)
    if own.has_answer or own.state is SearchState.UNAVAILABLE:
        return ReadResult(own, None)
    best, most, took_ms = ReadResult(own, None), _likeliness(own), own.took_ms
    asked = readings[:MAX_READINGS]
    for start in range(0, len(asked), READINGS_AT_ONCE):
        if not is_time_left():
            break
        together = asked[start : start + READINGS_AT_ONCE]
        results = await asyncio.gather(*(search(_read_as(query, reading)) for reading in together))
        took_ms += max(result.took_ms for result in results)
        for number, (reading, result) in enumerate(zip(together, results, strict=True), start):
            likeliness = _likeliness(result) * reading.likelihood
            if likeliness > most:
                best, most = ReadResult(result, number), likeliness
        if best.result.has_answer:
            break
    return replace(best, result=replace(best.result, took_ms=took_ms))


def _read_as(query: SearchQuery, reading: Reading) -> SearchQuery:
    return replace(query, text=reading.text, reading_of=query.text)


def _likeliness(result: SearchResult) -> float:
    return result.hits[0].confidence if result.hits else 0.0
