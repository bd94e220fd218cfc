"""How much of a document is read."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ReadLimits:
    """Bounds of one file.

    Attributes:
        file_bytes: Largest file.
        unpacked_bytes: Largest sum of the parts of a zip container.
        ratio: How much larger than its file a container may become; only judged above `RATIO_FREE_BYTES`.
        members: Most parts of a container.
        units: Most units of a document.
        seconds: Most processor time for one file; the process is killed then. Not wall time, which on a busy machine
            says more about the machine than about the file.
        memory_bytes: Address space of the reading process.
    """

    file_bytes: int = 50 * 1024 * 1024
    unpacked_bytes: int = 300 * 1024 * 1024
    ratio: int = 120
    members: int = 2_000
    units: int = 5_000
    seconds: float = 60.0
    memory_bytes: int = 1536 * 1024 * 1024


RATIO_FREE_BYTES = 8 * 1024 * 1024
"""Honest spreadsheets compress a hundredfold too, but small ones harm nobody."""
