"""Searches finished calls, with the rights of who asks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

from assist_api.call_search.indexing import VERSION
from assist_api.call_search.measures import CallMeasures
from assist_api.call_search.models import IndexedCall, IndexedUtterance
from assist_api.call_search.repository import CallIndexRepository, Wanted
from assist_api.call_search.schemas import CallQuery, CallSearchAnswer, FoundCall, FoundSentence
from assist_api.call_search.vectors import Vectors, cosines
from assist_api.call_search.words import folded, words_of
from assist_api.calls.masking import masked_info
from assist_api.calls.models import CallRow
from assist_api.calls.reading import CallReading
from assist_api.calls.repository import call_info
from assist_api.calls.viewer import CallViewer
from assist_api.http.wire import Span
from assist_api.search.meaning import Meaning
from assist_api.transcripts.utterances import LegRole
from kit.db import Database
from kit.errors import InvalidInputError, NotFoundError

SENTENCES_SHOWN = 3
"""Of each call; the player shows the others."""
MOST_RANKED = 200
"""Calls that a search by meaning finds at most; the further ones fit less and less."""
NEAR_FROM = 0.45
"""Cosine from which a sentence counts as saying the same (E5-small).

Of 180 questions of 60 demo entries, three wordings an entry, it finds a third of the other wordings and 1.6 sentences
of other entries; .4 finds half and 3.8, .5 a sixth and .6. The nearest come first.
"""
WORDS_BONUS = 1.0
"""Puts a call that holds the words themselves before those that say the same in other words."""
Near = dict[UUID, dict[int, float]]
"""Places and cosines of the sentences of calls."""


class CallSearch:
    """Finds calls and the sentences in them."""

    def __init__(self, database: Database, reading: CallReading, meaning: Meaning) -> None:
        self._database = database
        self._meaning = meaning
        self._reading = reading

    async def search(
        self, viewer: CallViewer, query: CallQuery, *, sentences: int = SENTENCES_SHOWN
    ) -> CallSearchAnswer:
        """Return one page of the calls that fit.

        Args:
            viewer: Finds its own calls, or everyone's with the permission; masked texts when it sees calls masked.
            query: What is wanted.
            sentences: So many of each call are shown.

        Raises:
            InvalidInputError: `too_many_words`, or `word_too_long`.
        """
        is_masked = self._reading.sees_masked(viewer)
        owner = None if viewer.can_read_all else viewer.account_id
        by_meaning = query.by_meaning and query.text != "" and self._meaning.has_embedder
        wanted = Wanted(query, _words(query.text, is_sentence=by_meaning), owner, is_masked)
        near: Near = {}
        ranked: list[UUID] = []
        if by_meaning:
            near, ranked = await self._near(wanted)
        async with self._database.session() as session:
            index = CallIndexRepository(session)
            if by_meaning:
                shown = ranked[query.page * query.limit : (query.page + 1) * query.limit]
                heads, total = await index.heads(shown), len(ranked)
                rows: Sequence[tuple[CallRow, IndexedCall]] = [heads[id_] for id_ in shown if id_ in heads]
            else:
                rows, total = await index.calls(wanted)
            ids = [row.id for row, _ in rows]
            said = [
                *await index.sentences(wanted, ids),
                *await index.at_places({id_: list(near[id_]) for id_ in ids if id_ in near}),
            ]
            waiting = await index.count_behind(VERSION)
        of_call: dict[UUID, dict[int, IndexedUtterance]] = {}
        for utterance in said:
            of_call.setdefault(utterance.call_id, {})[utterance.place] = utterance
        items = [
            _found(row, indexed, of_call.get(row.id, {}), near.get(row.id, {}), wanted, sentences)
            for row, indexed in rows
        ]
        return CallSearchAnswer(
            items=items, total=total, is_masked=is_masked, has_meaning=self._meaning.has_embedder, waiting=waiting
        )

    async def _near(self, wanted: Wanted) -> tuple[Near, list[UUID]]:
        """Return the sentences of calls that say what the text says, and the calls, the nearest first.

        A call that holds the words themselves stands before one that says the same in other words. Vectors are read
        and compared some hundred calls at a time; of the result only the best calls are kept.
        """
        question = (await self._meaning.vectors([wanted.query.text]))[0]
        speaker = None if wanted.query.speaker is None else wanted.query.speaker.value[0]
        near: Near = {}
        async with self._database.session() as session:
            index = CallIndexRepository(session)
            with_words = await index.ids(wanted, MOST_RANKED) if wanted.words else set()
            async for rows in index.vectors(wanted, self._meaning.name):
                chunk = [(row.call_id, row.places, row.speakers, row.vectors) for row in rows]
                near |= await self._meaning.run(lambda: _nearest(chunk, question, speaker))  # noqa: B023  # rejected: awaited at once
                if len(near) > 2 * MOST_RANKED:
                    near = dict(sorted(near.items(), key=lambda pair: -max(pair[1].values()))[:MOST_RANKED])
        scores = {call_id: max(found.values()) for call_id, found in near.items()}
        for call_id in with_words:
            scores[call_id] = scores.get(call_id, NEAR_FROM) + WORDS_BONUS
        ranked = sorted(scores, key=lambda call_id: (-scores[call_id], call_id))[:MOST_RANKED]
        return near, ranked

    async def measures(self, call_id: UUID) -> CallMeasures:
        """Return how a finished call went.

        Raises:
            NotFoundError: `call_not_indexed`: it has not ended, or the index has not followed yet.
        """
        async with self._database.session() as session:
            indexed = await CallIndexRepository(session).find(call_id)
        if indexed is None:
            raise NotFoundError("This call is not in the index yet.", code="call_not_indexed")
        return CallMeasures.model_validate(indexed.measures)


def _words(text: str, *, is_sentence: bool) -> tuple[str, ...]:
    """Return the words of a search; a sentence that is too long for them is compared by its meaning alone."""
    try:
        return tuple(words_of(text))
    except InvalidInputError:
        if is_sentence:
            return ()
        raise


def _nearest(rows: Sequence[tuple[UUID, Sequence[int], str, bytes]], question: Vectors, speaker: str | None) -> Near:
    """Return the sentences of some calls that are near enough to a question; long, hence called on another thread."""
    near: Near = {}
    for call_id, places, speakers, stored in rows:
        found = {
            place: round(float(cosine), 3)
            for place, who, cosine in zip(places, speakers, cosines(stored, question), strict=False)
            if cosine >= NEAR_FROM and speaker in (None, who)
        }
        if found:
            near[call_id] = dict(sorted(found.items(), key=lambda pair: -pair[1])[:SENTENCES_SHOWN])
    return near


def _found(
    row: CallRow,
    indexed: IndexedCall,
    places: Mapping[int, IndexedUtterance],
    near: Mapping[int, float],
    wanted: Wanted,
    most: int,
) -> FoundCall:
    info = call_info(row)

    def order(place: int) -> tuple[bool, float, int]:
        text = places[place].masked_text if wanted.is_masked else places[place].text
        return not any(word in folded(text) for word in wanted.words), -near.get(place, 0.0), place

    said = [places[place] for place in sorted(places, key=order)]
    return FoundCall(
        call=masked_info(info) if wanted.is_masked else info,
        category_id=indexed.category_id,
        difficulty=indexed.difficulty,
        excellence=indexed.excellence,
        alert_count=indexed.alert_count,
        used_count=indexed.used_count,
        unanswered_count=indexed.unanswered_count,
        measures=CallMeasures.model_validate(indexed.measures),
        sentences=[_sentence(item, wanted, near.get(item.place)) for item in said[:most]],
        sentence_count=len(said),
    )


def _sentence(item: IndexedUtterance, wanted: Wanted, similarity: float | None) -> FoundSentence:
    text = item.masked_text if wanted.is_masked else item.text
    return FoundSentence(
        segment_id=item.segment_id,
        leg_role=LegRole(item.leg_role),
        start_ms=item.start_ms,
        end_ms=item.end_ms,
        text=text,
        marks=[span for word in wanted.words for span in _places(folded(text), word)],
        is_unanswered=item.is_unanswered,
        similarity=similarity,
    )


def _places(text: str, word: str) -> list[Span]:
    found = []
    start = text.find(word)
    while start >= 0:
        found.append(Span(start=start, end=start + len(word)))
        start = text.find(word, start + len(word))
    return found
