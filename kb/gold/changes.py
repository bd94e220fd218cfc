"""Texts of entries as they are and as they would be; pure."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from kb.search.documents import SearchDocument


@dataclass(frozen=True, slots=True)
class TextChange:
    """What a publication does to one entry.

    Attributes:
        entry_id: Of the entry.
        before: None for an entry that is not published.
        after: None for an entry that is taken out of search.
    """

    entry_id: UUID
    before: SearchDocument | None
    after: SearchDocument | None

    @property
    def texts(self) -> list[SearchDocument]:
        """Return those of the two there are."""
        return [text for text in (self.before, self.after) if text is not None]

    @property
    def is_silent(self) -> bool:
        """Whether search would see nothing of it."""
        if self.before is None or self.after is None:
            return self.before is self.after
        number, revision_id = self.before.revision_number, self.before.revision_id
        return replace(self.after, revision_id=revision_id, revision_number=number) == self.before


ChangeSource = Callable[[], AsyncIterator[Sequence[TextChange]]]
"""Gives the changes of a publication in portions, from the first one whenever it is called."""
