"""What watches a running call beside its suggestions: safety alerts, facts of the work order, hints.

Observers are pure and may be slow, so each works in a thread, on everything that was said since it last had time.
An observer that fails costs what it would have seen, never the call.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Protocol
from uuid import UUID

import structlog

from assist_api.alerts.observer import AlertObserver
from assist_api.alerts.raised import AlertRaised
from assist_api.alerts.rules import RuleBook, shipped_rules
from assist_api.calls import metrics
from assist_api.calls.events import CallSnapshot
from assist_api.calls.journal import CallJournal
from assist_api.facts.found import FactsFound
from assist_api.facts.observer import FactObserver
from assist_api.hints.book import book_sector, shipped_book
from assist_api.hints.listener import BookListener
from assist_api.hints.observer import Hinted, HintObserver
from assist_api.hints.policy import HintPolicy
from assist_api.transcripts.utterances import Utterance
from kit.logging import told_by

log = structlog.get_logger(__name__)

Observed = AlertRaised | FactsFound | Hinted
"""Events that observers bring about."""


class CallObserver(Protocol):
    """Watches one call."""

    def hear(self, utterances: Sequence[Utterance]) -> Sequence[Observed]:
        """Return what follows from the utterances; called in a thread, never twice at a time.

        Args:
            utterances: What was said since the last time, the newest text of each segment, in the order of the speech.
        """
        ...


Tell = Callable[[CallSnapshot, Observed], Awaitable[None]]
"""Tells somebody outside the call what was recorded; the snapshot is the one before it."""


async def tell_nobody(_before: CallSnapshot, _observed: Observed) -> None:
    """Leave what was recorded to those who watch the call."""


class ObserverLane:
    """Drives one observer of one call."""

    def __init__(self, journal: CallJournal, observer: CallObserver, tell: Tell) -> None:
        self._journal = journal
        self._observer = observer
        self._tell = tell
        self._waiting: dict[UUID, Utterance] = {}
        """The newest text of each segment, so never longer than the call has segments."""
        self._is_closed = False
        self._changed = asyncio.Event()

    def hear(self, utterance: Utterance) -> None:
        """Give the observer an utterance; returns at once."""
        self._waiting[utterance.segment_id] = utterance
        self._changed.set()

    def close(self) -> None:
        """Say that no more utterances come; `run` then ends when the observer has seen all of them."""
        self._is_closed = True
        self._changed.set()

    async def run(self) -> None:
        """Let the observer see what is said, until it is closed."""
        while self._waiting or not self._is_closed:
            await self._changed.wait()
            self._changed.clear()
            batch = list(self._waiting.values())
            self._waiting.clear()
            if batch:
                await self._observe(batch)

    async def _observe(self, batch: Sequence[Utterance]) -> None:
        try:
            for observed in await asyncio.to_thread(self._observer.hear, batch):
                before = self._journal.snapshot
                await self._journal.record(observed)
                await self._tell(before, observed)
        except Exception as error:  # noqa: BLE001  # rejected: whatever an observer raises costs an alert, not the call
            metrics.OBSERVERS_FAILED.inc()
            log.warning("call_observer_failed", call_id=str(self._journal.call_id), **told_by(error))


class Observation:
    """Every observer of one call."""

    def __init__(self, lanes: Sequence[ObserverLane] = ()) -> None:
        self._lanes = tuple(lanes)

    def hear(self, utterance: Utterance) -> None:
        """Give an utterance to every observer; returns at once."""
        for lane in self._lanes:
            lane.hear(utterance)

    def close(self) -> None:
        """Say that no more utterances come."""
        for lane in self._lanes:
            lane.close()

    async def run(self) -> None:
        """Drive the observers until they are closed and have seen everything."""
        async with asyncio.TaskGroup() as group:
            for lane in self._lanes:
                group.create_task(lane.run(), name="call-session.observer")


Observe = Callable[[CallJournal], Observation]
"""Makes the observers of a call that begins or is taken up again."""


def observe_nothing(_journal: CallJournal) -> Observation:
    """Return no observers, for callers that need only suggestions."""
    return Observation()


CoachingOf = Callable[[str | None, UUID | None], tuple[BookListener, HintPolicy]]
"""Returns the hint book and the policy in force for a sector and the account of an agent; may take a moment."""


def shipped_coaching(sector: str | None, _agent_id: UUID | None) -> tuple[BookListener, HintPolicy]:
    """Return the hint book and the policy that ship with the product."""
    return BookListener(shipped_book(book_sector(sector))), HintPolicy()


class CallObservers:
    """Makes the observers that the product has."""

    def __init__(
        self,
        tell: Tell = tell_nobody,
        rules: Callable[[], RuleBook] = shipped_rules,
        coaching: CoachingOf = shipped_coaching,
    ) -> None:
        """Keep what calls share.

        Args:
            tell: Tells supervisors.
            rules: Safety rules in force.
            coaching: Hint book and policy in force.
        """
        self._coaching = coaching
        self._tell = tell
        self._rules = rules

    async def warm_up(self) -> None:
        """Compile the safety rules, which takes seconds, so that no call waits for them."""
        await asyncio.to_thread(self._rules)

    def __call__(self, journal: CallJournal) -> Observation:
        """Return the observers of a call, which go on from what its snapshot holds."""
        snapshot = journal.snapshot
        finals = [utterance for utterance in snapshot.utterances if utterance.is_final]
        observers: tuple[CallObserver, ...] = (
            AlertObserver(self._rules, snapshot.alerts),
            FactObserver(finals, snapshot.facts),
            HintObserver(
                lambda sector: self._coaching(sector, journal.agent_account_id),
                snapshot.call.sector,
                finals=finals,
                ticked=snapshot.steps,
                by_hand=lambda: journal.snapshot.hand_steps,
                raised=snapshot.hints,
                proposed=snapshot.question,
            ),
        )
        return Observation([ObserverLane(journal, observer, self._tell) for observer in observers])
