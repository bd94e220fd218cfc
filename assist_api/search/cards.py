"""From search hits to what the page shows; pure."""

from __future__ import annotations

from uuid import UUID

from assist_api.http.wire import Span
from assist_api.search.folded import FoldedNames, folded_behind
from assist_api.search.schemas import FoundCase, FoundEntry
from assist_api.search.shown import CardMatch, Confidence
from kb.entries.schemas import CaseDetail, RevisionDetail
from kb.search.hits import Hit, TermMatch

HIGH_CONFIDENCE = 0.7
MEDIUM_CONFIDENCE = 0.4


def confidence_of(probability: float) -> Confidence:
    """Return the step of the bar for a calibrated probability."""
    if probability >= HIGH_CONFIDENCE:
        return Confidence.HIGH
    return Confidence.MEDIUM if probability >= MEDIUM_CONFIDENCE else Confidence.LOW


def card_match(match: TermMatch, *, segment_id: UUID | None) -> CardMatch:
    """Return a match as the page marks it; `segment_id` is null for a typed question."""
    return CardMatch.model_validate(
        {
            "kind": match.kind.value,
            "segment_id": segment_id,
            "utterance_span": Span(start=match.query_start, end=match.query_end),
            "field": match.field,
            "field_index": match.field_index,
            "field_span": Span(start=match.start, end=match.end),
        }
    )


def found_entry(hit: Hit, revision: RevisionDetail, names: FoldedNames) -> FoundEntry:
    """Return the card of an entry that a typed question found."""
    return FoundEntry(
        entry_id=revision.entry_id,
        revision_id=revision.id,
        revision_number=revision.number,
        title=revision.title,
        script=revision.script,
        answer=revision.answer,
        variants=revision.variants,
        sector=revision.sector,
        category_path=revision.category_path,
        business_type=revision.business_type,
        reviewed_on=revision.reviewed_on,
        valid_until=revision.valid_until,
        confidence=confidence_of(hit.confidence),
        probability=hit.confidence,
        score_parts=dict(hit.score_parts),
        matches=[card_match(match, segment_id=None) for match in hit.matches],
        folded=folded_behind(hit, names),
    )


def found_case(hit: Hit, case: CaseDetail, names: FoldedNames) -> FoundCase:
    """Return the card of a case that a typed question found."""
    return FoundCase(
        case_id=case.id,
        title=case.title,
        problem=case.problem,
        solution=case.solution,
        outcome=case.outcome,
        sector=case.sector,
        occurred_on=case.occurred_on,
        area=case.area,
        probability=hit.confidence,
        matches=[card_match(match, segment_id=None) for match in hit.matches],
        folded=folded_behind(hit, names),
    )
