"""What the word endpoints take beyond `kb.words.schemas`."""

from __future__ import annotations

from pydantic import Field

from kb.words.schemas import WordGroupDraft


class WordGroupChange(WordGroupDraft):
    """All that a group says from now on, and the version it was written on top of."""

    base_number: int = Field(ge=1, le=2**31 - 1, description="409 `stale_words` when it is no longer the newest one")

    def draft(self) -> WordGroupDraft:
        """Return the text alone."""
        return WordGroupDraft.model_validate(self.model_dump(exclude={"base_number"}))
