"""The process that opens strangers' files: `python -m kb.ingest.worker`, started and killed by `kb.ingest.sandbox`.

It bounds its own memory, processor time, file sizes and open files, and is killed by its owner when a file takes too
long for other reasons. It answers each request; whatever a library prints goes nowhere.
"""

from __future__ import annotations

import os
import resource
import signal
import sys
from pathlib import Path

from kb.ingest.archive import unpack
from kb.ingest.limits import ReadLimits
from kb.ingest.reading import read_file
from kb.ingest.refusals import FileRefusedError, refuse
from kb.ingest.wire import Message, member_to_wire, refusal_to_wire, split_to_wire
from kit.worker_process import Channel, Head, WorkerGoneError

_OPEN_FILES = 64
_NICENESS = 10
"""Reading waits for calls, not the other way round (see `kit.tasks.BACKGROUND_NICENESS`)."""


def main() -> None:
    """Answer requests until the owner hangs up."""
    channel = Channel.of_this_worker()
    try:
        _answer_all(channel)
    except WorkerGoneError:
        return


def _answer_all(channel: Channel) -> None:
    limits = ReadLimits(**channel.receive().head)
    _bound(limits)
    while True:
        request = channel.receive().head
        # Counts processor time; its signal ends the process, and the owner reads the reason from the exit code.
        signal.setitimer(signal.ITIMER_PROF, limits.seconds)
        try:
            answer = _answer(request, limits)
            signal.setitimer(signal.ITIMER_PROF, 0)
        except MemoryError:
            # What the file left on the heap is not worth finding out; the owner starts another process.
            channel.send({"refused": refusal_to_wire(refuse("file_too_complex")), "is_last": True})
            return
        channel.send(answer)


def _bound(limits: ReadLimits) -> None:
    os.nice(_NICENESS)
    for kind, value in (
        (resource.RLIMIT_AS, limits.memory_bytes),
        (resource.RLIMIT_FSIZE, limits.file_bytes),
        (resource.RLIMIT_NOFILE, _OPEN_FILES),
        (resource.RLIMIT_CORE, 0),
    ):
        _soft, hard = resource.getrlimit(kind)
        bound = value if hard == resource.RLIM_INFINITY else min(value, hard)
        resource.setrlimit(kind, (bound, bound))


def _answer(request: Head, limits: ReadLimits) -> Message:
    path = Path(request["path"])
    try:
        if path.stat().st_size > limits.file_bytes:
            raise refuse("file_too_large", limit_bytes=limits.file_bytes)
        data = path.read_bytes()
        if request["do"] == "unpack":
            members = unpack(data, Path(request["folder"]), limits)
            return {"members": [member_to_wire(member) for member in members]}
        return {"split": split_to_wire(read_file(data, request["name"], limits))}
    except FileRefusedError as error:
        return {"refused": refusal_to_wire(error)}
    except RecursionError:
        return {"refused": refusal_to_wire(refuse("file_too_complex"))}
    except OSError as error:
        return {"failed": error.strerror or type(error).__name__, "errno": error.errno}
    except MemoryError:
        raise
    except Exception as error:  # noqa: BLE001  # rejected: a parser met by a hostile file may raise anything
        sys.stderr.write(f"unexpected {type(error).__name__} while reading a document\n")
        return {"refused": refusal_to_wire(refuse("file_damaged"))}


if __name__ == "__main__":
    main()
