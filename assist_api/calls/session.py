"""One call while it runs: a mailbox with one reader, transcript events in, call events out in order.

Searches and the category are worked out beside the mailbox, one at a time each, and their answers come back through
it. So everything that happens to a call has one order, nothing waits for a search, and a search that fails costs a
suggestion, never the call.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextlib import aclosing, suppress
from dataclasses import dataclass, replace
from uuid import UUID

import structlog

from assist_api.calls import metrics
from assist_api.calls.category import CallCategories, is_materially_different
from assist_api.calls.events import StageState, Verdict
from assist_api.calls.journal import CallJournal
from assist_api.calls.lane import WorkLane
from assist_api.calls.observers import Observe, observe_nothing
from assist_api.calls.stages import StageBoard
from assist_api.categories.ranked import CategoryRanking
from assist_api.http.wire import Span
from assist_api.suggestions.ahead import SearchAhead
from assist_api.suggestions.cards import CardSpoken, SuggestionList, SuggestionWithheld
from assist_api.suggestions.policy import Shown, SuggestionPolicy, Withheld
from assist_api.suggestions.query import FULL_CONFIDENCE, Heard, SearchRequest
from assist_api.suggestions.service import Searched, SuggestionService, state_name
from assist_api.suggestions.spoken import SpokenLines
from assist_api.suggestions.stable import StableText
from assist_api.transcripts.utterances import LegRole, Utterance, final_utterance
from kb.search.hits import SearchResult, SearchState
from kit.clock import Clock
from kit.logging import told_by
from kit.tasks import BoundedChannel, ChannelClosedError, Overflow
from speech.events import Alternative, TranscriptEvent, TranscriptFinal, TranscriptionLagged, TranscriptPartial

log = structlog.get_logger(__name__)

MAILBOX_SIZE = 64
"""Full means the transcribers wait: their own queues drop partials before anything else."""
SEARCH_QUEUE = 4
"""Searches that wait for the one that runs; the oldest is overtaken. At 60 ms a search this is never reached."""
UNPACED_SEARCH_QUEUE = 64
"""The same for a recording that is heard as fast as the machine can: it is held back instead (`caught_up`), so only
speech that was taken in before can lead to searches, some 80 s of it."""


@dataclass(frozen=True, slots=True)
class _Question:
    request: SearchRequest
    heard_at: float


@dataclass(frozen=True, slots=True)
class _Answered:
    searched: Searched
    heard_at: float


@dataclass(frozen=True, slots=True)
class _Foreseen:
    """Answer to what the final will ask for if the pause is the end."""

    searched: Searched


@dataclass(frozen=True, slots=True)
class _CategoryQuestion:
    utterances: tuple[Utterance, ...]
    sector: str | None
    trigger_segment_id: UUID
    heard_at: float
    found: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class _Ranked:
    question: _CategoryQuestion
    ranking: CategoryRanking | None


class _Drained:
    """No more transcript events come."""


class _LaneEnded:
    """A lane has answered everything it was given."""


_Handled = TranscriptEvent | StageState | _Foreseen | _Answered | _Ranked
_Item = _Handled | _Drained | _LaneEnded


class CallSession:
    """Drives the suggestions and the category of one call; lives as long as its transcription."""

    def __init__(
        self,
        journal: CallJournal,
        leg_roles: Mapping[UUID, LegRole],
        *,
        suggestions: SuggestionService,
        categories: CallCategories,
        clock: Clock,
        is_paced: bool = True,
        observe: Observe = observe_nothing,
    ) -> None:
        """Prepare a call.

        Args:
            journal: Its only writer is this session.
            leg_roles: Who speaks on which leg.
            suggestions: Searches and makes cards.
            categories: Ranks the category.
            clock: For delays.
            is_paced: Whether speech comes at its pace; otherwise it is held back until it has been searched for.
            observe: Makes what watches the call besides, such as the safety alerts.
        """
        self._journal = journal
        self._leg_roles = leg_roles
        self._suggestions = suggestions
        self._categories = categories
        self._clock = clock
        self._stages = StageBoard(journal)
        self._policy = SuggestionPolicy(suggestions.settings(), sector=journal.snapshot.call.sector)
        self._policy.resume(map(_heard, journal.snapshot.utterances), journal.snapshot.suggestions.cards)
        self._spoken = SpokenLines()
        self._watch(journal.snapshot.suggestions)
        self._search_state = SearchState.LEXICAL_ONLY
        self._documents: dict[UUID, str] = {}
        self._finals: set[UUID] = set()
        self._mailbox: BoundedChannel[_Item] = BoundedChannel(MAILBOX_SIZE, Overflow.WAIT)
        self._searches = WorkLane(SEARCH_QUEUE if is_paced else UNPACED_SEARCH_QUEUE, self._search)
        self._ahead = SearchAhead(suggestions.search, self._foresee)
        self._previewed: Searched | None = None
        self._stable = StableText()
        self._while_speaking: set[UUID] = set()
        """Utterances whose newest search ahead was for a part of them."""
        self._is_paced = is_paced
        self._rankings = WorkLane(1, self._rank)
        self._observation = observe(journal)
        self._unanswered = 0
        self._is_caught_up = asyncio.Event()
        self._is_caught_up.set()

    async def post(self, event: TranscriptEvent | StageState) -> None:
        """Put an event into the mailbox; waits while it is full."""
        await self._mailbox.put(event)

    async def drain(self) -> None:
        """Say that no more events come; `run` then ends when every search has been answered."""
        await self._mailbox.put(_Drained())

    async def caught_up(self) -> None:
        """Wait until every search and ranking that was asked for has been answered or overtaken."""
        await self._is_caught_up.wait()

    async def run(self) -> None:
        """Handle the mailbox in order until it is drained."""
        async with aclosing(self._ahead), asyncio.TaskGroup() as group:
            for lane in (self._searches, self._rankings):
                group.create_task(self._run_lane(lane), name="call-session.lane")
            group.create_task(self._observation.run(), name="call-session.observation")
            await self._handle_all()
            self._observation.close()

    async def _run_lane(self, lane: WorkLane[_Question] | WorkLane[_CategoryQuestion]) -> None:
        await lane.run()
        await self._mailbox.put(_LaneEnded())

    async def _handle_all(self) -> None:
        open_lanes = 2
        async for item in self._mailbox:
            match item:
                case _Drained():
                    await self._searches.close()
                case _LaneEnded():
                    open_lanes -= 1
                    # The last search may still have asked for a ranking.
                    await (self._rankings if open_lanes else self._mailbox).close()
                case _:
                    await self._handle(item)

    async def _handle(self, item: _Handled) -> None:
        match item:
            case TranscriptPartial():
                await self._on_partial(item)
            case TranscriptFinal():
                await self._on_final(item)
            case TranscriptionLagged():
                await self._stages.set_speech_lag(item.leg_id, item.lag_ms)
            case StageState():
                await self._stages.set(item)
            case _Foreseen():
                await self._on_foreseen(item.searched)
            case _Answered():
                await self._on_answered(item)
            case _Ranked():
                await self._on_ranked(item)

    async def _on_partial(self, partial: TranscriptPartial) -> None:
        if not partial.text or partial.segment_id in self._finals:
            return
        leg_role = self._leg_roles[partial.leg_id]
        utterance = _partial_utterance(partial, leg_role)
        await self._journal.announce(utterance)
        self._observation.hear(utterance)
        if self._is_paced:
            await self._search_ahead(partial, leg_role)

    async def _search_ahead(self, partial: TranscriptPartial, leg_role: LegRole) -> None:
        """Search for what a pause has come to, or for what is stable of a customer who goes on speaking."""
        if partial.is_pause:
            self._while_speaking.discard(partial.segment_id)
            await self._begin_ahead(partial, leg_role)
        elif leg_role is LegRole.CUSTOMER:
            stable = self._stable.hear(partial.segment_id, partial.text)
            if stable is not None and self._unanswered == 0:
                self._while_speaking.add(partial.segment_id)
                await self._begin_ahead(replace(partial, text=stable, confidence=FULL_CONFIDENCE), leg_role)

    async def _begin_ahead(self, pause: TranscriptPartial, leg_role: LegRole) -> None:
        heard = Heard(
            pause.segment_id, leg_role, pause.text, pause.confidence, pause.alternatives, pause.end_ms, pause.start_ms
        )
        request = self._policy.foresee(heard)
        if request is not None and await self._ahead.begin(request):
            metrics.SEARCHES_AHEAD.labels("begun").inc()

    async def _foresee(self, searched: Searched) -> None:
        with suppress(ChannelClosedError):  # the call has ended meanwhile
            await self._mailbox.put(_Foreseen(searched))

    async def _on_foreseen(self, searched: Searched) -> None:
        """Show at the pause what its final would: most of an agent's wait is the silence that proves the end."""
        request, result = searched.request, searched.result
        if not result.has_answer:
            # More may be said; that nothing fits is told when the utterance has ended.
            return
        if request.trigger_segment_id in self._finals:
            return
        if request.trigger_segment_id in self._while_speaking and not self._suffices(result):
            return
        self._previewed = searched
        decision = self._policy.preview(request, result, self._dismissed())
        await self._note_state(result.state)
        trigger = request.trigger_segment_id
        if isinstance(decision, Withheld):
            await self._withhold(decision, trigger, state_name(result.state))
        else:
            metrics.SEARCHES_AHEAD.labels("shown").inc()
            await self._show(decision, trigger)

    def _suffices(self, result: SearchResult) -> bool:
        """Tell whether the beginning of an utterance is answered so surely that its end can hardly change it."""
        return result.hits[0].confidence >= self._suggestions.settings().partial_above

    async def _on_final(self, final: TranscriptFinal) -> None:
        if final.segment_id in self._finals:
            return
        self._finals.add(final.segment_id)
        self._stable.end(final.segment_id)
        self._while_speaking.discard(final.segment_id)
        heard_at = self._clock.monotonic()
        metrics.SPEECH_END_TO_FINAL.observe(final.latency_ms / 1000)
        utterance = final_utterance(final, self._leg_roles[final.leg_id])
        await self._journal.record(utterance)
        self._observation.hear(utterance)
        if utterance.leg_role is LegRole.AGENT:
            await self._tick_off(utterance)
        await self._ask(utterance, final.alternatives, heard_at)

    def _watch(self, suggestions: SuggestionList) -> None:
        self._spoken.watch({str(card.suggestion_id): (card.script, card.answer) for card in suggestions.cards})

    async def _tick_off(self, utterance: Utterance) -> None:
        """Record what of the cards an utterance of the agent has said."""
        for card, progress in self._spoken.hear(utterance.text).items():
            await self._journal.record(
                CardSpoken(
                    suggestion_id=UUID(card),
                    script=[Span(start=line.start, end=line.end) for line in progress.lines],
                    steps=list(progress.steps),
                    is_finished=progress.is_finished,
                    segment_id=utterance.segment_id,
                )
            )

    async def _ask(self, utterance: Utterance, alternatives: tuple[Alternative, ...], heard_at: float) -> None:
        asked = self._policy.hear(_heard(utterance, alternatives))
        if isinstance(asked, Withheld):
            await self._withhold(asked, utterance.segment_id, self._journal.snapshot.suggestions.search_state)
        elif asked is not None:
            dropped = await self._searches.offer(_Question(asked, heard_at))
            metrics.SEARCHES_DROPPED.inc(dropped)
            self._count_unanswered(1 - dropped)

    def _count_unanswered(self, change: int) -> None:
        self._unanswered += change
        if self._unanswered:
            self._is_caught_up.clear()
        else:
            self._is_caught_up.set()

    async def _search(self, question: _Question) -> None:
        try:
            searched = await self._ahead.answer(question.request)
            if searched is None:
                searched = await self._suggestions.search(question.request)
            else:
                metrics.SEARCHES_AHEAD.labels("used").inc()
        except Exception as error:  # noqa: BLE001  # rejected: whatever a search raises costs a suggestion, not the call
            metrics.SEARCHES_FAILED.inc()
            log.warning("call_search_failed", call_id=str(self._journal.call_id), **told_by(error))
            nothing = SearchResult((), SearchState.UNAVAILABLE, has_answer=False, took_ms=0.0)
            searched = Searched(question.request, nothing)
        await self._mailbox.put(_Answered(searched, question.heard_at))

    async def _on_answered(self, answer: _Answered) -> None:
        request, result = answer.searched.request, answer.searched.result
        is_previewed = answer.searched is self._previewed
        decision = self._policy.weigh(request, result, self._dismissed())
        await self._ask_category(request.trigger_segment_id, answer.heard_at)
        self._count_unanswered(-1)
        await self._note_state(result.state)
        if isinstance(decision, Shown):
            await self._show(decision, request.trigger_segment_id)
        elif not is_previewed:
            await self._withhold(decision, request.trigger_segment_id, state_name(result.state))
        metrics.FINAL_TO_CARD.observe(0.0 if is_previewed else self._clock.monotonic() - answer.heard_at)

    async def _note_state(self, state: SearchState) -> None:
        await self._stages.set_search(state)
        self._search_state = state

    async def _ask_category(self, trigger_segment_id: UUID, heard_at: float) -> None:
        """Ask for a ranking once the search has answered: what it found speaks for its category."""
        finals = tuple(known for known in self._journal.snapshot.utterances if known.is_final)
        question = _CategoryQuestion(
            finals, self._policy.sector, trigger_segment_id, heard_at, self._policy.found_categories
        )
        self._count_unanswered(1 - await self._rankings.offer(question))

    async def _show(self, shown: Shown, trigger: UUID) -> None:
        try:
            suggestions = await self._suggestions.cards(self._journal.call_id, shown, trigger, self._search_state)
        except Exception as error:  # noqa: BLE001  # rejected: see _search
            log.warning("call_cards_failed", call_id=str(self._journal.call_id), **told_by(error))
            await self._stages.set_search(SearchState.UNAVAILABLE)
            await self._withhold(Withheld("search_unavailable"), trigger, "unavailable")
            return
        self._watch(suggestions)
        self._documents.update({card.suggestion_id: str(card.entry_id) for card in suggestions.cards})
        self._documents.update({case.suggestion_id: str(case.case_id) for case in suggestions.cases})
        await self._journal.record(suggestions)

    async def _withhold(self, withheld: Withheld, trigger_segment_id: UUID, search_state: str) -> None:
        metrics.SUGGESTIONS_WITHHELD.labels(withheld.reason).inc()
        await self._journal.record(
            SuggestionWithheld.model_validate(
                {
                    "reason": withheld.reason,
                    "trigger_segment_id": trigger_segment_id,
                    "search_state": search_state,
                }
            )
        )

    def _dismissed(self) -> frozenset[str]:
        refused = (item for item in self._journal.snapshot.feedback if item.verdict is not Verdict.USED)
        documents = (
            str(item.entry_id) if item.entry_id else self._documents.get(item.suggestion_id) for item in refused
        )
        return frozenset(document for document in documents if document is not None)

    async def _rank(self, question: _CategoryQuestion) -> None:
        try:
            ranking = await self._categories.rank(
                question.utterances, question.sector, question.trigger_segment_id, question.found
            )
        except Exception as error:  # noqa: BLE001  # rejected: see _search
            log.warning("call_category_failed", call_id=str(self._journal.call_id), **told_by(error))
            ranking = None
        await self._mailbox.put(_Ranked(question, ranking))

    async def _on_ranked(self, answer: _Ranked) -> None:
        self._count_unanswered(-1)
        ranking, question = answer.ranking, answer.question
        await self._stages.set_category(is_well=ranking is not None)
        if ranking is None:
            return
        if is_materially_different(self._journal.snapshot.category, ranking):
            await self._journal.record(ranking)
            metrics.FINAL_TO_CATEGORY.observe(self._clock.monotonic() - question.heard_at)
        probabilities = {item.category_id: item.probability for item in ranking.categories}
        decision = self._policy.regard(probabilities, self._dismissed())
        if isinstance(decision, Shown):
            await self._show(decision, question.trigger_segment_id)


def _heard(utterance: Utterance, alternatives: tuple[Alternative, ...] = ()) -> Heard:
    return Heard(
        utterance.segment_id,
        utterance.leg_role,
        utterance.text,
        utterance.confidence,
        alternatives,
        end_ms=utterance.end_ms,
        start_ms=utterance.start_ms,
    )


def _partial_utterance(partial: TranscriptPartial, leg_role: LegRole) -> Utterance:
    return Utterance(
        segment_id=partial.segment_id,
        leg_role=leg_role,
        start_ms=partial.start_ms,
        end_ms=partial.end_ms,
        text=partial.text,
        is_final=False,
        partial_index=partial.partial_index,
        confidence=0.0,
        language=partial.language,
    )
