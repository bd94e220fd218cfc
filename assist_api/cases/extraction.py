"""From a finished call to the form of its case, by picking sentences that were said: nothing is written anew. Pure."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from uuid import UUID

from assist_api.cases.facts import Fact, find_area, find_facts
from assist_api.cases.story import FinishedCall
from assist_api.categories.ranked import CategoryChosen, RankedCategory
from assist_api.suggestions.small_talk import content_length, content_spans
from assist_api.transcripts.utterances import LegRole, Utterance
from kb.deidentify import deidentify
from kb.entries.models import CaseOutcome
from kb.entries.schemas import EvidenceLine, EvidenceNote
from kb.markdown import plain_text
from kb.taxonomy.tree import load_taxonomy

PROBLEM_SENTENCES = 3
ANSWER_SENTENCES = 4
MAX_TITLE = 40
MAX_SOLUTION = 1_500
FULL_LENGTH = 24
"""Characters of content from which a sentence says no more by being longer."""
FIRST_BONUS, USED_BONUS, SHOWN_BONUS = 0.4, 0.5, 0.25
"""A caller's first sentence of content is mostly the matter, and what called up a card that helped is part of it."""
_SOLVED = re.compile(
    r"来电了|有电了|来水了|有水了|有气了|热了|有信号了|恢复了|解决了|修好了|弄好了|可以用了|能用了|正常了"
    r"|it works|fixed|back on"
)
_ESCALATED = re.compile(
    r"派单|工单|已经登记|给您登记|帮您登记|转给|转派|上报|派人|安排(?:师傅|人员|工作人员|抢修)|抢修人员"
    r"|work order|send (?:a|an) (?:engineer|crew)"
)


@dataclass(frozen=True, slots=True)
class Proposal:
    """A filled-in form, everything de-identified.

    Attributes:
        title: The sentence that says most.
        problem: The customer's main sentences.
        facts: What they tell, each with its sentence.
        sector: Of the call, else of the category.
        situation: Of the ranked category; None while it abstained.
        business_type: The same.
        solution: The answers of the cards that were used, else the agent's main sentences.
        outcome: As the end of the call sounds.
        area: Neighbourhood or road.
        equipment: Device.
        entry_ids: Entries that were used.
        problem_segment_ids: The sentences of the problem.
    """

    title: str
    problem: str
    facts: tuple[Fact, ...]
    sector: str | None
    situation: str | None
    business_type: str | None
    solution: str
    outcome: CaseOutcome
    area: str
    equipment: str
    entry_ids: tuple[UUID, ...]
    problem_segment_ids: tuple[UUID, ...]


def propose(call: FinishedCall, equipment: Sequence[str] = (), areas: Sequence[str] = ()) -> Proposal:
    """Fill in the form of a case.

    Args:
        call: The call.
        equipment: Names of devices that cases use already, the most frequent first.
        areas: Areas that cases use already.
    """
    customer = call.said_by(LegRole.CUSTOMER)
    main = main_sentences(customer, PROBLEM_SENTENCES, _triggers(call))
    facts = find_facts(customer, equipment, areas)
    told = {fact.kind: fact.value for fact in facts}
    sector, situation, business_type = _classification(call)
    return Proposal(
        title=_title(main),
        problem=_joined(main),
        facts=tuple(facts),
        sector=sector,
        situation=situation,
        business_type=business_type,
        solution=_solution(call),
        outcome=guess_outcome(call),
        area=told.get("area") or find_area(" ".join(item.text for item in customer), areas) or "",
        equipment=told.get("equipment", ""),
        entry_ids=tuple(card.entry_id for card in call.cards if card.is_used),
        problem_segment_ids=tuple(utterance.segment_id for utterance in main),
    )


def main_sentences(said: Sequence[Utterance], wanted: int, triggers: dict[UUID, float]) -> list[Utterance]:
    """Return the sentences that say most about the matter, in the order they were said.

    A sentence counts by its length without small talk, by how many of its character pairs others repeat, by being the
    first, and by what it called up.
    """
    speaking = [utterance for utterance in said if content_spans(utterance.text)]
    pairs = [_pairs(_content(utterance.text)) for utterance in speaking]
    occurrences = Counter(pair for found in pairs for pair in found)

    def score(place: int) -> float:
        utterance = speaking[place]
        length = min(content_length(_content(utterance.text)), FULL_LENGTH) / FULL_LENGTH
        repeated = sum(occurrences[pair] > 1 for pair in pairs[place]) / max(1, len(pairs[place]))
        return length + repeated + triggers.get(utterance.segment_id, 0.0) + (FIRST_BONUS if place == 0 else 0.0)

    best = sorted(range(len(speaking)), key=score, reverse=True)[:wanted]
    return [speaking[place] for place in sorted(best)]


