"""Walks the tree of questions of a caller's situation and names the one that separates what remains. Pure.

A question that the agent asked and the caller's next two sentences did not answer is passed: the tree ends there, since
asking again would only annoy.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from rapidfuzz import fuzz

from assist_api.alerts.raised import TwoLanguages
from assist_api.hints.book import BothLanguages, Situation, TreeAnswer, TreeQuestion
from assist_api.hints.phrases import PhraseSet, Spoken
from assist_api.hints.shown import AnsweredQuestion, QuestionProposed
from assist_api.transcripts.utterances import LegRole, Utterance

_LIKE_ASKED = 70
"""Likeness in percent (rapidfuzz `partial_ratio`) from which the agent's words count as the question."""
_PASSED_AFTER = 2
_CORRECTED = re.compile(r"不对|不是(?!不)|说错|弄错|搞错|看错|\bsorry\b|I mean")


def both(wording: BothLanguages) -> TwoLanguages:
    """Return a wording of the book as it goes over the wire."""
    return TwoLanguages(zh=wording.zh, en=wording.en)


@dataclass(frozen=True, slots=True)
class _CompiledAnswer:
    answer: TreeAnswer
    phrases: PhraseSet


@dataclass(frozen=True, slots=True)
class _CompiledQuestion:
    question: TreeQuestion
    asked: PhraseSet
    answers: tuple[_CompiledAnswer, ...]


@dataclass(frozen=True, slots=True)
class _Tree:
    situation: Situation
    phrases: PhraseSet
    questions: dict[str, _CompiledQuestion] = field(default_factory=dict)


class Diagnosis:
    """The trees of one book; immutable, so that calls may share it."""

    def __init__(self, situations: Sequence[Situation]) -> None:
        """Compile the trees."""
        self._trees = [_compiled(situation) for situation in situations]

    def propose(self, dialogue: Sequence[Utterance]) -> QuestionProposed | None:
        """Return the next question for a dialogue; None while no situation is heard.

        Args:
            dialogue: Every final so far, in order.
        """
        heard = [(utterance, Spoken(utterance.text)) for utterance in dialogue]
        tree, since = self._situation(heard)
        if tree is None:
            return None
        return _walk(tree, heard[since:])

    def _situation(self, heard: Sequence[tuple[Utterance, Spoken]]) -> tuple[_Tree | None, int]:
        """Return the first situation that the caller names, and the place of that sentence."""
        for place, (utterance, spoken) in enumerate(heard):
            if utterance.leg_role is not LegRole.CUSTOMER:
                continue
            for tree in self._trees:
                if tree.phrases.find(spoken) is not None:
                    return tree, place
        return None, 0


def _walk(tree: _Tree, heard: Sequence[tuple[Utterance, Spoken]]) -> QuestionProposed:
    answered: list[AnsweredQuestion] = []
    means: TwoLanguages | None = None
    question: _CompiledQuestion | None = tree.questions[tree.situation.questions[0].id]
    while question is not None:
        found = _answer(question, heard)
        if found is None:
            break
        answer, utterance = found
        asked, said = both(question.question.ask), both(answer.name)
        answered.append(AnsweredQuestion(ask=asked, answer=said, segment_id=utterance.segment_id))
        means = both(answer.means) if answer.means is not None else means
        question = None if answer.then is None else tree.questions[answer.then]
    is_open = question is not None and not _is_passed(question, heard)
    return QuestionProposed(
        situation=both(tree.situation.name),
        ask=both(question.question.ask) if question is not None and is_open else None,
        choices=[both(item.answer.name) for item in question.answers] if question is not None and is_open else [],
        answered=answered,
        means=means,
    )


def _answer(
    question: _CompiledQuestion, heard: Sequence[tuple[Utterance, Spoken]]
) -> tuple[TreeAnswer, Utterance] | None:
    """Return the first answer of the caller, or the one that a later sentence puts right."""
    found: tuple[TreeAnswer, Utterance] | None = None
    for utterance, spoken in heard:
        if utterance.leg_role is LegRole.CUSTOMER and (found is None or _CORRECTED.search(utterance.text)):
            for item in question.answers:
                if item.phrases.find(spoken) is not None:
                    found = item.answer, utterance
                    break
    return found


def _is_passed(question: _CompiledQuestion, heard: Sequence[tuple[Utterance, Spoken]]) -> bool:
    asked_at = next((place for place, (said, spoken) in enumerate(heard) if _asks(question, said, spoken)), None)
    if asked_at is None:
        return False
    return sum(said.leg_role is LegRole.CUSTOMER for said, _ in heard[asked_at:]) >= _PASSED_AFTER


def _asks(question: _CompiledQuestion, utterance: Utterance, spoken: Spoken) -> bool:
    if utterance.leg_role is not LegRole.AGENT:
        return False
    wanted = Spoken(question.question.ask.zh).letters
    is_long_enough = len(spoken.letters) >= len(wanted) // 2
    is_like = is_long_enough and fuzz.partial_ratio(wanted, spoken.letters) >= _LIKE_ASKED
    return is_like or question.asked.find(spoken) is not None


def _compiled(situation: Situation) -> _Tree:
    return _Tree(
        situation,
        PhraseSet(situation.heard, situation.unless),
        {
            question.id: _CompiledQuestion(
                question,
                PhraseSet(question.asked),
                tuple(_CompiledAnswer(item, PhraseSet(item.heard, item.unless)) for item in question.answers),
            )
            for question in situation.questions
        },
    )
