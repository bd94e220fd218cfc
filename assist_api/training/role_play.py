"""The simulated caller: which turn of a call comes next, and what an answer to it is worth. Pure.

The caller of a real call speaks turn by turn. What the learner asks decides what comes next: a question for a fact
that the caller gives later brings that turn forward; an answer with nothing of what was due makes the caller insist,
once; otherwise the call goes on in its order.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from assist_api.facts.cues import asked_fields
from assist_api.facts.fields import FactField, Turn
from assist_api.facts.moments import find_promise
from assist_api.training.practice import CallerTurn, PracticeCall
from assist_api.training.scoring import GradedPart, grade_category, grade_promise, grade_question, grade_script, graded

MOST_TURNS = 40
"""Of a role play; a longer call is practised up to there."""
FILING = -1
"""Stands for a turn: the caller has hung up, and the learner says the category."""


def current_turn(stored: Mapping[str, Any] | None) -> int | None:
    """Return the number of the turn that waits for an answer, `FILING` after the last one; None at the end."""
    if stored is None:
        return 0
    turn: int | None = stored.get("turn", None if stored["is_done"] else len(stored["steps"]))
    return turn


def heard_turns(stored: Mapping[str, Any] | None) -> set[int]:
    """Return the turns that the learner may hear: those answered, and the one that waits."""
    steps: list[dict[str, Any]] = [] if stored is None else stored["steps"]
    current = current_turn(stored)
    return {step.get("turn", place) for place, step in enumerate(steps)} | ({current} if current is not None else set())


def answered(practice: PracticeCall, stored: Mapping[str, Any] | None, reply: str) -> dict[str, Any]:
    """Return the stored state of a role play after an answer to the caller."""
    turns = practice.turns[:MOST_TURNS]
    number = current_turn(stored) or 0
    parts = reply_parts(practice, turns, number, reply)
    steps = [*([] if stored is None else stored["steps"]), _step(number, reply, parts)]
    has_insisted = stored is not None and stored.get("insists", False)
    is_missed = all(part.score == 0 for part in parts)
    played = {step.get("turn", place) for place, step in enumerate(steps)}
    following, insists = next_turn(turns, played, number, reply, insists=is_missed and not has_insisted)
    if following is None and practice.gold_category is not None:
        following = FILING
    return _state(steps, parts, following, insists=insists)


def filed(practice: PracticeCall, stored: Mapping[str, Any], category: str | None) -> dict[str, Any]:
    """Return the stored state of a role play after the learner chose the category of the call; it ends there."""
    parts = [grade_category(category, practice.gold_category)]
    steps = [*stored["steps"], _step(FILING, category or "", parts)]
    return _state(steps, parts, None, insists=False)


def next_turn(
    turns: Sequence[CallerTurn], played: Collection[int], number: int, reply: str, *, insists: bool
) -> tuple[int | None, bool]:
    """Return which turn the caller says next, None when the call is over, and whether the caller insists.

    Args:
        turns: Of the call.
        played: Numbers of those that were answered, the present one included.
        number: The present one.
        reply: What the learner said.
        insists: The answer had nothing of what was due, and the caller has not insisted yet.
    """
    left = [turn for turn in turns if turn.number not in played]
    asked = set(asked_fields(Turn("agent", reply)))
    told = next((turn.number for turn in left if turn.gold_fields & asked), None)
    if told is not None:
        return told, False
    if insists:
        return number, True
    return (left[0].number if left else None), False


def reply_parts(practice: PracticeCall, turns: Sequence[CallerTurn], number: int, reply: str) -> list[GradedPart]:
    """Grade one answer: script of the right card, fields that the agent asked for, and what the agent promised."""
    turn = turns[number]
    parts: list[GradedPart] = []
    card = practice.card(turn.gold_cards[0]) if turn.gold_cards else None
    if card is not None and (script := grade_script(reply, card.script)) is not None:
        parts.append(script)
    wanted: frozenset[FactField] = turn.asked_next
    if wanted:
        parts.append(grade_question(reply, wanted, turn.reply))
    promised = _promise(turn.reply)
    if promised:
        parts.append(grade_promise(_promise(reply), promised))
    if not parts:
        # Nothing was due at this turn but to go on talking.
        parts.append(graded("next_question", 1.0, reply, [turn.reply] if turn.reply else []))
    return parts


def _promise(reply: str) -> str:
    return next((fact.value for fact in find_promise([Turn("agent", reply)])), "")


def _step(number: int, reply: str, parts: Sequence[GradedPart]) -> dict[str, Any]:
    return {"turn": number, "reply": reply, "parts": [part.model_dump(mode="json") for part in parts]}


def _state(
    steps: list[dict[str, Any]], parts: Sequence[GradedPart], following: int | None, *, insists: bool
) -> dict[str, Any]:
    scores = [part["score"] for step in steps for part in step["parts"]]
    return {
        "score": sum(scores) / len(scores) if scores else 1.0,
        "parts": [part.model_dump(mode="json") for part in parts],
        "steps": steps,
        "turn": following,
        "insists": insists,
        "is_done": following is None,
    }
