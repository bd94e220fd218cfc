"""Remembers channels that we are about to originate, so that they are known when the exchange names them. Pure."""

from __future__ import annotations

from collections import OrderedDict

REMEMBERED = 1_000
"""A channel that the exchange refused never comes; more than so many are never awaited at once."""


class ExpectedChannels:
    """What is known of channels before they exist, by their unique id."""

    def __init__(self) -> None:
        self._parties: OrderedDict[str, tuple[str, str]] = OrderedDict()
        self._dialled: OrderedDict[str, str] = OrderedDict()

    def add_party(self, uniqueid: str, call_key: str, number: str) -> None:
        """Expect somebody who is called into a call."""
        self._parties[uniqueid] = (call_key, number)
        while len(self._parties) > REMEMBERED:
            self._parties.popitem(last=False)

    def add_call(self, uniqueid: str, number: str) -> None:
        """Expect an agent's telephone from which this number will be called."""
        self._dialled[uniqueid] = number
        while len(self._dialled) > REMEMBERED:
            self._dialled.popitem(last=False)

    def take_party(self, uniqueid: str) -> tuple[str, str]:
        """Return the key of the call and the number of a channel that is there now; empty for one not expected."""
        return self._parties.pop(uniqueid, ("", ""))

    def take_dialled(self, uniqueid: str) -> str:
        """Return the number that will be called from a channel; empty for one not expected."""
        return self._dialled.pop(uniqueid, "")
