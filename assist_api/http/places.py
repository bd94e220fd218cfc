"""Places: how many things of one kind a session or an account may have open at once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID


class Places:
    """Counts what each owner has open; for one event loop."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self._taken: Counter[UUID] = Counter()

    @contextmanager
    def take(self, owner: UUID) -> Iterator[bool]:
        """Take a place while the block runs, and tell whether there was one."""
        has_place = self._taken[owner] < self.limit
        self._taken[owner] += has_place
        try:
            yield has_place
        finally:
            self._taken[owner] -= has_place
            if not self._taken[owner]:
                del self._taken[owner]
