"""Recognises the windows that come over a connection, one after the other, and stops at those that nobody wants."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from queue import Queue

from kit.errors import DependencyError
from kit.worker_process import MessageChannel, WorkerGoneError
from speech.stt.base import AbandonedError, Recognizer
from speech.stt.own_process.wire import Answer, Window, answer_to_wire

MOST_WAITING = 4
"""Windows of a connection that are read before they are recognised; whoever asks waits for each answer."""


class WindowAnswerer:
    """Recognises in the thread that calls `answer_all`, and listens in another."""

    def __init__(self, channel: MessageChannel, attempts: Sequence[Recognizer]) -> None:
        self._channel = channel
        self._attempts = attempts
        self._waiting: Queue[Window | None] = Queue(MOST_WAITING)
        self._unwanted = 0
        """Number of the last window that is not wanted any more."""
        self._is_alone = False

    def answer_all(self) -> None:
        """Answer until the other end hangs up.

        Raises:
            WorkerGoneError: It hung up, or sent what is no window.
        """
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
        except (WorkerGoneError, KeyError, TypeError, ValueError):
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
