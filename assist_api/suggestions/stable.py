"""Pure: when what has been heard of a running utterance is worth a search before the speaker pauses.

A partial may still change, so only the characters that two partials in a row agree on count, and the last clause only
where it is long enough. Each search costs as much as one for a final, so a stretch of speech asks for few.
"""

from __future__ import annotations

from os.path import commonprefix
from uuid import UUID

from assist_api.suggestions.small_talk import content_length

MIN_STABLE = 8
"""Characters that make a question: 我家暖气片不热 has seven, and its first half finds anything."""
MIN_GROWTH = 5
"""Characters more than at the search before."""


class StableText:
    """Follows the running utterances of one call."""

    def __init__(self) -> None:
        self._newest: dict[UUID, str] = {}
        self._asked: dict[UUID, int] = {}

    def hear(self, segment_id: UUID, text: str) -> str | None:
        """Take in a partial; return the stable text to search for, None where it says too little that is new."""
        stable = commonprefix([self._newest.get(segment_id, ""), text])
        self._newest[segment_id] = text
        length = content_length(stable)
        if length < max(MIN_STABLE, self._asked.get(segment_id, 0) + MIN_GROWTH):
            return None
        self._asked[segment_id] = length
        return stable

    def end(self, segment_id: UUID) -> None:
        """Forget an utterance that has its final."""
        self._newest.pop(segment_id, None)
        self._asked.pop(segment_id, None)
