"""Starts, asks and ends worker processes, and frames the messages between them and their owner.

Both ends hold one end of a socket pair. A message is a head, which is JSON, and a body of raw bytes: nothing that a
process answers is ever executed here, whatever a file or a model did to it. A process ends when its owner hangs up,
also when the owner was killed.
"""

from __future__ import annotations

import contextlib
import os
import select
import socket
import struct
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

import orjson

MAX_MESSAGE_BYTES = 128 * 1024 * 1024
"""More than any answer: a document of 1,000 pages is 5 MB, a window of speech 1 MB. One that says it is longer is
refused before it is read."""
SEND_TIMEOUT_SECONDS = 60
"""An owner does not wait longer for a process that takes nothing."""
_LENGTHS = struct.Struct(">II")
_READ_BYTES = 1 << 20

Head = Mapping[str, Any]


class WorkerGoneError(Exception):
    """The other end is closed or dead, or sent what is no message; this one must be closed as well."""


@dataclass(frozen=True, slots=True)
class Message:
    """What one end says to the other.

    Attributes:
        head: What JSON can say.
        body: Bytes that would be longer as JSON, such as audio.
    """

    head: Head
    body: bytes = field(default=b"", repr=False)


def to_bytes(head: Head, body: bytes = b"") -> bytes:
    """Return a message as it travels."""
    data = orjson.dumps(head, option=orjson.OPT_SERIALIZE_NUMPY)
    return b"".join((_LENGTHS.pack(len(data), len(body)), data, body))


def from_bytes(data: bytes) -> Message:
    """Return the message that travelled.

    Raises:
        WorkerGoneError: It is no message.
    """
    try:
        head_bytes, body_bytes = _LENGTHS.unpack_from(data)
        head = orjson.loads(data[_LENGTHS.size : _LENGTHS.size + head_bytes])
    except (struct.error, orjson.JSONDecodeError) as error:
        raise WorkerGoneError from error
    if not isinstance(head, dict) or len(data) != _LENGTHS.size + head_bytes + body_bytes:
        raise WorkerGoneError
    return Message(head, data[_LENGTHS.size + head_bytes :])


class MessageChannel(Protocol):
    """One end of a connection that carries messages, whatever it is made of. Errors are those of `Channel`."""

    def send(self, head: Head, body: bytes = b"") -> None:
        """Send a message."""
        ...

    def receive(self) -> Message:
        """Wait for a message."""
        ...

    def has_something(self, seconds: float) -> bool:
        """Wait at most so long for a message or the end of the connection; tell whether one is there."""
        ...


class Channel:
    """One end of the connection between a process and its owner. One thread may send while another receives."""

    def __init__(self, end: socket.socket) -> None:
        self._socket = end
        self._poll = select.poll()
        self._poll.register(end, select.POLLIN)

    @classmethod
    def of_this_worker(cls) -> Channel:
        """Return a worker's end; its number is the last argument of the command line."""
        return cls(socket.socket(fileno=int(sys.argv[-1])))

    def send(self, head: Head, body: bytes = b"") -> None:
        """Send a message; waits while the other end is busy.

        Raises:
            WorkerGoneError: The other end is closed or dead.
        """
        data = to_bytes(head, body)
        try:
            self._socket.sendall(data)
        except OSError as error:
            raise WorkerGoneError from error

    def receive(self) -> Message:
        """Wait for a message.

        Raises:
            WorkerGoneError: The other end is closed or dead, or sent what is no message.
        """
        head_bytes, body_bytes = _LENGTHS.unpack(self._read(_LENGTHS.size))
        if head_bytes + body_bytes > MAX_MESSAGE_BYTES:
            raise WorkerGoneError
        try:
            head = orjson.loads(self._read(head_bytes))
        except orjson.JSONDecodeError as error:
            raise WorkerGoneError from error
        if not isinstance(head, dict):
            raise WorkerGoneError
        return Message(head, self._read(body_bytes))

    def _read(self, count: int) -> bytes:
        data = bytearray()
        while len(data) < count:
            try:
                block = self._socket.recv(min(count - len(data), _READ_BYTES))
            except OSError as error:
                raise WorkerGoneError from error
            if not block:
                raise WorkerGoneError
            data += block
        return bytes(data)

    def has_something(self, seconds: float) -> bool:
        """Wait at most so long for a message, or for the end of the other side; tell whether one is there."""
        return bool(self._poll.poll(seconds * 1000))

    def close(self) -> None:
        """Hang up; whoever waits in `receive` is told. Safe to call twice."""
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()


class WorkerProcess:
    """A process and the channel to it, as its owner holds them."""

    def __init__(self, process: subprocess.Popen[bytes], channel: Channel) -> None:
        self._process = process
        self.channel = channel

    @classmethod
    def start(cls, module: str, *, has_environment: bool) -> WorkerProcess:
        """Start `python -m module`, which takes its end by `Channel.of_this_worker`.

        Args:
            module: Of ours, with a `main` that runs when it is.
            has_environment: Whether it sees our environment, which may hold passwords, and prints to our standard
                error; else it sees nothing and prints nowhere.
        """
        # What is found here is found there, however this process was started.
        found = {"PYTHONPATH": os.pathsep.join(filter(None, sys.path)), "PYTHONUTF8": "1"}
        ours, theirs = socket.socketpair()
        ours.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, struct.pack("ll", SEND_TIMEOUT_SECONDS, 0))
        with theirs:
            try:
                process = subprocess.Popen(  # noqa: S603  # rejected: our own module and a number
                    [sys.executable, "-P", "-m", module, str(theirs.fileno())],
                    pass_fds=[theirs.fileno()],
                    stdin=subprocess.DEVNULL,
                    stdout=None if has_environment else subprocess.DEVNULL,
                    stderr=None if has_environment else subprocess.DEVNULL,
                    env=({**os.environ} if has_environment else {}) | found,
                )
            except BaseException:
                ours.close()
                raise
        return cls(process, Channel(ours))

    @property
    def pid(self) -> int:
        """Number of the process."""
        return self._process.pid

    @property
    def is_running(self) -> bool:
        """Whether it has not ended."""
        return self._process.poll() is None

    def kill(self) -> int:
        """End it now; return its exit code. Safe to call twice."""
        self._process.kill()
        return self.close(0)

    def close(self, seconds: float) -> int:
        """Hang up and give it so long to end by itself before it is killed; return its exit code (negative: a signal).

        Safe to call twice.
        """
        self.channel.close()
        try:
            return self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            self._process.kill()
            return self._process.wait()
