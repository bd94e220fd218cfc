"""Replays calls of several matters through the real pipeline and scores whether the desk follows them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from assist_api.calls.schemas import ReplaySpeed
from assist_api.evaluation.calls import replay_observed
from assist_api.evaluation.figures import percentile
from assist_api.evaluation.turn_layout import NOTHING, TurnCall
from assist_api.evaluation.turn_scores import TurnScore, score_turns
from assist_api.http.application import Application


@dataclass(frozen=True, slots=True)
class SecondsToCard:
    """Seconds from the end of a turn until the right card led, by nearest rank; below 0 before the end.

    Attributes:
        count: Turns whose right card led.
        p50: Half of them had it at most so late.
        p95: 95 % of them had it at most so late.
    """

    count: int
    p50: float
    p95: float


@dataclass(frozen=True, slots=True)
class ScoredCall:
    """One call."""

    name: str
    turns: tuple[TurnScore, ...]


@dataclass(frozen=True, slots=True)
class TurnsReport:
    """All calls of a folder; shares are 0..1, and 0 where there was nothing to count.

    Attributes:
        speed: How they were played.
        calls: One by one.
    """

    speed: ReplaySpeed
    calls: tuple[ScoredCall, ...]

    @property
    def turns(self) -> int:
        """Turns that expect an entry, or nothing."""
        return len(self._scores)

    @property
    def right_first(self) -> float:
        """Share of the turns that expect an entry in which it leads."""
        return _share([score.is_first for score in self._answered])

    @property
    def right_any(self) -> float:
        """Share of the turns that expect an entry in which it stands."""
        return _share([score.is_any for score in self._answered])

    @property
    def stale(self) -> float:
        """Share of all these turns in which the leading card answers an earlier turn."""
        return _share([score.is_stale for score in self._scores])

    @property
    def none_ok(self) -> float:
        """Share of the turns that no entry answers in which nothing leads."""
        return _share([score.is_nothing for score in self._scores if score.expect == NOTHING])

    @property
    def seconds(self) -> SecondsToCard | None:
        """Until the right card led; None unless the calls were played at their pace."""
        measured = sorted(score.seconds for score in self._answered if score.seconds is not None)
        if not measured:
            return None
        return SecondsToCard(len(measured), percentile(measured, 50), percentile(measured, 95))

    @property
    def _scores(self) -> list[TurnScore]:
        return [score for call in self.calls for score in call.turns]

    @property
    def _answered(self) -> list[TurnScore]:
        return [score for score in self._scores if score.expect != NOTHING]


def _share(values: Sequence[bool]) -> float:
    return sum(values) / len(values) if values else 0.0


async def evaluate_turns(
    calls: Sequence[TurnCall],
    application: Application,
    *,
    speed: ReplaySpeed = "1",
    at_once: int = 1,
    say: Callable[[str], None] = lambda _line: None,
) -> TurnsReport:
    """Replay calls, several side by side, and score their turns.

    Args:
        calls: As `read_turn_set` returns them.
        application: Running, with the knowledge that the calls expect.
        speed: `1` to measure seconds as a caller meets them, `max` for what is found.
        at_once: Calls played side by side.
        say: Told what is going on.
    """
    free = asyncio.Semaphore(at_once)

    async def score(call: TurnCall) -> ScoredCall:
        async with free:
            say(call.name)
            return ScoredCall(call.name, score_turns(call.turns, await replay_observed(call.paths, application, speed)))

    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(score(call), name="evaluate-turns") for call in calls]
    return TurnsReport(speed, tuple(task.result() for task in tasks))
