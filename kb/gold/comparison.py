"""What a change of the knowledge does to gold questions: placements, verdicts, figures, and the ruling; pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from uuid import UUID

from kb.search.documents import SearchDocument
from kb.search.hits import SearchResult
from kb.search.question.analysis.folding import fold
from kb.search.question.analysis.terms import gram_texts

DEPTH = 10
"""Hits looked at for a question; an entry behind them counts as not found."""
SHOWN = 3
"""Cards an agent sees at most."""


class Place(IntEnum):
    """Where an agent would see the entry; a larger number is worse."""

    FIRST = 0
    AMONG_CARDS = 1
    NO_CARD = 2


class Movement(StrEnum):
    """What a change did to a question."""

    BETTER = "better"
    WORSE = "worse"
    UNCHANGED = "unchanged"


class DropPolicy(StrEnum):
    """What happens when a text would cost gold questions their place.

    `off` publishes and keeps the run, `warn` asks first, `block` refuses unless a reason is given.
    """

    OFF = "off"
    WARN = "warn"
    BLOCK = "block"


class Ruling(StrEnum):
    """What becomes of a publication."""

    PUBLISH = "publish"
    ASK = "ask"
    REFUSE = "refuse"


@dataclass(frozen=True, slots=True)
class FoundEntry:
    """One entry that a search found."""

    entry_id: str
    title: str


@dataclass(frozen=True, slots=True)
class Placement:
    """How a question fared.

    Attributes:
        rank: From 1; None when the entry is not among the first `DEPTH`.
        confidence: Of the wanted entry's hit, 0..1; 0 when it was not found.
        has_answer: Whether the search trusts its best hit; otherwise it says "nothing fits".
        found: The hits, best first.
        folded: Entries that say nearly the same as a hit and stand behind it.
    """

    rank: int | None
    confidence: float
    has_answer: bool
    found: tuple[FoundEntry, ...]
    folded: frozenset[str] = frozenset()

    @property
    def place(self) -> Place:
        """Where an agent would see the entry."""
        if self.rank is None or self.rank > SHOWN or not self.has_answer:
            return Place.NO_CARD
        return Place.FIRST if self.rank == 1 else Place.AMONG_CARDS

    def shows(self, entry_id: str) -> bool:
        """Whether the entry is a hit or stands behind one."""
        return entry_id in self.folded or any(entry.entry_id == entry_id for entry in self.found)

    def at(self, rank: int | None) -> FoundEntry | None:
        """Return who stands at a rank."""
        return self.found[rank - 1] if rank is not None and rank <= len(self.found) else None


def placement(result: SearchResult, entry_id: str) -> Placement:
    """Return how the wanted entry fared; behind a hit that says nearly the same it stands where that does."""
    found = tuple(FoundEntry(hit.document_id, hit.title) for hit in result.hits[:DEPTH])
    ranks = (at for at, hit in enumerate(result.hits[:DEPTH], 1) if entry_id in (hit.document_id, *hit.folded))
    rank = next(ranks, None)
    folded = frozenset(name for hit in result.hits[:DEPTH] for name in hit.folded)
    confidence = 0.0 if rank is None else result.hits[rank - 1].confidence
    return Placement(rank, round(confidence, 4), result.has_answer, found, folded)


@dataclass(frozen=True, slots=True)
class QuestionOutcome:
    """A gold question before and after a change.

    Attributes:
        question_id: Of the gold question.
        text: What was asked.
        entry_id: The entry that should answer it.
        scope: Sector of that entry; None for an entry of every sector.
        before: How it fares with the knowledge as it is.
        after: How it would fare.
        is_sector_known: Whether it was asked within its sector; otherwise as at the beginning of a call.
    """

    question_id: UUID
    text: str
    entry_id: UUID
    scope: str | None
    before: Placement
    after: Placement
    is_sector_known: bool = True

    @property
    def movement(self) -> Movement:
        """Better or worse: what the agent would see counts first, then the rank."""
        before, after = _worth(self.before), _worth(self.after)
        if before == after:
            return Movement.UNCHANGED
        return Movement.BETTER if after < before else Movement.WORSE

    @property
    def is_drop(self) -> bool:
        """Whether an agent would see it: no longer first, no longer among the cards, or no card any more."""
        return self.after.place > self.before.place

    @property
    def displaced_by(self) -> FoundEntry | None:
        """Who now stands where the wanted entry stood; None when nobody took its place."""
        if self.movement is not Movement.WORSE or self.before.rank == self.after.rank:
            return None
        other = self.after.at(self.before.rank)
        return other if other is not None and other.entry_id != str(self.entry_id) else None


def _worth(placed: Placement) -> tuple[int, bool, int]:
    """Return what an agent has of it, less is better: no card is better than the card of another entry."""
    is_misled = placed.place is Place.NO_CARD and placed.has_answer
    return placed.place, is_misled, placed.rank or DEPTH + 1


@dataclass(frozen=True, slots=True)
class Figures:
    """Means over questions, 0..1.

    Attributes:
        questions: How many.
        hit_at_1: Share whose entry stands first.
        hit_at_3: Share whose entry is among the three cards.
        mrr: Mean reciprocal rank; not found counts 0.
        nothing_fits: Share for which the search trusts no hit.
    """

    questions: int
    hit_at_1: float
    hit_at_3: float
    mrr: float
    nothing_fits: float


def figures(placements: Sequence[Placement]) -> Figures:
    """Return the means."""
    count = len(placements)
    if not count:
        return Figures(0, 0.0, 0.0, 0.0, 0.0)
    ranks = [placed.rank or 0 for placed in placements]
    return Figures(
        count,
        hit_at_1=_share(rank == 1 for rank in ranks),
        hit_at_3=_share(1 <= rank <= SHOWN for rank in ranks),
        mrr=round(sum(1 / rank for rank in ranks if rank) / count, 4),
        nothing_fits=_share(not placed.has_answer for placed in placements),
    )


EVERY_SCOPE = "all"


def figures_by_scope(placed: Iterable[tuple[str | None, Placement]]) -> dict[str, Figures]:
    """Return the means over all questions (`EVERY_SCOPE`) and over those of each sector."""
    groups: dict[str, list[Placement]] = {EVERY_SCOPE: []}
    for scope, item in placed:
        groups[EVERY_SCOPE].append(item)
        if scope is not None:
            groups.setdefault(scope, []).append(item)
    return {scope: figures(items) for scope, items in groups.items()}


def _share(values: Iterable[bool]) -> float:
    flags = list(values)
    return round(sum(flags) / len(flags), 4)


def rule(policy: DropPolicy, drops: int | None, *, is_confirmed: bool, override_reason: str) -> Ruling:
    """Decide about a publication.

    Args:
        policy: What the installation chose.
        drops: How many gold questions an agent would see lose their place; None when they could not be tested.
        is_confirmed: A person has seen the drops and goes on.
        override_reason: Why it is right all the same; empty when nobody overrides.
    """
    if policy is DropPolicy.OFF or drops == 0:
        return Ruling.PUBLISH
    if policy is DropPolicy.WARN:
        return Ruling.PUBLISH if is_confirmed else Ruling.ASK
    return Ruling.PUBLISH if override_reason.strip() else Ruling.REFUSE


def pairs(text: str) -> set[str]:
    """Return the character pairs of a text (and its longer pieces), by which `choose` compares."""
    return {term for term in gram_texts(fold(text).text) if len(term) > 1}


def document_pairs(document: SearchDocument) -> set[str]:
    """Return the character pairs of what a document is asked by and of its answer."""
    return pairs(" ".join((document.title, *document.variants, document.answer)))


@dataclass(frozen=True, slots=True)
class Candidate:
    """A gold question that might be tested, with the character pairs of its text."""

    question_id: UUID
    entry_id: UUID
    terms: frozenset[str]


def choose(
    candidates: Sequence[Candidate], entry_ids: Collection[UUID], terms: Collection[str], limit: int
) -> set[UUID]:
    """Return which questions to test when there are more than `limit`: those the change can touch most.

    The entries' own come first, then those that share the most with the entries' texts as they are or as they would
    be: a question that shares nothing with either neither finds the entries now nor would find them.

    Args:
        candidates: Every question of the sectors concerned.
        entry_ids: The entries that change.
        terms: Character pairs of all those texts; a pair that few questions have counts more.
        limit: How many at most.
    """
    if len(candidates) <= limit:
        return {candidate.question_id for candidate in candidates}
    known = frozenset(terms)
    frequencies = Counter(term for candidate in candidates for term in candidate.terms & known)

    def touch(candidate: Candidate) -> tuple[bool, float, str]:
        shared = sum(1 / frequencies[term] for term in candidate.terms & known)
        return candidate.entry_id not in entry_ids, -shared, str(candidate.question_id)

    return {candidate.question_id for candidate in sorted(candidates, key=touch)[:limit]}
