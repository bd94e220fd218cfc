"""What list actions say about an exchange: the channels, queues and agents that exist at one moment.

The answers of `CoreShowChannels` and `QueueStatus` are not taken at one instant. Events that arrive meanwhile are
applied after the snapshot; the tracker accepts events that repeat what it knows.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from cti_adapter.ami_message import AMIMessage

LIST_ACTIONS = ("CoreShowChannels", "QueueStatus", "DeviceStateList")
"""Actions whose answers make a snapshot, in this order."""


@dataclass(frozen=True, slots=True)
class PBXSnapshot:
    """Answers of the list actions, sorted by kind.

    Attributes:
        version: Version of the manager interface.
        channels: `CoreShowChannel` events.
        members: `QueueMember` events.
        entries: `QueueEntry` events.
        devices: `DeviceStateChange` events.
    """

    version: str
    channels: tuple[AMIMessage, ...] = ()
    members: tuple[AMIMessage, ...] = ()
    entries: tuple[AMIMessage, ...] = ()
    devices: tuple[AMIMessage, ...] = ()


def build_snapshot(version: str, answers: Iterable[AMIMessage]) -> PBXSnapshot:
    """Sort the answers of the list actions."""
    kinds: Mapping[str, list[AMIMessage]] = {
        name: [] for name in ("CoreShowChannel", "QueueMember", "QueueEntry", "DeviceStateChange")
    }
    for answer in answers:
        if answer.event in kinds:
            kinds[answer.event].append(answer)
    return PBXSnapshot(
        version,
        channels=tuple(kinds["CoreShowChannel"]),
        members=tuple(kinds["QueueMember"]),
        entries=tuple(kinds["QueueEntry"]),
        devices=tuple(kinds["DeviceStateChange"]),
    )
