"""Pure: which sector a call is about, from the words that name one.

Services of different sectors share their questions (a bill that is too high, something that leaks), so an entry of
another sector may match a caller's words well and still be no help. What is said tells the sector: the hotline in the
agent's greeting, or a word like 电费. Words of this kind come from the taxonomy, not from here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from assist_api.transcripts.utterances import LegRole
from kb.taxonomy.sector_names import named_sectors
from kb.taxonomy.tree import load_taxonomy, split_category_id

RANKED_MASS = 0.85
"""Share of one sector in the category's ranking from which an unnamed sector counts as clear."""
CLEARLY_HEARD = 0.55
"""Recognition confidence from which a customer's words name a sector."""
_HOTLINE = r"[\u4e00-\u9fff]{0,6}(?:热线|客服|公司|集团|中心|服务)"


class SectorTracker:
    """Follows one call.

    The sectors that were named are admitted, in the order of their first mention; the first is the call's own. A
    caller who later speaks of another sector admits that one too, unless the sentence is about one that is admitted:
    the electric heater in a call about radiators opens no second matter, except when it comes with 另外 or the like.
    Where the agent named the hotline, one mention of another sector is rather a misheard word (店里 becomes 电力): it
    takes two, or 另外.
    """

    def __init__(self, given: str | None = None) -> None:
        """Begin; a sector that is given, by whoever started the call, is the only one."""
        self._given = given
        self._named: list[str] = [given] if given is not None else []
        self._ranked: str | None = None
        self._is_hotline_named = False
        self._mentioned: set[str] = set()

    @property
    def sector(self) -> str | None:
        """The one sector that was named; None while there is none, or when there are several.

        A sector known from the ranking alone is not it: the ranking within that sector would prove itself right.
        """
        return self._named[0] if len(self._named) == 1 else None

    @property
    def admitted(self) -> tuple[str, ...]:
        """The sectors whose entries may be shown; empty while every sector may."""
        if self._named:
            return tuple(self._named)
        return () if self._ranked is None else (self._ranked,)

    def admits(self, sector: str | None) -> bool:
        """Whether a document of this sector may be shown; documents of every sector (None) always may."""
        return sector is None or not self.admitted or sector in self.admitted

    def hear(self, leg_role: LegRole, text: str, confidence: float) -> None:
        """Take in an utterance; what was badly heard names nothing, for a recogniser guesses towards its prompt."""
        if self._given is not None:
            return
        if leg_role is LegRole.AGENT:
            self._hear_agent(text)
        elif confidence >= CLEARLY_HEARD:
            self._hear_customer(text)

    def regard(self, probabilities: Mapping[str, float]) -> None:
        """Take in the category's ranking: it tells the sector where nobody names one."""
        masses: dict[str, float] = {}
        for category_id, probability in probabilities.items():
            sector = split_category_id(category_id)[1].partition(".")[0]
            masses[sector] = masses.get(sector, 0.0) + probability
        likely = [sector for sector, mass in masses.items() if mass >= RANKED_MASS and sector in _sectors()]
        self._ranked = likely[0] if likely else None

    def _hear_agent(self, text: str) -> None:
        """An agent names many things to ask about: once the sector is known, they tell nothing."""
        if not self._named:
            hotline = named_sectors(text, suffix=_HOTLINE)
            self._is_hotline_named = bool(hotline)
            self._admit(hotline or named_sectors(text))

    def _hear_customer(self, text: str) -> None:
        named = named_sectors(text)
        is_further = bool(_named_further(text))
        if not is_further and set(named) & set(self._named):
            return
        is_believed = is_further or not self._is_hotline_named
        self._admit([sector for sector in named if is_believed or sector in self._mentioned])
        self._mentioned.update(named)

    def _admit(self, sectors: Sequence[str]) -> None:
        self._named += [sector for sector in dict.fromkeys(sectors) if sector not in self._named]


_FURTHER = re.compile(r"另外|还有|顺便|再问|再咨询|也想问|对了")


def _named_further(text: str) -> list[str]:
    """Return the sectors that are named behind a word like 另外; what stands before it belongs to the matter so far."""
    marker = _FURTHER.search(text)
    return named_sectors(text[marker.end() :]) if marker else []


def _sectors() -> frozenset[str]:
    return frozenset(branch.code for branch in load_taxonomy().sectors if branch.code is not None)
