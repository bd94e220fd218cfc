"""The process that recognises speech: `python -m speech.stt.own_process.worker NUMBER`, started by `own_process.owner`.

It lives as long as its connection: a server that is killed takes it along. Signals are for the server to follow; one
that Ctrl-C or a service manager sends to all processes must not end the decode that the server still waits for.
"""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Sequence
from queue import SimpleQueue

from kit.errors import DependencyError, MisconfiguredError
from kit.memory import give_back_freed_memory, settle_memory
from kit.worker_process import Channel, WorkerGoneError
from speech.registry import make_attempts
from speech.stt.base import AbandonedError, Recognizer
from speech.stt.own_process.wire import (
    LOADED,
    Answer,
    Window,
    answer_to_wire,
    misconfigured_to_wire,
    settings_from_wire,
)


def main() -> None:
    """Answer until the server hangs up."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    channel = Channel.of_this_worker()
    try:
        settings = settings_from_wire(channel.receive())
        if settings.niceness:
            os.nice(settings.niceness)
        attempts = make_attempts(settings)
        try:
            for recognizer in attempts:
                recognizer.warm_up()
        except MisconfiguredError as error:
            channel.send(misconfigured_to_wire(error))
            return
        give_back_freed_memory()
        settle_memory()
        channel.send(LOADED)
        _Worker(channel, attempts).answer_all()
    except WorkerGoneError:
        return


class _Worker:
    """Recognises in the thread that calls `answer_all`, and listens in another."""

    def __init__(self, channel: Channel, attempts: Sequence[Recognizer]) -> None:
        self._channel = channel
        self._attempts = attempts
        self._waiting: SimpleQueue[Window | None] = SimpleQueue()
        self._unwanted = 0
        """Number of the last window that is not wanted any more."""
        self._is_alone = False

    def answer_all(self) -> None:
        threading.Thread(target=self._listen, name="listen", daemon=True).start()
        while (window := self._waiting.get()) is not None:
            self._channel.send(answer_to_wire(window.number, self._answer(window)))

    def _listen(self) -> None:
        try:
            while True:
                message = self._channel.receive()
                if message.head["say"] == "unwanted":
                    self._unwanted = message.head["number"]
                else:
                    self._waiting.put(Window.from_wire(message, self._is_wanted))
        except WorkerGoneError:
            self._is_alone = True
            self._waiting.put(None)

    def _is_wanted(self, number: int) -> bool:
        return number > self._unwanted and not self._is_alone

    def _answer(self, window: Window) -> Answer:
        try:
            window.request.check_wanted()
            return self._attempts[window.attempt].recognize(window.request)
        except (AbandonedError, DependencyError) as error:
            return error


if __name__ == "__main__":
    main()
