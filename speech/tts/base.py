"""Describes what a voice can do."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class VoiceCapabilities:
    """What a synthesiser can do; callers branch on this, never on the class.

    Attributes:
        languages: ISO 639-1 codes it reads.
        voices: Names `synthesise` accepts.
        sample_rate_hz: Rate of what it returns.
    """

    languages: frozenset[str]
    voices: tuple[str, ...]
    sample_rate_hz: int
