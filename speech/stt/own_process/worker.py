"""The process that recognises speech: `python -m speech.stt.own_process.worker NUMBER`, started by `own_process.owner`.

It lives as long as its connection: a server that is killed takes it along. Signals are for the server to follow; one
that Ctrl-C or a service manager sends to all processes must not end the decode that the server still waits for.
"""

from __future__ import annotations

import os
import signal

from kit.errors import MisconfiguredError
from kit.memory import give_back_freed_memory, settle_memory
from kit.worker_process import Channel, WorkerGoneError
from speech.registry import make_attempts
from speech.stt.own_process.answering import WindowAnswerer
from speech.stt.own_process.wire import LOADED, misconfigured_to_wire, settings_from_wire


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
        WindowAnswerer(channel, attempts).answer_all()
    except WorkerGoneError:
        return


if __name__ == "__main__":
    main()
