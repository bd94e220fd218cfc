"""Waits for the answer to a window, and says so when nobody wants it any more."""

from __future__ import annotations

import time
from datetime import timedelta

from kit.worker_process import MessageChannel
from speech.stt.base import RecognitionRequest
from speech.stt.own_process.wire import Answer, answer_from_wire, unwanted

LOOK_SECONDS = 0.02
"""How often is asked whether a text is still wanted."""


def await_answer(
    channel: MessageChannel, number: int, request: RecognitionRequest, patience: timedelta
) -> Answer | None:
    """Return the answer to the window of that number; None where none came in time.

    Raises:
        WorkerGoneError: The other end is closed or dead.
    """
    until = time.monotonic() + patience.total_seconds()
    is_given_up = False
    while time.monotonic() <= until:
        if channel.has_something(LOOK_SECONDS):
            answered = channel.receive()
            if answered.head["number"] == number:
                return answer_from_wire(answered)
        if not is_given_up and not request.is_wanted():
            is_given_up = True
            channel.send(unwanted(number))
    return None
