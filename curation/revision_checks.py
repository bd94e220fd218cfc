"""Looks at what a new text of an entry changed, and names what a second person should look at. Pure.

A fee or a limit that a typing error changed reads as well as the right one, and no test question asks for it. So every
changed figure, every way of asking that vanished, every question that another entry answers, and every change of
sector is named with the words.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from curation.facts import Fact, facts_of
from kb.entries.validation import comparable

MOST_FINDINGS = 20
SAME_QUESTION = 0.75
"""Share of character pairs (Dice) from which two questions are the same; of the 1,762 questions of the demo knowledge,
no two of different entries of one sector reach .7."""
_NUMBER = re.compile(r"\d+(?:\.\d+)?|[零一二两三四五六七八九十百千]+(?=[个分小天日月年次元块度千吨立级倍%折])")


class CheckKind(StrEnum):
    """What a check found."""

    FIGURE = "figure"
    """A fee, limit, date or number differs, came or went."""
    LOST_VARIANT = "lost_variant"
    TAKEN_QUESTION = "taken_question"
    """A way of asking that another entry answers."""
    SECTOR = "sector"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to look at.

    Attributes:
        kind: What it is.
        before: Words of the old text, or the title of the other entry; empty when there are none.
        now: Words of the new text; empty when they are gone.
    """

    kind: CheckKind
    before: str
    now: str


class CheckedText(Protocol):
    """The part of a revision that is looked at."""

    @property
    def title(self) -> str: ...  # noqa: D102  # rejected: as in `EntryDraft`
    @property
    def variants(self) -> Sequence[str]: ...  # noqa: D102
    @property
    def script(self) -> str: ...  # noqa: D102
    @property
    def answer(self) -> str: ...  # noqa: D102
    @property
    def sector(self) -> str | None: ...  # noqa: D102


@dataclass(frozen=True, slots=True)
class Question:
    """A way of asking that another entry answers.

    Attributes:
        text: The question.
        title: Of the entry that answers it.
        sector: Of that entry; None for every sector.
        pairs: Of the characters of the question.
    """

    text: str
    title: str
    sector: str | None
    pairs: frozenset[str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "pairs", _pairs(self.text))


def check_revision(before: CheckedText, now: CheckedText, others: Sequence[Question]) -> list[Finding]:
    """Return what a second person should look at in a new text.

    Args:
        before: The text that readers saw until then.
        now: The new text.
        others: Titles and variants of the other published entries.
    """
    found = [*_sector(before, now), *_figures(before, now), *_lost(before, now), *_taken(before, now, others)]
    return found[:MOST_FINDINGS]


def changed_figures(before: CheckedText, now: CheckedText) -> list[tuple[str, str, str]]:
    """Return kind, old and new words of each fee, limit, date or number that one text states and the other does not."""
    old, new = _facts(before), _facts(now)
    gone = [fact for key, fact in old.items() if key not in new]
    come = [fact for key, fact in new.items() if key not in old]
    return list(_paired(gone, come))


def _sector(before: CheckedText, now: CheckedText) -> Iterator[Finding]:
    if before.sector != now.sector:
        yield Finding(CheckKind.SECTOR, before.sector or "", now.sector or "")


def _figures(before: CheckedText, now: CheckedText) -> Iterator[Finding]:
    known = changed_figures(before, now)
    yield from (Finding(CheckKind.FIGURE, old, new) for _, old, new in known)
    if not known:
        # A number that is no known fact, such as one without a unit.
        old, new = _numbers(before), _numbers(now)
        gone, come = list((old - new).elements()), list((new - old).elements())
        if gone or come:
            yield Finding(CheckKind.FIGURE, "、".join(gone), "、".join(come))


def _lost(before: CheckedText, now: CheckedText) -> Iterator[Finding]:
    left = {comparable(text) for text in (now.title, *now.variants)}
    for text in before.variants:
        if comparable(text) not in left:
            yield Finding(CheckKind.LOST_VARIANT, text, "")


def _taken(before: CheckedText, now: CheckedText, others: Sequence[Question]) -> Iterator[Finding]:
    known = {comparable(text) for text in (before.title, *before.variants)}
    for text in (now.title, *now.variants):
        if comparable(text) in known:
            continue
        pairs = _pairs(text)
        for other in others:
            is_apart = None not in (now.sector, other.sector) and now.sector != other.sector
            if not is_apart and _shared(pairs, other.pairs) >= SAME_QUESTION:
                yield Finding(CheckKind.TAKEN_QUESTION, other.title, text)
                break


def _facts(text: CheckedText) -> Mapping[tuple[str, float | str, str], Fact]:
    """Return the facts of script and answer, each once."""
    found = [*facts_of(text.script), *facts_of(text.answer)]
    return {(fact.kind, fact.value, fact.unit): fact for fact in reversed(found)}


def _paired(gone: Sequence[Fact], come: Iterable[Fact]) -> Iterator[tuple[str, str, str]]:
    left = list(come)
    for fact in gone:
        partner = next((other for other in left if (other.kind, other.unit) == (fact.kind, fact.unit)), None)
        if partner is not None:
            left.remove(partner)
        yield fact.kind, fact.words, "" if partner is None else partner.words
    for fact in left:
        yield fact.kind, "", fact.words


def _numbers(text: CheckedText) -> Counter[str]:
    return Counter(_NUMBER.findall(f"{text.script}\n{text.answer}"))


def _pairs(text: str) -> frozenset[str]:
    letters = comparable(text)
    return frozenset(letters[at : at + 2] for at in range(len(letters) - 1))


def _shared(ours: frozenset[str], theirs: frozenset[str]) -> float:
    return 2 * len(ours & theirs) / max(1, len(ours) + len(theirs))
