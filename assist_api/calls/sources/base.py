"""What a running call asks of the source of its audio, and what every source does alike."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol
from uuid import UUID, uuid5

from assist_api.calls.session import CallSession
from assist_api.calls.stages import LAG_STEP_MS
from assist_api.transcripts.utterances import LegRole
from kit.tasks import Overflow
from speech.events import TranscriptionLagged
from speech.transcriber import LegTranscriber

LAG_WARNING_MS = 3_000
"""A call at the pace of speech that is further behind says so; below a third of it has caught up."""


class LegOpener(Protocol):
    """The part of `speech.engine.SpeechEngine` that a source needs."""

    async def ready(self) -> None:
        """Wait until legs can be opened."""
        ...

    def open_leg(
        self, leg_id: UUID, *, sample_rate_hz: int, overflow: Overflow, start_sample: int = 0
    ) -> LegTranscriber:
        """Begin to transcribe a leg; whoever opens it closes it."""
        ...


class CallSource(Protocol):
    """Audio of one call: `run` once, `stop` at any time."""

    @property
    def legs(self) -> Mapping[UUID, LegRole]:
        """Who speaks on which leg; may grow while the source runs."""
        ...

    @property
    def is_paced(self) -> bool:
        """Whether the audio comes at the pace of speech."""
        ...

    @property
    def position_ms(self) -> int:
        """How far the call was played or has lasted, in audio time."""
        ...

    def stop(self) -> None:
        """Hear no more; what was heard still becomes text."""
        ...

    async def run(self, session: CallSession) -> None:
        """Feed the audio and wait until everything heard is text and every search is answered.

        Raises:
            ExceptionGroup: A part of the call failed; the legs are closed.
        """
        ...


class LagReports:
    """Tells a session how far legs are behind their schedule: each change by a second, and that one has caught up."""

    def __init__(self, session: CallSession) -> None:
        self._session = session
        self._lags: dict[UUID, int] = {}

    async def tell(self, leg: UUID, lag_ms: int) -> None:
        """Take in how far a leg is behind now."""
        told_ms = self._lags.get(leg, 0)
        if lag_ms <= (LAG_WARNING_MS // 3 if told_ms else LAG_WARNING_MS):
            lag_ms = 0
        if lag_ms != told_ms and (not lag_ms or abs(lag_ms - told_ms) >= LAG_STEP_MS):
            self._lags[leg] = lag_ms
            await self._session.post(TranscriptionLagged(leg, lag_ms, dropped_chunks=0))


def leg_id(call_id: UUID, role: LegRole) -> UUID:
    """Return the id of a recorded leg."""
    return uuid5(call_id, role.value)
