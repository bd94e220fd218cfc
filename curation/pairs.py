"""Compares two knowledge entries: do they say the same, contradict each other, or answer different questions. Pure.

A contradiction is the same question with another fee, limit, number, payer or permission. So three things are looked
at: how similar the entries are in meaning (the middle band as well as the top: entries in other words contradict each
other more often than copies do), whether region, date, class of customers, object or matter differ, and whether a fact
of one disagrees with the same kind of fact of the other.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from curation.facts import Fact, FactKind, facts_of
from curation.scope import OtherScope, other_scope
from kb.search.question.analysis.folding import fold

COMPARED_FROM = 0.35
"""Cosine of two entries' sentence vectors below which they are about different things and nothing is compared."""
SAME_QUESTION = 0.55
"""Cosine at which two entries of the same scope answer the same question as often as not, and how fast that changes.
Of the development pairs (e5-small, title and answer together) pairs about the same question lie from .57 to .87."""
_STEEPNESS = 20.0
OTHER_SCOPE = 0.1
"""What is left of "the same question" when region, date, customers, object or matter differ."""
AGREEMENT = 0.04
"""What a number on which both answers agree adds to the similarity: they are more likely about the same."""
OTHER_NUMBERS = 0.5
"""What is left of "the same answer" when both name numbers and share none."""
TOLERANCE = 0.02
"""Values this near to each other are equal: a month is 30 or 30.4 days."""
_PARTLY = 0.7
"""How strongly values disagree when the entries agree on another value of the same kind."""
_NEGATED = 0.6
"""How strongly a sentence with "not" disagrees with one without."""
_DECIDED_FROM = 0.45


class PairLabel(StrEnum):
    """How two entries stand to each other."""

    DUPLICATE = "duplicate"
    CONTRADICTION = "contradiction"
    DISTINCT = "distinct"


@dataclass(frozen=True, slots=True)
class EntryText:
    """What is compared of an entry."""

    title: str
    answer: str


@dataclass(frozen=True, slots=True)
class Disagreement:
    """A fact on which two entries disagree.

    Attributes:
        about: Kind of the fact, or `permission` or `wording`.
        words: As they stand in the one answer and in the other.
        strength: How certain that they cannot both be right, 0..1.
    """

    about: str
    words: tuple[str, str]
    strength: float


@dataclass(frozen=True, slots=True)
class PairVerdict:
    """How two entries stand to each other, with the reasons.

    Attributes:
        label: The most likely of the three.
        contradiction: How much speaks for a contradiction, 0..1.
        duplicate: How much speaks for the same answer to the same question, 0..1.
        other_scope: Why they are about different things; None when nothing says so.
        disagreements: Facts on which they disagree, the strongest first.
    """

    label: PairLabel
    contradiction: float
    duplicate: float
    other_scope: OtherScope | None
    disagreements: tuple[Disagreement, ...]


def compare(a: EntryText, b: EntryText, similarity: float) -> PairVerdict:
    """Compare two entries.

    Args:
        a: The one.
        b: The other.
        similarity: Cosine of their sentence vectors, each of title and answer.
    """
    if similarity < COMPARED_FROM:
        return PairVerdict(PairLabel.DISTINCT, 0.0, 0.0, None, ())
    scope = other_scope(a.title, a.answer, b.title, b.answer)
    a_facts, b_facts = facts_of(a.answer), facts_of(b.answer)
    found = sorted(disagreements(a.answer, b.answer), key=lambda each: -each.strength)
    conflict = found[0].strength if found else 0.0
    agreed = [fact for fact in _quantities(a_facts) if any(_same(fact, other) for other in b_facts)]
    nearness = similarity + AGREEMENT * bool(agreed) - SAME_QUESTION
    same = 1 / (1 + math.exp(-_STEEPNESS * nearness)) * (OTHER_SCOPE if scope else 1.0)
    has_other_numbers = bool(_quantities(a_facts) and _quantities(b_facts)) and not agreed
    duplicate = same * (1 - conflict) * (OTHER_NUMBERS if has_other_numbers else 1.0)
    label = PairLabel.DISTINCT
    if same * conflict >= _DECIDED_FROM:
        label = PairLabel.CONTRADICTION
    elif duplicate >= _DECIDED_FROM:
        label = PairLabel.DUPLICATE
    return PairVerdict(label, same * conflict, duplicate, scope, tuple(found))


def _quantities(facts: Sequence[Fact]) -> list[Fact]:
    return [fact for fact in facts if fact.kind not in {FactKind.CHARGE, FactKind.PAYER, FactKind.WEEKDAYS}]


def _same(one: Fact, other: Fact) -> bool:
    return (one.kind, _comparable(one)) == (other.kind, _comparable(other)) and _equal(one, other)


def disagreements(a_answer: str, b_answer: str) -> Iterator[Disagreement]:
    """Yield what two answers to the same question cannot both be right about."""
    a_facts, b_facts = facts_of(a_answer), facts_of(b_answer)
    for kind, unit in dict.fromkeys((fact.kind, _comparable(fact)) for fact in a_facts):
        ours = [fact for fact in a_facts if (fact.kind, _comparable(fact)) == (kind, unit)]
        theirs = [fact for fact in b_facts if (fact.kind, _comparable(fact)) == (kind, unit)]
        if ours and theirs:
            yield from _values(kind, ours, theirs)
    yield from _price_of_nothing(a_facts, b_facts)
    yield from _permissions(fold(a_answer).text, fold(b_answer).text)
    yield from _negations(fold(a_answer).text, fold(b_answer).text)


