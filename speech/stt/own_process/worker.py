"""The process that recognises speech: `python -m speech.stt.own_process.worker FD`, started by `own_process.owner`.

It lives as long as its connection: a server that is killed takes it along. Signals are for the server to follow; one
that Ctrl-C or a service manager sends to all processes must not end the decode that the server still waits for.
"""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Sequence
from dataclasses import replace
from multiprocessing.connection import Connection
from queue import SimpleQueue

from kit.errors import DependencyError, MisconfiguredError
from kit.memory import give_back_freed_memory, settle_memory
from speech.registry import make_attempts
from speech.stt.base import AbandonedError, Recognizer
from speech.stt.own_process.wire import Answer, Answered, Loaded, Unwanted, Window

GONE = (EOFError, OSError)
"""What a connection raises when the other end is closed or dead."""


def main() -> None:
    """Answer until the server hangs up."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    connection: Connection = Connection(int(sys.argv[1]))
    try:
        attempts = make_attempts(connection.recv())
        try:
            for recognizer in attempts:
                recognizer.warm_up()
        except MisconfiguredError as error:
            connection.send(error)
            return
        give_back_freed_memory()
        settle_memory()
        connection.send(Loaded())
        _Worker(connection, attempts).answer_all()
    except GONE:
        return


class _Worker:
    """Recognises in the thread that calls `answer_all`, and listens in another."""

    def __init__(self, connection: Connection, attempts: Sequence[Recognizer]) -> None:
        self._connection = connection
        self._attempts = attempts
        self._waiting: SimpleQueue[Window | None] = SimpleQueue()
        self._unwanted = 0
        """Number of the last window that is not wanted any more."""
        self._is_alone = False

    def answer_all(self) -> None:
        threading.Thread(target=self._listen, name="listen", daemon=True).start()
        while (window := self._waiting.get()) is not None:
            self._connection.send(Answered(window.number, self._answer(window)))

    def _listen(self) -> None:
        try:
            while True:
                message = self._connection.recv()
                if isinstance(message, Unwanted):
                    self._unwanted = message.number
                else:
                    self._waiting.put(message)
        except GONE:
            self._is_alone = True
            self._waiting.put(None)

    def _answer(self, window: Window) -> Answer:
        request = replace(window.request, is_wanted=lambda: window.number > self._unwanted and not self._is_alone)
        try:
            request.check_wanted()
            return self._attempts[window.attempt].recognize(request)
        except (AbandonedError, DependencyError) as error:
            return error


if __name__ == "__main__":
    main()
