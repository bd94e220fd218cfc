"""The public face of the speech room: one engine per process, one transcriber per leg."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import UUID

from kit.clock import Clock
from kit.tasks import Overflow
from speech.audio import CHUNK_MS, ms_to_samples, samples_to_ms
from speech.front_end import NO_PARTIALS_MS, FrontEndRules, LegFrontEnd
from speech.model_pool import ModelPool
from speech.partial_budget import PartialBudget
from speech.registry import make_detector, make_recognizer
from speech.segmenter import Segmenter, SegmenterRules
from speech.settings import SpeechSettings
from speech.stt.base import Recognizer
from speech.text.finishing import TextFinisher
from speech.transcriber import LegRules, LegTranscriber
from speech.vad.base import VoiceActivityDetector

OUTBOX_EVENTS = 256
MIN_WAITING_FINALS = 2


class SpeechEngine:
    """Owns the models and the threads; `__init__` is light, `warm_up` loads."""

    def __init__(
        self,
        settings: SpeechSettings,
        clock: Clock,
        *,
        recognizer_factory: Callable[[SpeechSettings], Recognizer] = make_recognizer,
        detector_factory: Callable[[SpeechSettings], VoiceActivityDetector] = make_detector,
    ) -> None:
        self._settings = settings
        self._clock = clock
        self._recognizer_factory = recognizer_factory
        self._detector_factory = detector_factory
        self._detector = detector_factory(settings)
        budget = PartialBudget(settings.worker_count, settings.partial_share)
        self._pool = ModelPool(lambda: recognizer_factory(settings), settings.worker_count, budget, clock)
        self._front_end_thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="speech-front-end")
        self._legs: set[LegTranscriber] = set()
        self._warm = asyncio.Event()

    @property
    def settings(self) -> SpeechSettings:
        """How speech is found and recognised here."""
        return self._settings

    @property
    def is_ready(self) -> bool:
        """Whether the models are loaded."""
        return self._warm.is_set()

    @property
    def waiting_windows(self) -> int:
        """Windows of speech waiting for a worker; a machine that is fast enough keeps this near 0."""
        return self._pool.waiting_count

    async def warm_up(self) -> None:
        """Load the models.

        Raises:
            MisconfiguredError: A model is missing; the message names the variable and the command that mends it.
        """
        await asyncio.get_running_loop().run_in_executor(self._front_end_thread, self._detector.warm_up)
        await self._pool.warm_up()
        self._warm.set()

    async def ready(self) -> None:
        """Wait until the models are loaded: for calls that come while the server starts."""
        await self._warm.wait()

    async def set_vocabulary(self, words: Sequence[str], sentences: Sequence[str] = ()) -> None:
        """Mend misheard words towards these from now on; replaces what was set before.

        Only text that was heard is ever changed, so that a vocabulary cannot appear in silence.

        Args:
            words: Of the trade.
            sentences: In the trade's language, the most telling first: which of several texts was heard.
        """
        if self._settings.is_vocabulary_on:
            # Learning takes up to two seconds; the thread that listens must not wait for it.
            self._pool.use_finisher(await asyncio.to_thread(TextFinisher, tuple(words), tuple(sentences)))

    def beside(self, settings: SpeechSettings) -> SpeechEngine:
        """Return another engine, not loaded yet, that mends towards the same words; whoever asks for it closes it."""
        engine = SpeechEngine(
            settings,
            self._clock,
            recognizer_factory=self._recognizer_factory,
            detector_factory=self._detector_factory,
        )
        engine._pool.use_finisher(self._pool.finisher)  # rejected: of the same class
        return engine

    def open_leg(
        self, leg_id: UUID, *, sample_rate_hz: int, overflow: Overflow, start_sample: int = 0, has_partials: bool = True
    ) -> LegTranscriber:
        """Begin to transcribe a leg; needs `warm_up`. Whoever opens it closes it.

        Args:
            leg_id: Names the leg in its events.
            sample_rate_hz: Of the chunks that will be fed.
            overflow: `WAIT` for a file that can be held back, `DROP_OLDEST` for audio that cannot.
            start_sample: First sample that will be fed, when a leg is taken up again.
            has_partials: Whether running speech is written down before it pauses, for somebody who reads along; where
                nobody does, finals come sooner.
        """
        if not self.is_ready:
            raise RuntimeError("warm_up comes before open_leg")
        front_end = self._front_end(sample_rate_hz, start_sample, has_partials=has_partials)
        rules = self._leg_rules(sample_rate_hz, start_sample, overflow)
        leg = LegTranscriber(leg_id, rules, front_end, self._pool, self._front_end_thread, self._clock)
        self._legs = {known for known in self._legs if not known.is_closed} | {leg}
        return leg

    async def aclose(self) -> None:
        """Close every leg, then the models and their threads; safe to call twice."""
        self._warm.clear()
        for leg in self._legs:
            await leg.aclose()
        self._legs = set()
        await self._pool.aclose()
        self._front_end_thread.shutdown()

    def _front_end(self, sample_rate_hz: int, start_sample: int, *, has_partials: bool) -> LegFrontEnd:
        settings, detector = self._settings, self._detector.capabilities
        segmenter_rules = SegmenterRules(
            sample_rate_hz=detector.sample_rate_hz,
            speech_threshold=settings.speech_threshold,
            silence_threshold=settings.silence_threshold,
            min_speech_ms=_ms(settings.min_speech),
            pre_roll_ms=_ms(settings.pre_roll),
            end_silence_ms=_ms(settings.end_silence),
            max_segment_ms=min(_ms(settings.max_segment), self._pool.max_window_ms),
        )
        rules = FrontEndRules(
            sample_rate_hz=detector.sample_rate_hz,
            frame_samples=detector.frame_samples,
            partial_interval_ms=_ms(settings.partial_interval) if has_partials else NO_PARTIALS_MS,
            pause_ms=_ms(settings.pause),
        )
        start_ms = samples_to_ms(start_sample, sample_rate_hz)
        segmenter = Segmenter(segmenter_rules, start_sample=ms_to_samples(start_ms, detector.sample_rate_hz))
        return LegFrontEnd(
            rules,
            segmenter,
            self._detector.open(source_rate_hz=sample_rate_hz),
            source_rate_hz=sample_rate_hz,
            start_sample=start_sample,
        )

    def _leg_rules(self, sample_rate_hz: int, start_sample: int, overflow: Overflow) -> LegRules:
        settings = self._settings
        return LegRules(
            sample_rate_hz=sample_rate_hz,
            start_sample=start_sample,
            overflow=overflow,
            language=settings.language,
            inbox_chunks=max(1, _ms(settings.inbox) // CHUNK_MS),
            waiting_finals=max(MIN_WAITING_FINALS, settings.decode_backlog // settings.max_segment),
            outbox_events=OUTBOX_EVENTS,
            lag_warning_ms=_ms(settings.lag_warning),
        )


def _ms(duration: timedelta) -> int:
    return duration // timedelta(milliseconds=1)