def _comparable(fact: Fact) -> str:
    # Working days are compared with days: one answer says 三个工作日, the other 三天.
    return "" if fact.kind is FactKind.DURATION else fact.unit


def _values(kind: FactKind, ours: Sequence[Fact], theirs: Sequence[Fact]) -> Iterator[Disagreement]:
    only_ours = [fact for fact in ours if not any(_equal(fact, other) for other in theirs)]
    only_theirs = [fact for fact in theirs if not any(_equal(fact, other) for other in ours)]
    if only_ours and only_theirs:
        is_part = len(only_ours) < len(ours) or len(only_theirs) < len(theirs)
        yield Disagreement(kind.value, (only_ours[0].words, only_theirs[0].words), _PARTLY if is_part else 1.0)


def _equal(one: Fact, other: Fact) -> bool:
    if isinstance(one.value, str) or isinstance(other.value, str):
        return one.value == other.value
    return abs(one.value - other.value) <= TOLERANCE * max(abs(one.value), abs(other.value))


def _price_of_nothing(a_facts: Sequence[Fact], b_facts: Sequence[Fact]) -> Iterator[Disagreement]:
    """Yield a fee where the other answer says that nothing is charged."""
    for ours, theirs, is_swapped in ((a_facts, b_facts, False), (b_facts, a_facts, True)):
        free = next((fact for fact in ours if fact.kind is FactKind.CHARGE and fact.value == "free"), None)
        fee = next((fact for fact in theirs if fact.kind is FactKind.MONEY and fact.value), None)
        has_own_fee = any(fact.kind is FactKind.MONEY for fact in ours)
        theirs_too = any(fact.kind is FactKind.CHARGE and fact.value == "free" for fact in theirs)
        if free and fee and not has_own_fee and not theirs_too:
            words = (fee.words, free.words) if is_swapped else (free.words, fee.words)
            yield Disagreement(FactKind.CHARGE.value, words, 0.9)


_REFUSED = re.compile(
    r"(?:不|无法|不能够?|没法|禁止|严禁|谢绝)(?:可以|能够?|可|得|予|允许|支持|受理|接受|办理?|提供)+\w{0,6}|暂不\w{1,6}|无法\w{1,6}|只能由\w{1,6}|禁止\w{1,6}|没有资格"
)
_ALLOWED = re.compile(r"(?<![不未没])(?:可以|可(?!能|燃)|能够?(?!源|否)|允许|支持|均可|都行|就行|即可|受理)\w{0,6}")
_DEMANDED = re.compile(r"(?<![不无未免])(?:必须|须|需要?(?!求)|要(?!求|是|么)|务必|凭)(?P<what>\w{2,8})")
_SPARED = re.compile(r"(?:不需要?|无需|无须|不必|不用|免(?!费)|不要求)(?P<what>\w{2,8})")


def _permissions(a: str, b: str) -> Iterator[Disagreement]:
    """Yield what one answer allows or demands, and the other refuses or spares."""
    refused, allowed = (
        [_REFUSED.search(text) for text in (a, b)],
        [_ALLOWED.search(_REFUSED.sub(" ", text)) for text in (a, b)],
    )
    if refused[0] and allowed[1] and not refused[1]:
        yield Disagreement("permission", (refused[0].group(), allowed[1].group()), 0.8)
    if refused[1] and allowed[0] and not refused[0]:
        yield Disagreement("permission", (allowed[0].group(), refused[1].group()), 0.8)
    for ours, theirs, is_swapped in ((a, b, False), (b, a, True)):
        for spared in _SPARED.finditer(ours):
            for demanded in _DEMANDED.finditer(_SPARED.sub(" ", theirs)):
                if _shared_pairs(spared["what"], demanded["what"]):
                    words = (demanded.group(), spared.group()) if is_swapped else (spared.group(), demanded.group())
                    yield Disagreement("permission", words, 0.9)


def _shared_pairs(one: str, other: str) -> set[str]:
    return {one[at : at + 2] for at in range(len(one) - 1)} & {other[at : at + 2] for at in range(len(other) - 1)}


_NEGATION = re.compile(r"(?:不(?:会|再|予|得|能|可以?)?|未|没有?|无|非)(?P<what>[一-鿿]{2})")
_NOT_NEGATED = frozenset(f"不{word}" for word in "仅同论管足够到超低高少多满小大久良便明慎需用必要锈")
"""Words that begin with 不 and negate nothing, or are looked at elsewhere (limits, demands)."""
_BEFORE = 6
"""Characters before a word in which a negation still is about it."""


def _negations(a: str, b: str) -> Iterator[Disagreement]:
    """Yield words that one answer negates and the other says without a negation."""
    for ours, theirs, is_swapped in ((a, b, False), (b, a, True)):
        for match in _NEGATION.finditer(ours):
            what = match["what"]
            if match.group()[:2] in _NOT_NEGATED or what in ours[: match.start()] + ours[match.end() :]:
                continue
            places = [place.start() for place in re.finditer(re.escape(what), theirs)]
            if places and not any(re.search(r"[不未没无非别勿免]", theirs[max(0, at - _BEFORE) : at]) for at in places):
                words = (what, match.group()) if is_swapped else (match.group(), what)
                yield Disagreement("wording", words, _NEGATED)
