"""Pure: turns what is said into searches, and remembers which words came from which utterance."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from uuid import UUID

from assist_api.suggestions.claims import Claims
from assist_api.suggestions.follow_up import is_follow_up
from assist_api.suggestions.small_talk import TextSpan, content_length, content_spans
from assist_api.transcripts.utterances import LegRole
from kb.search.question.readings import Reading, likelihood_beside
from speech.events import Alternative

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


_TO_ASK = r"(?:我)?(?:还|再)?(?:想|要)?(?:再)?(?:问|咨询)(?:一下|一个|个|问)?"
_FURTHER = re.compile(
    rf"(?:(?:还有(?:就是|一个|个|件)?(?:事儿?|问题)?|另外|对了|顺便|最后)[，。、\s]*(?:{_TO_ASK})?|"
    r"(?:我)?还想(?:问|咨询)(?:一下)?|再(?:问|咨询)(?:一下|一个|个)?)[，。、\s]*(?=[\u4e00-\u9fff])"
)
"""Words with which a caller opens a further matter."""
TURN_PAUSE_MS = 1_500
"""After so long a pause the customer's words are a turn of their own: the agent has spoken, and a recording that is
played as fast as possible may bring the agent's words later."""
MIN_FURTHER = 4
"""Characters behind such words that make a matter of their own."""
_SENTENCE_END = re.compile(r"[。！？!?]+")
_QUESTION = re.compile(
    r"[?？]|吗|怎么|咋|什么|啥|哪|谁|多少|几(?:点|天|号|时|个|年|次|块)|多(?:久|长|大)|为何|为什么|如何|要不要|"
    r"能不能|可不可以|可以不|行不行|是不是|有没有|该不该|还不还|招不招|赔不赔|管不管|给不给|收不收|能否|是否|请问|想问|咨询"
)


def is_question(text: str) -> bool:
    """Tell whether an utterance asks something."""
    return _QUESTION.search(text) is not None


@dataclass(frozen=True, slots=True)
class Heard:
    """A final, as far as suggestions need to know it.

    Attributes:
        segment_id: The utterance.
        leg_role: Who spoke.
        text: What was recognised.
        confidence: Mean token probability, 0..1.
        alternatives: Other texts of the recogniser.
        end_ms: Where the speech ended in the audio of its leg; 0 where that is not known.
        start_ms: Where it began.
    """

    segment_id: UUID
    leg_role: LegRole
    text: str
    confidence: float
    alternatives: tuple[Alternative, ...] = ()
    end_ms: int = 0
    start_ms: int = 0


@dataclass(frozen=True, slots=True)
class QueryPart:
    """A piece of an utterance inside a question.

    Attributes:
        segment_id: The utterance.
        query_start: Where the piece begins in the question.
        utterance_start: Where it begins in the utterance.
        length: Its length in code points.
        is_verbatim: Whether the utterance reads the same there; another reading has other characters for the sounds.
    """

    segment_id: UUID
    query_start: int
    utterance_start: int
    length: int
    is_verbatim: bool = True


@dataclass(frozen=True, slots=True)
class Place:
    """Where words of a question were said.

    Attributes:
        segment_id: The utterance.
        start: First character in its text.
        end: One past the last.
        is_verbatim: Whether the same characters stand there.
    """

    segment_id: UUID
    start: int
    end: int
    is_verbatim: bool


