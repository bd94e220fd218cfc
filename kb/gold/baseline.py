"""How gold questions fare in the index as it is, remembered while the index stays as it is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from uuid import UUID

from kb.gold.asking import query_of
from kb.gold.comparison import Placement, placement
from kb.gold.repository import AskedQuestion
from kb.search.service import ViewSearch

REMEMBERED = 20_000
"""Placements; some 2 kB each."""
Progress = Callable[[int, int], None]
_State = tuple[str, int]
_Key = tuple[UUID, bool]
"""Question, and whether it is asked within its sector."""


class Baseline:
    """Placements by question, of one state of the index: a change of it, or of how search ranks, forgets them."""

    def __init__(self) -> None:
        self._state: _State | None = None
        self._known: dict[_Key, tuple[str, Placement]] = {}

    async def of(
        self, asked: Sequence[AskedQuestion], view_search: ViewSearch, progress: Progress = lambda _done, _total: None
    ) -> dict[UUID, Placement]:
        """Return the placements of the questions, searching only for those not remembered."""
        state = _state(view_search)
        self._enter(state)
        placed: dict[UUID, Placement] = {}
        for done, item in enumerate(asked, start=1):
            key = (item.question.id, item.is_sector_known)
            query = query_of(item)
            asked_as = repr(query)
            known = self._known.get(key)
            if known is None or known[0] != asked_as:
                result = await view_search.search(query)
                known = (asked_as, placement(result, str(item.question.entry_id)))
                # Another run may have moved on to a newer state of the index meanwhile.
                if self._state == state and len(self._known) < REMEMBERED:
                    self._known[key] = known
            placed[item.question.id] = known[1]
            progress(done, len(asked))
        return placed

    def carry_over(self, moved: dict[UUID, Placement], before: int, view_search: ViewSearch) -> None:
        """Enter the state after a publication: what was foreseen for it is what is.

        Does nothing when more than that publication has changed the index since `before`.
        """
        state = _state(view_search)
        if self._state != (state[0], before) or state[1] != before + 1:
            return
        self._state = state
        # Of the questions asked without their sector only the nearest were searched for: the others may have moved.
        self._known = {key: known for key, known in self._known.items() if key[1]}
        self._known |= {
            (name, True): (self._known[name, True][0], placed)
            for name, placed in moved.items()
            if (name, True) in self._known
        }

    def _enter(self, state: _State) -> None:
        if self._state != state:
            self._state, self._known = state, {}


def _state(view_search: ViewSearch) -> _State:
    return view_search.version, view_search.store.change_number