def guess_outcome(call: FinishedCall) -> CaseOutcome:
    """Return how the last third of the call sounds: the customer says it works, or the agent hands it on."""
    last = call.utterances[-max(2, len(call.utterances) // 3) :]
    if any(_SOLVED.search(item.text) for item in last if item.leg_role is LegRole.CUSTOMER):
        return CaseOutcome.RESOLVED
    if any(_ESCALATED.search(item.text) for item in last if item.leg_role is LegRole.AGENT):
        return CaseOutcome.ESCALATED
    return CaseOutcome.RESOLVED if any(card.is_used for card in call.cards) else CaseOutcome.UNRESOLVED


def evidence_lines(call: FinishedCall, proposal: Proposal, used: Collection[UUID]) -> list[EvidenceLine]:
    """Return the transcript with notes on what each sentence contributed, as it was said (not de-identified).

    Args:
        call: The call.
        proposal: What was found in it.
        used: Entries the case is said to be solved with.
    """
    notes: dict[UUID, list[EvidenceNote]] = {}
    for segment_id in proposal.problem_segment_ids:
        notes.setdefault(segment_id, []).append(EvidenceNote(kind="problem", name=""))
    for fact in proposal.facts:
        notes.setdefault(fact.segment_id, []).append(EvidenceNote(kind="fact", name=fact.name))
    for card in call.cards:
        if card.entry_id in used:
            notes.setdefault(card.trigger_segment_ids[0], []).append(EvidenceNote(kind="card", name=card.title))
    return [
        EvidenceLine(
            segment_id=utterance.segment_id,
            leg_role=utterance.leg_role.value,
            start_ms=utterance.start_ms,
            end_ms=utterance.end_ms,
            text=utterance.text,
            notes=notes.get(utterance.segment_id, []),
        )
        for utterance in call.utterances
        if utterance.text
    ]


def _triggers(call: FinishedCall) -> dict[UUID, float]:
    return {
        segment_id: USED_BONUS if card.is_used else SHOWN_BONUS
        for card in sorted(call.cards, key=lambda card: card.is_used)
        for segment_id in card.trigger_segment_ids
    }


def _classification(call: FinishedCall) -> tuple[str | None, str | None, str | None]:
    """Return sector, situation and business type: as the agent chose, else as ranked unless that abstained."""
    best: CategoryChosen | RankedCategory | None = call.chosen_category
    if best is None and call.category is not None and not call.category.has_abstained:
        best = next(iter(call.category.categories), None)
    situation = None if best is None else load_taxonomy().situations.get(best.situation)
    if best is None or situation is None:
        return call.sector, None, None
    return situation.sector or call.sector, best.situation, best.business_type


def _title(main: Sequence[Utterance]) -> str:
    clauses = [utterance.text[span.start : span.end] for utterance in main for span in content_spans(utterance.text)]
    longest = max(clauses, key=lambda clause: min(content_length(clause), FULL_LENGTH), default="")
    return deidentify(longest.strip())[:MAX_TITLE]


def _joined(sentences: Sequence[Utterance]) -> str:
    return "\n".join(deidentify(_content(utterance.text)) for utterance in sentences)


def _content(text: str) -> str:
    """Return the sentence from its first clause of content to its last."""
    spans = content_spans(text)
    return text[spans[0].start : spans[-1].end].strip() if spans else ""


def _solution(call: FinishedCall) -> str:
    used = [plain_text(card.answer) for card in call.cards if card.is_used]
    said = _joined(main_sentences(call.said_by(LegRole.AGENT), ANSWER_SENTENCES, {}))
    return ("\n".join(used) or said)[:MAX_SOLUTION]


def _pairs(text: str) -> set[str]:
    return {text[place : place + 2] for place in range(len(text) - 1)}
