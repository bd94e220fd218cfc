"""Bytes of the manager interface to typed messages, and fields of actions checked before they are sent.

A message is lines `Name: value` ended by CR LF, and a blank line. Asterisk greets with one line of its own before the
first message. Text is UTF-8; a character may be cut by a packet boundary, so bytes are decoded once a message is whole.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from kit.errors import InvalidInputError, ProtocolError

GREETING = b"Asterisk Call Manager/"
MAX_MESSAGE_BYTES = 1 << 20
"""No message that Asterisk sends comes near it; a peer that sends more speaks another protocol."""
_END_OF_LINE = b"\r\n"
_END_OF_MESSAGE = b"\r\n\r\n"


@dataclass(frozen=True)
class AMIMessage:
    """One event or response; names of fields are compared without regard to case.

    Attributes:
        fields: Names and values in the order they came; a name may come several times.
    """

    fields: tuple[tuple[str, str], ...]

    @cached_property
    def _first(self) -> Mapping[str, str]:
        return {name.lower(): value for name, value in reversed(self.fields)}

    def get(self, name: str) -> str:
        """Return the first value of a field; empty when it is absent or Asterisk has nothing to say."""
        value = self._first.get(name.lower(), "")
        return "" if value in {"<unknown>", "<none>"} else value

    def number(self, name: str) -> int:
        """Return a field as a whole number; 0 when it is absent or is none."""
        value = self.get(name).partition(".")[0]
        return int(value) if value.removeprefix("-").isdecimal() else 0

    def all(self, name: str) -> list[str]:
        """Return every value of a field."""
        lowered = name.lower()
        return [value for field, value in self.fields if field.lower() == lowered]

    def variable(self, name: str, prefix: str = "") -> str:
        """Return a channel variable that `channelvars` of `manager.conf` adds to every event, or empty.

        Args:
            name: Name of the variable.
            prefix: `Dest` for the second channel of an event that speaks of two.
        """
        for value in self.all(f"{prefix}ChanVariable"):
            key, _, text = value.partition("=")
            if key == name:
                return text
        return ""

    @property
    def event(self) -> str:
        """Name of the event; empty for a response."""
        return self.get("Event")

    @property
    def response(self) -> str:
        """`Success`, `Error`, … ; empty for an event."""
        return self.get("Response")

    @property
    def action_id(self) -> str:
        """Identity of the action that the message answers; empty for an event of its own."""
        return self.get("ActionID")


def message(**fields: str) -> AMIMessage:
    """Build a message from fields, for tests and for the simulated exchange."""
    return AMIMessage(tuple(fields.items()))


class AMIDecoder:
    """Turns bytes, cut anywhere, into messages. It keeps what is incomplete and knows no socket."""

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._searched = 0
        self.version: str | None = None
        """Version of the manager interface, once the greeting came."""

    def feed(self, data: bytes) -> Iterator[AMIMessage]:
        """Add bytes and yield the messages that they complete, oldest first.

        Raises:
            ProtocolError: The peer does not greet as Asterisk does, or sends a message without an end.
        """
        self._buffer += data
        if self.version is None and not self._read_greeting():
            return
        while (end := self._buffer.find(_END_OF_MESSAGE, self._searched)) >= 0:
            raw = bytes(self._buffer[:end])
            del self._buffer[: end + len(_END_OF_MESSAGE)]
            self._searched = 0
            fields = tuple(_fields(raw))
            if fields:
                yield AMIMessage(fields)
        # The first half of an end may be here already.
        self._searched = max(0, len(self._buffer) - len(_END_OF_MESSAGE) + 1)
        if len(self._buffer) > MAX_MESSAGE_BYTES:
            raise ProtocolError(f"A message of the manager interface is longer than {MAX_MESSAGE_BYTES} bytes.")

    def _read_greeting(self) -> bool:
        line, separator, rest = bytes(self._buffer).partition(_END_OF_LINE)
        expected = GREETING if separator else GREETING[: len(line)]
        if not line.startswith(expected) or len(line) > MAX_MESSAGE_BYTES:
            raise ProtocolError(
                "The peer is not Asterisk's manager interface; check CTI_HOST and CTI_AMI_PORT (manager.conf, port)."
            )
        if not separator:
            return False
        self.version = line[len(GREETING) :].decode("utf-8", "replace").strip()
        self._buffer = bytearray(rest)
        return True


def _fields(raw: bytes) -> Iterator[tuple[str, str]]:
    for line in raw.decode("utf-8", "replace").split("\r\n"):
        name, separator, value = line.partition(":")
        if separator and name.strip():
            yield name.strip(), value.strip()


def check_fields(fields: Mapping[str, str | tuple[str, ...]]) -> None:
    """Refuse values that would end a line: what follows would be read as fields, or as another action.

    Raises:
        InvalidInputError: Names the field.
    """
    for name, value in fields.items():
        for text in (name, *((value,) if isinstance(value, str) else value)):
            if any(character in text for character in "\r\n\0"):
                raise InvalidInputError(
                    f"{name} must be one line: it holds a line break or a null character. Remove it.", field=name
                )


def encode(fields: Mapping[str, str | tuple[str, ...]]) -> bytes:
    """Return an action, or a message of the simulated exchange, as it goes over the wire.

    Raises:
        InvalidInputError: A value is more than one line.
    """
    check_fields(fields)
    lines = [
        f"{name}: {text}\r\n"
        for name, value in fields.items()
        for text in ((value,) if isinstance(value, str) else value)
    ]
    return ("".join(lines) + "\r\n").encode()
