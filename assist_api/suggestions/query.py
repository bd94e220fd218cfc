"""Pure: turns what is said into searches, and remembers which words came from which utterance."""

from __future__ import annotations

import re
from collections import deque
from dataclasses import dataclass
from uuid import UUID

from assist_api.realtime.protocol import LegRole
from assist_api.suggestions.small_talk import content_length, content_spans

JOINER = "，"
MIN_CONTENT = 2
"""`停电` is a question; one character is not."""
SHORT_CONTENT = 8
"""Shorter utterances are read together with the one before: `对门有电` alone finds anything."""
MAX_JOINED = 80
"""Characters of a joined question; longer ones blur."""
CONTEXT_UTTERANCES = 3
AGENT_WEIGHT = 0.6
"""What hits of an agent's restatement count: clear speech, but it may be a wrong guess."""
FULL_CONFIDENCE = 0.6
"""Recognition confidence from which an utterance counts in full."""
LEAST_WEIGHT = 0.5
_RESTATEMENT = re.compile(
    r"(?:您|你)(?:是说|说的是|是想|的意思是|反映|遇到的是|家里?是|那边是|要咨询|想咨询|要办理?的?是)"
)


@dataclass(frozen=True, slots=True)
class Heard:
    """A final, as far as suggestions need to know it."""

    segment_id: UUID
    leg_role: LegRole
    text: str
    confidence: float


@dataclass(frozen=True, slots=True)
class QueryPart:
    """A piece of an utterance inside a question.

    Attributes:
        segment_id: The utterance.
        query_start: Where the piece begins in `SearchRequest.text`.
        utterance_start: Where it begins in the utterance.
        length: Its length in code points.
    """

    segment_id: UUID
    query_start: int
    utterance_start: int
    length: int


@dataclass(frozen=True, slots=True)
class SearchRequest:
    """A search to run.

    Attributes:
        number: Counts the searches of a call from 1; results are weighed in this order.
        text: The question.
        context: What the customer said before, oldest first.
        parts: Where the words of `text` come from.
        trigger_segment_id: The utterance that asked for it.
        weight: How much its hits count, 0..1.
        sector: The only sector to search in; None for every one.
    """

    number: int
    text: str
    context: tuple[str, ...]
    parts: tuple[QueryPart, ...]
    trigger_segment_id: UUID
    weight: float
    sector: str | None = None


@dataclass(frozen=True, slots=True)
class _Piece:
    segment_id: UUID
    start: int
    text: str


class QueryComposer:
    """Composes the searches of one call from its finals, in order."""

    def __init__(self) -> None:
        self._count = 0
        self._last: tuple[_Piece, ...] = ()
        self._said: deque[str] = deque(maxlen=CONTEXT_UTTERANCES)

    def compose(self, utterance: Heard) -> SearchRequest | None:
        """Return the search an utterance asks for, or None."""
        pieces = _pieces(utterance)
        if sum(content_length(piece.text) for piece in pieces) < MIN_CONTENT:
            return None
        if utterance.leg_role is LegRole.AGENT:
            return self._restated(utterance, pieces)
        context = tuple(self._said)
        question = self._joined(pieces)
        if question != pieces:
            context = context[:-1]
        self._last = pieces
        self._said.append(_join(pieces))
        return self._request(utterance, question, context, weight=1.0)

    def _restated(self, utterance: Heard, pieces: tuple[_Piece, ...]) -> SearchRequest | None:
        if not self._said or not _RESTATEMENT.search(utterance.text):
            return None
        return self._request(utterance, pieces, tuple(self._said), weight=AGENT_WEIGHT)

    def _joined(self, pieces: tuple[_Piece, ...]) -> tuple[_Piece, ...]:
        text = _join(pieces)
        if content_length(text) >= SHORT_CONTENT or len(_join(self._last)) + len(text) > MAX_JOINED:
            return pieces
        return self._last + pieces

    def _request(
        self, utterance: Heard, pieces: tuple[_Piece, ...], context: tuple[str, ...], weight: float
    ) -> SearchRequest:
        self._count += 1
        trust = min(1.0, max(LEAST_WEIGHT, utterance.confidence / FULL_CONFIDENCE))
        return SearchRequest(
            number=self._count,
            text=_join(pieces),
            context=context,
            parts=_parts(pieces),
            trigger_segment_id=utterance.segment_id,
            weight=weight * trust,
        )


def _pieces(utterance: Heard) -> tuple[_Piece, ...]:
    return tuple(
        _Piece(utterance.segment_id, span.start, utterance.text[span.start : span.end])
        for span in content_spans(utterance.text)
    )


def _join(pieces: tuple[_Piece, ...]) -> str:
    return JOINER.join(piece.text for piece in pieces)


def _parts(pieces: tuple[_Piece, ...]) -> tuple[QueryPart, ...]:
    parts = []
    offset = 0
    for piece in pieces:
        parts.append(QueryPart(piece.segment_id, offset, piece.start, len(piece.text)))
        offset += len(piece.text) + len(JOINER)
    return tuple(parts)


def locate(parts: tuple[QueryPart, ...], query_start: int, query_end: int) -> tuple[UUID, int, int] | None:
    """Map a range of the question back to an utterance.

    Returns:
        Segment, first character and one past the last in its text; when the range crosses utterances, the part in
        the first of them; None when it touches none (a joining comma).
    """
    for part in parts:
        start = max(query_start, part.query_start)
        end = min(query_end, part.query_start + part.length)
        if start < end:
            shift = part.utterance_start - part.query_start
            return part.segment_id, start + shift, end + shift
    return None
