"""Replays labelled calls through the real pipeline and scores what an agent would have seen."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID, uuid4

from assist_api.calls.events import CallEndedEvent, CallEvent
from assist_api.calls.hub import CallHub
from assist_api.calls.recordings import IncomingFile
from assist_api.calls.schemas import ReplaySpeed
from assist_api.calls.service import CallService
from assist_api.calls.viewer import COMMAND_LINE
from assist_api.evaluation.call_scores import (
    CallScore,
    LegScore,
    ObservedEvent,
    final_to_card_ms,
    score_call,
    speech_to_final_ms,
)
from assist_api.evaluation.figures import Spread, spread
from assist_api.evaluation.layouts import CallScript, LabelledCall
from assist_api.http.application import Application
from kb.entries.repository import EntryRepository
from kit.bus import Subscription
from kit.clock import Clock
from kit.errors import DependencyCategory, DependencyError, NotFoundError


@dataclass(frozen=True, slots=True)
class CallsReport:
    """All calls of a folder.

    Attributes:
        speed: How they were played.
        calls: One by one.
        final_to_card_ms: Over all calls.
        speech_to_final_ms: Over all calls; None unless they were played at their pace.
    """

    speed: ReplaySpeed
    calls: tuple[CallScore, ...]
    final_to_card_ms: Spread | None
    speech_to_final_ms: Spread | None

    @property
    def entries_found(self) -> int:
        """Calls in which the expected entry stood in the top three."""
        return sum(call.is_entry_found for call in self.calls)

    @property
    def categories_right(self) -> int:
        """Calls at whose end the expected category stood first."""
        return sum(call.is_category_right for call in self.calls)

    @property
    def error_rate(self) -> float:
        """Character error rate over all legs."""
        legs: list[LegScore] = [leg for call in self.calls for leg in (call.customer, call.agent)]
        return sum(leg.errors for leg in legs) / max(1, sum(leg.characters for leg in legs))


async def evaluate_calls(
    calls: Sequence[LabelledCall],
    application: Application,
    *,
    speed: ReplaySpeed = "max",
    say: Callable[[str], None] = lambda _line: None,
) -> CallsReport:
    """Replay calls one after the other and score them.

    Args:
        calls: As `read_call_set` returns them.
        application: Running, with the knowledge that the calls expect.
        speed: `1` to measure delays as a caller meets them, `max` for what is found.
        say: Told what is going on.

    Raises:
        NotFoundError: An expected entry is not in the knowledge base.
    """
    expected = await expected_entries(calls, application)
    scores, to_card, to_final = [], [], []
    for number, call in enumerate(calls, start=1):
        say(f"{number}/{len(calls)} {call.script.demo_id}")
        observed = await replay_observed([call.path], application, speed)
        scores.append(score_call(call.script, expected[call.script.demo_id], observed))
        to_card += final_to_card_ms(observed)
        to_final += speech_to_final_ms(observed)
    return CallsReport(speed, tuple(scores), spread(to_card), spread(to_final))


async def expected_entries(calls: Sequence[LabelledCall], application: Application) -> dict[str, frozenset[UUID]]:
    """Return the entries that answer each call, by its name.

    Raises:
        NotFoundError: One is not in the knowledge base.
    """
    async with application.database.session() as session:
        entries = EntryRepository(session)
        return {call.script.demo_id: await _entry_ids(entries, call.script) for call in calls}


async def _entry_ids(entries: EntryRepository, script: CallScript) -> frozenset[UUID]:
    found = [(key, await entries.find_by_key(key)) for key in script.entry_keys]
    for key, entry in found:
        if entry is None:
            raise NotFoundError(
                f"{script.demo_id} expects the entry {key}, which is not in the knowledge base.", code="entry_not_found"
            )
    return frozenset(entry.id for _key, entry in found if entry is not None)


async def replay_observed(paths: Sequence[Path], application: Application, speed: ReplaySpeed) -> list[ObservedEvent]:
    """Replay one call and return its events, each with the moment it was published.

    Args:
        paths: One recording of both legs, or the customer's and the agent's.
        application: Running.
        speed: Of the replay.

    Raises:
        DependencyError: Events were lost on the way here.
    """
    call_id = uuid4()
    async with application.get(CallHub).watch(call_id) as subscription:
        streams = await asyncio.to_thread(lambda: [path.open("rb") for path in paths])
        with ExitStack() as stack:
            files = [
                IncomingFile(path.name, stack.enter_context(stream))
                for path, stream in zip(paths, streams, strict=True)
            ]
            await application.get(CallService).start_replay(
                COMMAND_LINE, files, speed=speed, source="cli", call_id=call_id
            )
        return await observe_call(subscription, application.clock)


async def observe_call(events: Subscription[CallEvent], clock: Clock) -> list[ObservedEvent]:
    """Return the events of a call, each with the moment it came, once the call has ended.

    Raises:
        DependencyError: Events were lost on the way here.
    """
    observed: list[ObservedEvent] = []
    async for event in events:
        observed.append(ObservedEvent(event, clock.monotonic() * 1000))
        if isinstance(event, CallEndedEvent):
            return observed
    raise DependencyError(
        "Events of the call were lost.", category=DependencyCategory.OVERLOADED, retryable=True, code="events_lost"
    )
