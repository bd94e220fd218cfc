"""Finds the recordings that the exchange wrote: one file for each leg, named by the dialplan.

A name is `<start in ms since 1970>-<unique id of the leg>-<call>-<role>.wav`. The call is the unique id of its first
channel, or our own identity where we started the recording (`CTIAdapter`, second start). The unique id of a leg that
we originated is a random UUID of ours, while identities are derived ones (version 5).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from cti_adapter.states import LegRole
from cti_adapter.tracked import identity

WAV_HEADER_BYTES = 44
_UNIQUE_ID = r"(?:[a-z0-9-]+-)?\d+\.\d+"
_UUID = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_IDENTITY_VERSION = 5
"""Of `tracked.identity`; a channel that we originated has a random UUID (version 4) for its unique id."""
_NAME = re.compile(
    rf"(?P<start>\d{{13}})-(?:{_UNIQUE_ID}|{_UUID})-(?:(?P<call_id>{_UUID})|(?P<key>{_UNIQUE_ID}))"
    r"-(?P<role>customer|agent|supervisor)\.wav"
)


@dataclass(frozen=True, slots=True)
class LegFile:
    """One recorded leg.

    Attributes:
        path: 8 kHz s16le mono WAV; what this party said and nobody else.
        call_id: The call, as events name it.
        role: What the party was in the call.
        started_at_ms: Milliseconds since 1970 of the first sample; measured against tones usually within 2 ms.
    """

    path: Path
    call_id: UUID
    role: LegRole
    started_at_ms: int

    def has_sound(self) -> bool:
        """Whether it holds a sample; an exchange whose disk is full makes files without any. Blocks on the disk."""
        return self.path.stat().st_size > WAV_HEADER_BYTES


def parse_name(path: Path, node_name: str) -> LegFile | None:
    """Return what the name of a file says; None for a file of another kind, or of no call."""
    found = _NAME.fullmatch(path.name)
    if found is None:
        return None
    call = found["call_id"] or found["key"]
    is_identity = found["call_id"] is not None and UUID(call).version == _IDENTITY_VERSION
    call_id = UUID(call) if is_identity else identity(node_name, "call", call)
    return LegFile(path, call_id, LegRole(found["role"]), int(found["start"]))


def role_of(name: str) -> LegRole:
    """Return the role that the name of a recorded file ends with.

    Raises:
        ValueError: It is no name of a recorded file.
    """
    return LegRole(name.removesuffix(".wav").rpartition("-")[2])


def started_at_ms(name: str) -> int:
    """Return the start that the name of a recorded file begins with, in ms since 1970.

    Raises:
        ValueError: It is no name of a recorded file.
    """
    return int(name.partition("-")[0])


def list_recordings(folder: Path, node_name: str) -> Iterator[LegFile]:
    """Yield every recorded leg in a folder, the oldest first; blocks on the disk.

    Raises:
        OSError: The folder cannot be read.
    """
    for path in sorted(folder.iterdir()):
        leg = parse_name(path, node_name)
        if leg is not None:
            yield leg
