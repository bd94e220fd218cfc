"""Which parts of a call are degraded; each change is one event, an unchanged state is none."""

from __future__ import annotations

from uuid import UUID

from assist_api.calls.events import StageState
from assist_api.calls.journal import CallJournal
from kb.search.hits import SearchState

LAG_STEP_MS = 1_000
"""A growing lag is told once a second, not with every chunk."""


class StageBoard:
    """The stages of one call; used by its session only."""

    def __init__(self, journal: CallJournal) -> None:
        self._journal = journal
        self._lags: dict[UUID, int] = {}

    async def set_search(self, state: SearchState) -> None:
        """Take in the state of a search that just ended."""
        is_up = state is not SearchState.UNAVAILABLE
        await self.set(_stage("search", is_well=is_up, code="search_unavailable"))
        if is_up:
            await self.set(_stage("vectors", is_well=state is SearchState.COMPLETE, code="vectors_unavailable"))

    async def set_category(self, *, is_well: bool) -> None:
        """Take in whether the category could be worked out."""
        await self.set(_stage("category", is_well=is_well, code="category_unavailable"))

    async def set_speech_lag(self, leg_id: UUID, lag_ms: int) -> None:
        """Take in how far a leg's transcription is behind; the worst leg counts."""
        self._lags[leg_id] = lag_ms
        worst = max(self._lags.values())
        await self.set(_stage("speech", is_well=worst == 0, code="speech_behind", lag_ms=worst))

    async def set(self, stage: StageState) -> None:
        """Record the state of a stage, if it is news."""
        known = next((item for item in self._journal.snapshot.stages if item.stage == stage.stage), None)
        if stage.state == "ok":
            is_news = known is not None
        else:
            is_news = known is None or known.code != stage.code or abs(known.lag_ms - stage.lag_ms) >= LAG_STEP_MS
        if is_news:
            await self._journal.record(stage)


def _stage(stage: str, *, is_well: bool, code: str, lag_ms: int = 0) -> StageState:
    state = "ok" if is_well else "degraded"
    return StageState.model_validate(
        {"stage": stage, "state": state, "code": "" if is_well else code, "lag_ms": lag_ms}
    )
