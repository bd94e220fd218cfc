"""Scores of answers, each with its reason. Pure."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Literal
from uuid import UUID

from pydantic import Field

from assist_api.facts.cues import asked_fields
from assist_api.facts.fields import FactField, Turn
from assist_api.http.wire import WireModel
from assist_api.suggestions.spoken import SHORTEST_LINE, is_said, script_lines, sounded

PartName = Literal["choice", "card", "category", "fields", "next_question", "script", "promise"]
Reason = Literal["right", "partly", "wrong", "missing"]


class GradedPart(WireModel):
    """One thing that was asked, with what would have been right."""

    part: PartName
    score: float = Field(description="0..1")
    reason: Reason
    given: str
    gold: list[str] = Field(description="What counts as right: ids, names of fields, or sentences")


def graded(part: PartName, score: float, given: str, gold: Sequence[str]) -> GradedPart:
    """Return a part with the reason that fits its score."""
    reason: Reason = "right" if score >= 1 else "partly" if score > 0 else "wrong" if given else "missing"
    return GradedPart(part=part, score=round(score, 3), reason=reason, given=given, gold=list(gold))


def grade_choice(given: int | None, right: int) -> GradedPart:
    """Compare the choice with the right one; by their numbers."""
    return graded("choice", float(given == right), "" if given is None else str(given), [str(right)])


def grade_card(given: UUID | None, gold: Sequence[UUID]) -> GradedPart:
    """Compare the card that was chosen; where nothing was shown, choosing none is right."""
    is_right = given in gold if gold else given is None
    return graded("card", float(is_right), "" if given is None else str(given), [str(entry) for entry in gold])


def grade_category(given: str | None, gold: str | None) -> GradedPart:
    """Compare the category; the right situation with another business type, or the other way round, is half of it."""
    if gold is None:
        return graded("category", float(not given), given or "", [])
    same = [a == b for a, b in zip((given or "/").split("/", 1), gold.split("/", 1), strict=False)]
    return graded("category", 1.0 if given == gold else 0.5 * any(same), given or "", [gold])


def grade_fields(given: Collection[FactField], gold: Collection[FactField]) -> GradedPart:
    """Compare which fields a turn gives: the F1 of both sets; nothing where nothing is given is right."""
    said = ",".join(sorted(field.value for field in set(given)))
    wanted = sorted(field.value for field in set(gold))
    if not gold and not given:
        return graded("fields", 1.0, said, wanted)
    hits = len(set(given) & set(gold))
    return graded("fields", 2 * hits / (len(set(given)) + len(set(gold))), said, wanted)


def grade_question(given: str, gold: Collection[FactField], reply: str) -> GradedPart:
    """Tell how much of what the agent asked for then the learner asks for; else any question counts.

    Args:
        given: The learner's words.
        gold: Fields that the agent asked for.
        reply: The agent's words, shown as the answer to compare with.
    """
    asked = set(asked_fields(Turn("agent", given)))
    if gold:
        return graded("next_question", len(asked & set(gold)) / len(set(gold)), given, [reply])
    is_question = bool(asked) or any(mark in given for mark in "?？吗呢")
    return graded("next_question", float(is_question), given, [reply])


def grade_script(said: str, script: str) -> GradedPart | None:
    """Tell which share of a script's sentences was said, by sound; None for a script without a whole sentence."""
    lines = [line for line in script_lines(script) if len(line.sounds) >= SHORTEST_LINE]
    if not lines:
        return None
    heard = sounded(said)
    share = sum(is_said(line.sounds, heard) for line in lines) / len(lines)
    return graded("script", share, said, [script[line.start : line.end].strip() for line in lines])


def grade_promise(given: str, gold: str) -> GradedPart:
    """Compare by when an answer is promised: the same time is right, another time is half of it."""
    score = 1.0 if sounded(given) == sounded(gold) else 0.5 * bool(given)
    return graded("promise", score, given, [gold])


def total(parts: Sequence[GradedPart]) -> float:
    """Return the mean score of an item, 0..1."""
    return sum(part.score for part in parts) / len(parts) if parts else 0.0
