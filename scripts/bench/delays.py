"""Delays of one way of carrying calls."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(slots=True)
class Delays:
    """What an agent waits for, in milliseconds; one number a final or a search.

    Attributes:
        speech_to_final: From the end of speech, in audio time, to its final text.
        final_to_card: From a final to the answer of the search that it led to.
        speech_to_card: From the end of speech to that answer.
        speech_to_rest: From the end of speech to the last list that it led to: the category may rearrange it.
        cpu_seconds: Spent by the whole process that carried the calls.
        audio_seconds: Length of the calls it carried.
        cores_taken: Cores of the run that other things used meanwhile, on average.
    """

    speech_to_final: list[float] = field(default_factory=list)
    final_to_card: list[float] = field(default_factory=list)
    speech_to_card: list[float] = field(default_factory=list)
    speech_to_rest: list[float] = field(default_factory=list)
    cpu_seconds: float = 0.0
    audio_seconds: float = 0.0
    cores_taken: float = 0.0

    def extend(self, other: Delays) -> None:
        """Add those of another call."""
        self.speech_to_final += other.speech_to_final
        self.final_to_card += other.final_to_card
        self.speech_to_card += other.speech_to_card
        self.speech_to_rest += other.speech_to_rest
        self.audio_seconds += other.audio_seconds