@dataclass(frozen=True, slots=True)
class QuestionReading(Reading):
    """The question as it would be if another of the recogniser's texts were right.

    Attributes:
        parts: Where its words come from; what stands nowhere in the utterance belongs to no part.
    """

    parts: tuple[QueryPart, ...]


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
        readings: What else was asked, perhaps, likeliest first; other than `text`.
        turn: Counts the turns of the customer from 1: what is said before the agent speaks again is one turn, unless
            the customer opens a further matter.
        is_asking: Whether the utterance asks something or opens a further matter, so that it deserves to be told
            that nothing fits.
        is_open: Whether an entry of any sector may answer: the utterance opens a further matter, or nothing in the
            call's sector answers it.
        claims: What the customer has stated so far.
        is_follow_up: Whether it names no thing of its own and goes on about the matter so far.
        end_ms: Where the utterance ended in the audio.
        answered_segment_id: The utterance of the customer that the agent restates; None for one of the customer.
    """

    number: int
    text: str
    context: tuple[str, ...]
    parts: tuple[QueryPart, ...]
    trigger_segment_id: UUID
    weight: float
    sector: str | None = None
    readings: tuple[QuestionReading, ...] = ()
    turn: int = 0
    is_asking: bool = True
    is_open: bool = False
    claims: Claims = Claims()
    is_follow_up: bool = False
    end_ms: int = 0
    answered_segment_id: UUID | None = None

    @property
    def asked_segment_id(self) -> UUID:
        """The utterance of the customer that an answer answers."""
        return self.answered_segment_id or self.trigger_segment_id

    def read_as(self, reading: QuestionReading) -> SearchRequest:
        """Return the request with this reading for its question."""
        return replace(self, text=reading.text, parts=reading.parts, readings=())


@dataclass(frozen=True, slots=True)
class _Run:
    """Characters of a text that stand in the utterance one by one, the same or others of the same number."""

    start: int
    utterance_start: int
    length: int
    is_verbatim: bool


@dataclass(frozen=True, slots=True)
class _Piece:
    segment_id: UUID
    text: str
    runs: tuple[_Run, ...]


class QueryComposer:
    """Composes the searches of one call from its finals, in order."""

    def __init__(self) -> None:
        self._count = 0
        self._last: tuple[_Piece, ...] = ()
        self._said: deque[str] = deque(maxlen=CONTEXT_UTTERANCES)
        self._turn = 0
        self._has_agent_spoken = True
        self._silent_since_ms = 0
        self._claims = Claims()

    def compose(self, utterance: Heard) -> SearchRequest | None:
        """Return the search an utterance asks for, or None."""
        if utterance.leg_role is LegRole.CUSTOMER:
            self._claims = self._claims.heard(utterance.text)
        pieces = _pieces(utterance, utterance.text)
        if sum(content_length(piece.text) for piece in pieces) < MIN_CONTENT:
            return None
        if utterance.leg_role is LegRole.AGENT:
            self._has_agent_spoken = True
            return self._restated(utterance, pieces)
        newest = _newest_matter(utterance.text, pieces)
        is_after_pause = utterance.start_ms - self._silent_since_ms >= TURN_PAUSE_MS
        self._begin_turn(is_further=newest is not None or is_after_pause)
        self._silent_since_ms = utterance.end_ms
        return self._asked(utterance, pieces, newest)

    def _asked(self, utterance: Heard, pieces: tuple[_Piece, ...], newest: tuple[_Piece, ...] | None) -> SearchRequest:
        """Compose the search of a customer's utterance.

        Args:
            utterance: Of the customer.
            pieces: What it says about a matter.
            newest: What of it opens a further matter; None where it opens none. What was said before is no context of
                that.
        """
        own = newest or _last_question(utterance.text, pieces) or pieces
        asks = any(is_question(piece.text) for piece in own) or utterance.text.rstrip().endswith(("？", "?"))
        # A question stands on its own; where nothing answers it so, it is read with the sentence before.
        joined = pieces if own != pieces else self._joined(pieces)
        question = joined if newest is None and own == pieces and not asks else own
        context = () if newest else self._context(question, pieces)
        self._last = own
        self._said.append(_join(pieces))
        request = self._request(utterance, question, context, weight=1.0, is_asking=asks or newest is not None)
        before = question[: len(question) - len(own)]
        readings = list(_readings(utterance, before, request.text))
        if question != joined:
            readings.insert(0, QuestionReading(_join(joined), 1.0, _parts(joined)))
        return replace(
            request,
            is_open=newest is not None,
            is_follow_up=newest is None and is_follow_up(_join(own)),
            readings=tuple(readings),
        )

    def _context(self, question: tuple[_Piece, ...], pieces: tuple[_Piece, ...]) -> tuple[str, ...]:
        said = tuple(self._said)
        if len(question) > len(pieces):
            return said[:-1]
        before = pieces[: len(pieces) - len(question)]
        return (*said, _join(before))[-CONTEXT_UTTERANCES:] if before else said

    def _begin_turn(self, *, is_further: bool) -> None:
        if self._has_agent_spoken or is_further:
            self._turn += 1
        self._has_agent_spoken = False

    def _restated(self, utterance: Heard, pieces: tuple[_Piece, ...]) -> SearchRequest | None:
        if not self._said or not _RESTATEMENT.search(utterance.text):
            return None
        request = self._request(utterance, pieces, tuple(self._said), weight=AGENT_WEIGHT, is_asking=False)
        return replace(request, answered_segment_id=self._last[-1].segment_id)

    def _joined(self, pieces: tuple[_Piece, ...]) -> tuple[_Piece, ...]:
        text = _join(pieces)
        if content_length(text) >= SHORT_CONTENT or len(_join(self._last)) + len(text) > MAX_JOINED:
            return pieces
        return self._last + pieces

    def _request(
        self,
        utterance: Heard,
        pieces: tuple[_Piece, ...],
        context: tuple[str, ...],
        weight: float,
        *,
        is_asking: bool,
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
            turn=self._turn,
            is_asking=is_asking,
            claims=self._claims,
            end_ms=utterance.end_ms,
        )


def _newest_matter(text: str, pieces: tuple[_Piece, ...]) -> tuple[_Piece, ...] | None:
    """Return the pieces behind the last words that open a further matter; None where there is no such matter."""
    for start in reversed([match.end() for match in _FURTHER.finditer(text)]):
        newest = _from(text, pieces, start)
        if sum(content_length(piece.text) for piece in newest) >= MIN_FURTHER:
            return newest
    return None


def _last_question(text: str, pieces: tuple[_Piece, ...]) -> tuple[_Piece, ...] | None:
    """Return the pieces of the last sentence where it asks by itself and others stand before it."""
    ends = [match.end() for match in _SENTENCE_END.finditer(text.rstrip()[:-1])]
    if not ends:
        return None
    last = _from(text, pieces, ends[-1])
    if len(last) == len(pieces) or not is_question(text[ends[-1] :]):
        return None
    return last if sum(content_length(piece.text) for piece in last) >= MIN_FURTHER else None


def _from(text: str, pieces: tuple[_Piece, ...], start: int) -> tuple[_Piece, ...]:
    """Return what of the pieces of a text stands at or behind a place of it."""
    cut = (_cut(piece, span, start) for span, piece in zip(content_spans(text), pieces, strict=True))
    return tuple(piece for piece in cut if piece is not None and content_length(piece.text) > 0)


def _cut(piece: _Piece, span: TextSpan, start: int) -> _Piece | None:
    """Return what of a piece, which fills a span of a text, stands at or behind a place of that text."""
    if span.end <= start:
        return None
    if span.start >= start:
        return piece
    skipped = start - span.start
    kept = TextSpan(skipped, len(piece.text))
    return _Piece(piece.segment_id, piece.text[skipped:], tuple(_within(piece.runs, kept)))


def _pieces(utterance: Heard, text: str) -> tuple[_Piece, ...]:
    """Return what a text of the utterance, its own or an alternative, says about the matter."""
    runs = _runs(text, utterance.text)
    return tuple(
        _Piece(utterance.segment_id, text[span.start : span.end], tuple(_within(runs, span)))
        for span in content_spans(text)
    )


def _runs(text: str, shown: str) -> list[_Run]:
    if text == shown:
        return [_Run(0, 0, len(text), is_verbatim=True)]
    changes = SequenceMatcher(None, text, shown, autojunk=False).get_opcodes()
    return [
        _Run(start, shown_start, end - start, is_verbatim=tag == "equal")
        for tag, start, end, shown_start, shown_end in changes
        if tag == "equal" or (tag == "replace" and end - start == shown_end - shown_start)
    ]


def _within(runs: Sequence[_Run], span: TextSpan) -> Iterator[_Run]:
    for run in runs:
        start, end = max(run.start, span.start), min(run.start + run.length, span.end)
        if start < end:
            yield _Run(start - span.start, run.utterance_start + start - run.start, end - start, run.is_verbatim)


def _readings(utterance: Heard, before: tuple[_Piece, ...], question: str) -> Iterator[QuestionReading]:
    seen = {question}
    for alternative in utterance.alternatives:
        pieces = _pieces(utterance, alternative.text)
        pieces = _newest_matter(alternative.text, pieces) or _last_question(alternative.text, pieces) or pieces
        text = _join(before + pieces)
        if text in seen or sum(content_length(piece.text) for piece in pieces) < MIN_CONTENT:
            continue
        seen.add(text)
        likelihood = likelihood_beside(alternative.confidence, utterance.confidence)
        yield QuestionReading(text, likelihood, _parts(before + pieces))


def _join(pieces: tuple[_Piece, ...]) -> str:
    return JOINER.join(piece.text for piece in pieces)


def _parts(pieces: tuple[_Piece, ...]) -> tuple[QueryPart, ...]:
    parts = []
    offset = 0
    for piece in pieces:
        parts += [
            QueryPart(piece.segment_id, offset + run.start, run.utterance_start, run.length, run.is_verbatim)
            for run in piece.runs
        ]
        offset += len(piece.text) + len(JOINER)
    return tuple(parts)


def locate(parts: tuple[QueryPart, ...], query_start: int, query_end: int) -> Place | None:
    """Map a range of the question back to an utterance.

    Returns:
        Where it was said; when the range crosses clauses, the part in the first of them; None when it touches none
        (a joining comma, or words that only another reading has).
    """
    found: Place | None = None
    for part in parts:
        start = max(query_start, part.query_start)
        end = min(query_end, part.query_start + part.length)
        if start >= end:
            continue
        shift = part.utterance_start - part.query_start
        here = Place(part.segment_id, start + shift, end + shift, part.is_verbatim)
        if found is None:
            found = here
        elif (found.segment_id, found.end) == (here.segment_id, here.start):
            found = replace(found, end=here.end, is_verbatim=found.is_verbatim and here.is_verbatim)
        else:
            break
    return found
