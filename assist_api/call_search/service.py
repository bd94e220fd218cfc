"""Searches finished calls, with the rights of who asks."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from assist_api.call_search.indexing import VERSION
from assist_api.call_search.measures import CallMeasures
from assist_api.call_search.models import IndexedCall, IndexedUtterance
from assist_api.call_search.repository import CallIndexRepository, Wanted
from assist_api.call_search.schemas import CallQuery, CallSearchAnswer, FoundCall, FoundSentence
from assist_api.call_search.words import folded, words_of
from assist_api.calls.masking import masked_info
from assist_api.calls.models import CallRow
from assist_api.calls.reading import CallReading
from assist_api.calls.repository import call_info
from assist_api.calls.viewer import CallViewer
from assist_api.http.wire import Span
from assist_api.transcripts.utterances import LegRole
from kit.db import Database
from kit.errors import NotFoundError

SENTENCES_SHOWN = 3
"""Of each call; the player shows the others."""


class CallSearch:
    """Finds calls and the sentences in them."""

    def __init__(self, database: Database, reading: CallReading) -> None:
        self._database = database
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
        wanted = Wanted(query, tuple(words_of(query.text)), owner, is_masked)
        async with self._database.session() as session:
            index = CallIndexRepository(session)
            rows, total = await index.calls(wanted)
            said = await index.sentences(wanted, [row.id for row, _ in rows])
            waiting = await index.count_behind(VERSION)
        of_call: dict[UUID, list[IndexedUtterance]] = {}
        for utterance in said:
            of_call.setdefault(utterance.call_id, []).append(utterance)
        items = [_found(row, indexed, of_call.get(row.id, []), wanted, sentences) for row, indexed in rows]
        return CallSearchAnswer(items=items, total=total, is_masked=is_masked, waiting=waiting)

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


def _found(
    row: CallRow, indexed: IndexedCall, said: Sequence[IndexedUtterance], wanted: Wanted, most: int
) -> FoundCall:
    info = call_info(row)
    return FoundCall(
        call=masked_info(info) if wanted.is_masked else info,
        category_id=indexed.category_id,
        difficulty=indexed.difficulty,
        excellence=indexed.excellence,
        alert_count=indexed.alert_count,
        used_count=indexed.used_count,
        unanswered_count=indexed.unanswered_count,
        measures=CallMeasures.model_validate(indexed.measures),
        sentences=[_sentence(item, wanted) for item in said[:most]],
        sentence_count=len(said),
    )


def _sentence(item: IndexedUtterance, wanted: Wanted) -> FoundSentence:
    text = item.masked_text if wanted.is_masked else item.text
    return FoundSentence(
        segment_id=item.segment_id,
        leg_role=LegRole(item.leg_role),
        start_ms=item.start_ms,
        end_ms=item.end_ms,
        text=text,
        marks=[span for word in wanted.words for span in _places(folded(text), word)],
        is_unanswered=item.is_unanswered,
    )


def _places(text: str, word: str) -> list[Span]:
    found = []
    start = text.find(word)
    while start >= 0:
        found.append(Span(start=start, end=start + len(word)))
        start = text.find(word, start + len(word))
    return found
