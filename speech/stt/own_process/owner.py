"""Starts a process that recognises, asks it, and starts another one when it dies."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import structlog

from kit.errors import DependencyCategory, DependencyError
from kit.worker_process import Channel, WorkerGoneError, WorkerProcess
from speech import metrics
from speech.settings import SpeechSettings
from speech.stt.base import Capabilities, Recognition, RecognitionRequest, Recognizer
from speech.stt.own_process.asking import await_answer
from speech.stt.own_process.wire import (
    LOADED,
    Answer,
    Window,
    misconfigured_from_wire,
    settings_to_wire,
)

log = structlog.get_logger(__name__)

START_TIMEOUT = timedelta(minutes=5)
"""A large model from a slow disk."""
ANSWER_TIMEOUT = timedelta(minutes=2)
"""A window of 28 s, decoded twice, on a machine that is ten times too slow."""
STOP_TIMEOUT = timedelta(seconds=5)


def in_own_process(settings: SpeechSettings, attempts: Sequence[Recognizer]) -> tuple[Recognizer, ...]:
    """Return recognisers that do in a process of their own what these would do here; they share one.

    Args:
        settings: From which `speech.registry.make_attempts` made them.
        attempts: Never loaded; they say what they can do.
    """
    process = _Process(settings)
    return tuple(_Attempt(process, number, local.capabilities) for number, local in enumerate(attempts))


class _Attempt:
    """One of the recognisers of a process."""

    def __init__(self, process: _Process, number: int, capabilities: Capabilities) -> None:
        self._process = process
        self._number = number
        self.capabilities = capabilities

    def warm_up(self) -> None:
        """Start the process where it does not run, and wait until the model is loaded."""
        self._process.start()

    def recognize(self, request: RecognitionRequest) -> Recognition:
        """Ask the process."""
        return self._process.recognize(self._number, request)

    def close(self) -> None:
        """Have the process end."""
        self._process.close()


class _Process:
    """A process and the channel to it; used by one thread at a time."""

    def __init__(self, settings: SpeechSettings) -> None:
        self._settings = settings
        self._running: WorkerProcess | None = None
        self._asked = 0

    def start(self) -> Channel:
        """Return the channel to a process that has loaded its model; starts one where none runs.

        Raises:
            MisconfiguredError: The model is missing or unusable.
            DependencyError: The process died, or took longer than `START_TIMEOUT`.
        """
        if self._running is not None:
            return self._running.channel
        self._running = WorkerProcess.start("speech.stt.own_process.worker", has_environment=True)
        channel = self._running.channel
        try:
            channel.send(settings_to_wire(self._settings))
            answer = channel.receive() if channel.has_something(START_TIMEOUT.total_seconds()) else None
        except WorkerGoneError:
            answer = None
        if answer is not None:
            if answer.head == LOADED:
                return channel
            if (error := misconfigured_from_wire(answer)) is not None:
                self.close()
                raise error
        raise DependencyError(
            f"The process that recognises speech did not start (exit code {self._kill()}); "
            "what it printed is in the server's output.",
            category=DependencyCategory.CONNECTIVITY,
            retryable=True,
        )

    def recognize(self, attempt: int, request: RecognitionRequest) -> Recognition:
        """Return the answer of a process; where it dies meanwhile, that of the next one.

        Raises:
            DependencyError: The engine failed, the second process died as well, or none answered in time.
            AbandonedError: The text is not wanted any more.
        """
        try:
            return self._exchange(attempt, request)
        except WorkerGoneError:
            self._bury()
        request.check_wanted()
        try:
            return self._exchange(attempt, request)
        except WorkerGoneError as error:
            self._bury()
            raise DependencyError(
                "The process that recognises speech died twice over the same words.",
                category=DependencyCategory.REJECTED,
                retryable=False,
            ) from error

    def close(self) -> None:
        """Have the process end; safe to call twice."""
        running, self._running = self._running, None
        if running is not None:
            running.close(STOP_TIMEOUT.total_seconds())

    def _exchange(self, attempt: int, request: RecognitionRequest) -> Recognition:
        channel = self.start()
        self._asked += 1
        channel.send(*Window(self._asked, attempt, request).to_wire())
        answer = self._answer(channel, request)
        if isinstance(answer, Exception):
            raise answer
        return answer

    def _answer(self, channel: Channel, request: RecognitionRequest) -> Answer:
        answer = await_answer(channel, self._asked, request, ANSWER_TIMEOUT)
        if answer is not None:
            return answer
        self._kill()
        raise DependencyError(
            "The process that recognises speech did not answer; it was killed.",
            category=DependencyCategory.TIMEOUT,
            retryable=False,
        )

    def _kill(self) -> int | None:
        """Return the exit code, None where no process runs."""
        running, self._running = self._running, None
        return None if running is None else running.kill()

    def _bury(self) -> None:
        exit_code = self._kill()
        metrics.WORKER_DEATHS.inc()
        log.error("recognizer_process_died", exit_code=exit_code)
