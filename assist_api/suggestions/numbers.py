"""Pure: the number of each card, which stays the same for the whole call."""

from __future__ import annotations

from collections.abc import Sequence

HIGHEST_NUMBER = 9
"""There are nine keys."""


class CardNumbers:
    """Numbers the entries of one call in the order of their first appearance.

    When all numbers are taken, a new entry gets the number of the one that has been off the screen for longest.
    """

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}
        """By document id; the entry that was on the screen last stands last."""

    def restore(self, document_id: str, number: int) -> None:
        """Take in a number that was given before an interruption."""
        self._numbers[document_id] = number

    def show(self, document_ids: Sequence[str]) -> dict[str, int]:
        """Return the numbers of the entries on the screen; those that have none get one."""
        for document_id in document_ids:
            if document_id in self._numbers:
                self._numbers[document_id] = self._numbers.pop(document_id)
        for document_id in document_ids:
            if document_id not in self._numbers:
                self._numbers[document_id] = self._free(set(document_ids))
        return {document_id: self._numbers[document_id] for document_id in document_ids}

    def _free(self, on_screen: set[str]) -> int:
        taken = set(self._numbers.values())
        free = next((number for number in range(1, HIGHEST_NUMBER + 1) if number not in taken), None)
        if free is not None:
            return free
        oldest = next(document_id for document_id in self._numbers if document_id not in on_screen)
        return self._numbers.pop(oldest)
