"""Finds the facts of one call as it goes on. Pure: whoever drives it records what it returns.

Facts are found anew in the whole dialogue, because a later utterance completes or corrects what an earlier one said.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from assist_api.facts.extraction import find_facts
from assist_api.facts.fields import Fact, Turn
from assist_api.facts.found import CallFact, FactEvidence, FactsFound, in_order
from assist_api.http.wire import Span
from assist_api.transcripts.utterances import Utterance


class FactObserver:
    """Keeps the facts of one call."""

    def __init__(self, finals: Iterable[Utterance] = (), found: Sequence[CallFact] = ()) -> None:
        """Prepare a call.

        Args:
            finals: What was said before, when the call is taken up again.
            found: The facts that were found in it then.
        """
        self._finals = {utterance.segment_id: utterance for utterance in finals}
        self._found = [fact for fact in found if fact.edited_by is None]

    def hear(self, utterances: Sequence[Utterance]) -> Sequence[FactsFound]:
        """Return all facts once more when finals have changed any of them."""
        finals = {utterance.segment_id: utterance for utterance in utterances if utterance.is_final and utterance.text}
        if not finals:
            return ()
        self._finals.update(finals)
        dialogue = sorted(self._finals.values(), key=lambda utterance: (utterance.start_ms, utterance.leg_role))
        found = call_facts(dialogue)
        if found == self._found:
            return ()
        self._found = found
        return (FactsFound(facts=found),)


def turns_of(dialogue: Iterable[Utterance]) -> list[Turn]:
    """Return what was said as the finders of facts and summaries read it."""
    return [Turn(utterance.leg_role.value, utterance.text) for utterance in dialogue]


def call_facts(dialogue: Sequence[Utterance]) -> list[CallFact]:
    """Return the facts of a dialogue, each with the utterances that prove it, in the order of the form."""
    return in_order([_call_fact(fact, dialogue) for fact in find_facts(turns_of(dialogue)).values()])


def _call_fact(fact: Fact, dialogue: Sequence[Utterance]) -> CallFact:
    return CallFact(
        field=fact.field,
        value=fact.value,
        evidence=[
            FactEvidence(segment_id=dialogue[place.turn].segment_id, span=Span(start=place.start, end=place.end))
            for place in fact.evidence
        ],
        is_confirmed=fact.is_confirmed,
        edited_by=None,
    )
