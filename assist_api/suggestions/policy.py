"""Pure: when to search, with what, what to show, and when to stay silent.

A caller describes one matter in several breaths. Each breath is searched (with the ones before it as context), and
what the searches say is added up per entry: evidence of an older breath counts less, several weak signs for the same
entry make a strong one, and a card that stands needs a clearly better one to push it out. So the right entry stays
in the list instead of flickering with every sentence, and a second matter still gets through. Once it is clear which
sector the call is about, entries of the others are not shown (`suggestions.sector`).

The caller of this class runs the searches; it never waits and never reads a clock.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field, replace
from typing import Literal
from uuid import UUID

from assist_api.search.cards import confidence_of
from assist_api.suggestions.cards import Card
from assist_api.suggestions.query import Heard, QueryComposer, SearchRequest
from assist_api.suggestions.sector import SectorTracker
from assist_api.transcripts.utterances import LegRole
from kb.kinds import DocumentKind
from kb.search.hits import Hit, SearchResult, SearchState
from kb.taxonomy.tree import split_category_id

MAX_SHOWN = 3
MAX_SHARE = 0.99
"""No single search is ever certain."""
FADED = 0.01
"""Evidence below this is forgotten."""
FOUND_AGAIN = 0.7
"""A category that another search of the call finds again: what that is worth of the search before. Of 60 calls in text
form 49 have the right category first if only the best search counts, 53 at 0.5, 54 at 0.7, 53 if every search counts
the same. 42 of them were looked at before; on the 18 others it is 14, 15, 15 and 15 (docs/benchmarks.md)."""
FOUND_AT_MOST = 8
"""Searches that count for a category; the next would add 0.06 at most."""


@dataclass(frozen=True, slots=True)
class PolicyParameters:
    """Numbers of the policy; probabilities are 0..1.

    Attributes:
        decay: What evidence is worth after a search that found something else, or the same.
        idle_decay: What it is worth after a search that trusts none of its hits: the caller said nothing new.
        doubt: Factor for hits of a search that trusts none of its hits.
        show_above: A card needs this probability to appear.
        keep_above: A card that stands stays down to this probability.
        relative_cut: Cards below this fraction of the best one are not shown.
        standing_bonus: What a card that stands is worth more than one that does not.
        case_above: A case needs this probability to appear.
        situation_gain: How much the call's category speaks for an entry of its situation: the odds of the entry are
            multiplied by 1 + gain x probability of the situation. A badly heard sentence finds the right entry
            without trusting it; that the whole call sounds like its situation is the missing sign.
    """

    decay: float = 0.8
    idle_decay: float = 0.95
    doubt: float = 0.6
    show_above: float = 0.3
    keep_above: float = 0.2
    relative_cut: float = 0.3
    standing_bonus: float = 0.06
    case_above: float = 0.35
    situation_gain: float = 8.0


@dataclass(frozen=True, slots=True)
class Standing:
    """A document of the list, with the search that speaks for it most.

    Attributes:
        hit: The hit of that search.
        request: That search.
        probability: Evidence of the whole call.
    """

    hit: Hit
    request: SearchRequest
    probability: float


@dataclass(frozen=True, slots=True)
class Shown:
    """Replace the list with this one."""

    entries: tuple[Standing, ...]
    cases: tuple[Standing, ...]


@dataclass(frozen=True, slots=True)
class Withheld:
    """Leave the list as it is."""

    reason: Literal["nothing_fits", "unchanged", "not_a_question", "search_unavailable"]


Decision = Shown | Withheld
_Key = tuple[DocumentKind, str]


@dataclass(slots=True)
class _Evidence:
    hit: Hit
    request: SearchRequest
    best_share: float
    shares: list[float] = field(default_factory=list)
    doubtful: float = 0.0

    @property
    def probability(self) -> float:
        """Noisy-or: each share could be wrong by itself. Doubtful hits count once, however often they come."""
        all_wrong = 1.0 - self.doubtful
        for share in self.shares:
            all_wrong *= 1.0 - share
        return 1.0 - all_wrong

    def faded(self, decay: float) -> _Evidence:
        shares = [share * decay for share in self.shares if share * decay > FADED]
        return replace(self, best_share=self.best_share * decay, doubtful=self.doubtful * decay, shares=shares)

    def add(self, hit: Hit, request: SearchRequest, share: float, *, is_trusted: bool) -> None:
        if is_trusted:
            self.shares.append(share)
        else:
            self.doubtful = max(self.doubtful, share)
        if share >= self.best_share:
            self.hit, self.request, self.best_share = hit, request, share


class SuggestionPolicy:
    """Decides for one call; `hear` every final in order, `weigh` every search result in order."""

    def __init__(self, parameters: PolicyParameters | None = None, *, sector: str | None = None) -> None:
        """Begin a call.

        Args:
            parameters: Other than the usual ones.
            sector: The call's sector where it is known beforehand; otherwise what is said tells it.
        """
        self._parameters = parameters or PolicyParameters()
        self._composer = QueryComposer()
        self._sectors = SectorTracker(sector)
        self._evidence: dict[_Key, _Evidence] = {}
        self._preview: tuple[SearchRequest, SearchResult] | None = None
        self._provisional: SearchRequest | None = None
        """What asked for the list on the screen, where its words were not those of a final."""
        self._settled = Shown((), ())
        """The list without what was previewed: what stands has it easier, a preview changes nothing that follows."""
        self._on_screen = self._settled
        self._situations: dict[str, float] = {}
        self._found: dict[str, list[float]] = {}
        """Categories of the entries that searches found, each with the best confidence of every search, best first."""

    @property
    def found_categories(self) -> Mapping[str, float]:
        """Categories of the entries that the call's searches found, each with how much speaks for it.

        That is the best confidence of a search, and of each further search `FOUND_AGAIN` of the one before: below 3.4.
        """
        return {
            category: sum(confidence * FOUND_AGAIN**place for place, confidence in enumerate(best_first))
            for category, best_first in self._found.items()
        }

    @property
    def sector(self) -> str | None:
        """The one sector that the call is about so far, None while that is not clear."""
        return self._sectors.sector

    def hear(self, utterance: Heard) -> SearchRequest | Withheld | None:
        """Take in a final.

        Returns:
            A search to run; `Withheld` when a customer said nothing to search for; None when the utterance is the
            agent's and no restatement of the matter.
        """
        request = _request(utterance, self._sectors, self._composer)
        if request is not None:
            return request
        if utterance.leg_role is LegRole.CUSTOMER and utterance.text:
            return Withheld("not_a_question")
        return None

    def foresee(self, utterance: Heard) -> SearchRequest | None:
        """Return the search that an utterance would ask for if it were heard now, without taking it in."""
        return _request(utterance, deepcopy(self._sectors), deepcopy(self._composer))

    def regard(self, probabilities: Mapping[str, float], dismissed: Collection[str] = frozenset()) -> Decision:
        """Take in the ranking of the category, as probabilities by category id, and decide again."""
        self._sectors.regard(probabilities)
        self._situations = {}
        for category_id, probability in probabilities.items():
            situation = split_category_id(category_id)[1]
            self._situations[situation] = self._situations.get(situation, 0.0) + probability
        return self._decide(dismissed)

    def resume(self, utterances: Iterable[Heard], cards: Sequence[Card]) -> None:
        """Take in what was said and shown before an interruption, without searching for it again."""
        known: set[UUID] = set()
        for utterance in utterances:
            known.add(utterance.segment_id)
            self._sectors.hear(utterance.leg_role, utterance.text, utterance.confidence)
            self._composer.compose(utterance)
        self._settled = self._on_screen = Shown(tuple(_standing(card) for card in cards), ())
        for item in self._settled.entries:
            key = (DocumentKind.ENTRY, item.hit.document_id)
            share = min(MAX_SHARE, item.probability)
            self._evidence[key] = _Evidence(item.hit, item.request, share, [share])
            if item.request.trigger_segment_id not in known:
                self._provisional = item.request
        self._note_categories((item.hit, item.best_share) for item in self._evidence.values())

    def weigh(self, request: SearchRequest, result: SearchResult, dismissed: Collection[str] = frozenset()) -> Decision:
        """Take in the result of a search and decide what the agent sees now.

        Args:
            request: What `hear` asked for.
            result: Its answer.
            dismissed: Documents the agent does not want to see again in this call.
        """
        self._preview = None
        if result.state is SearchState.UNAVAILABLE:
            return Withheld("search_unavailable")
        self._evidence = self._with_result(request, result)
        self._note_categories((hit, hit.confidence) for hit in result.hits)
        decision = self._decide(dismissed, request)
        self._provisional = None
        return decision

    def preview(
        self, request: SearchRequest, result: SearchResult, dismissed: Collection[str] = frozenset()
    ) -> Decision:
        """Decide what the agent sees if the utterance ends at the pause that it has come to.

        Only the screen follows: the call comes to the same cards with and without. Until the utterance is weighed, the
        result counts in whatever is decided.

        Args:
            request: What `foresee` asked for.
            result: Its answer.
            dismissed: As in `weigh`.
        """
        if result.state is SearchState.UNAVAILABLE:
            return Withheld("search_unavailable")
        self._preview = (request, result)
        decision = self._decide(dismissed, request)
        if isinstance(decision, Shown):
            self._provisional = request
        return decision

    def _decide(self, dismissed: Collection[str], asked: SearchRequest | None = None) -> Decision:
        evidence = self._evidence if self._preview is None else self._with_result(*self._preview)
        decided = Shown(
            self._pick(
                self._candidates(evidence, DocumentKind.ENTRY, dismissed),
                self._settled.entries,
                self._parameters.show_above,
            ),
            self._pick(
                self._candidates(evidence, DocumentKind.CASE, dismissed),
                self._settled.cases,
                self._parameters.case_above,
            ),
        )
        is_nothing = not decided.entries and not decided.cases and self._is_admitted(self._settled)
        if is_nothing:
            decided = self._settled
        if self._preview is None:
            self._settled = decided
        # Where more was said than at the pause, the same cards point at other places.
        is_outdated = asked is not None and self._provisional not in {None, asked}
        if _outline(decided) == _outline(self._on_screen) and (is_nothing or not is_outdated):
            return Withheld("nothing_fits" if is_nothing else "unchanged")
        self._on_screen = decided
        return decided

    def _is_admitted(self, shown: Shown) -> bool:
        return all(self._sectors.admits(item.hit.sector) for item in shown.entries + shown.cases)

    def _with_result(self, request: SearchRequest, result: SearchResult) -> dict[_Key, _Evidence]:
        decay = self._parameters.decay if result.has_answer else self._parameters.idle_decay
        evidence = {key: known.faded(decay) for key, known in self._evidence.items()}
        trust = request.weight * (1.0 if result.has_answer else self._parameters.doubt)
        for hit in result.hits:
            share = min(MAX_SHARE, max(0.0, hit.confidence * trust))
            key = (hit.kind, hit.document_id)
            if key not in evidence:
                evidence[key] = _Evidence(hit, request, share)
            evidence[key].add(hit, request, share, is_trusted=result.has_answer)
        return {key: known for key, known in evidence.items() if known.probability > FADED}

    def _note_categories(self, hits: Iterable[tuple[Hit, float]]) -> None:
        """Take in what one search found, each entry with its confidence."""
        best: dict[str, float] = {}
        for hit, confidence in hits:
            if hit.kind is DocumentKind.ENTRY and hit.category_id:
                best[hit.category_id] = max(best.get(hit.category_id, 0.0), confidence)
        for category, confidence in best.items():
            known = self._found.get(category, [])
            self._found[category] = sorted([*known, confidence], reverse=True)[:FOUND_AT_MOST]

    def _candidates(
        self, evidence: Mapping[_Key, _Evidence], kind: DocumentKind, dismissed: Collection[str]
    ) -> list[Standing]:
        return [
            Standing(known.hit, known.request, self._with_situation(known))
            for (document_kind, document_id), known in evidence.items()
            if document_kind is kind
            # Who does not want an entry does not want its copy either.
            and not {document_id, *known.hit.folded}.intersection(dismissed)
            and self._sectors.admits(known.hit.sector)
        ]

    def _with_situation(self, evidence: _Evidence) -> float:
        """Return the evidence of the searches, with what the category says about the entry's situation."""
        probability = evidence.probability
        situation = split_category_id(evidence.hit.category_id or "")[1]
        gain = 1.0 + self._parameters.situation_gain * self._situations.get(situation, 0.0)
        return probability * gain / (1.0 - probability + probability * gain)

    def _pick(
        self, candidates: Sequence[Standing], standing: Sequence[Standing], show_above: float
    ) -> tuple[Standing, ...]:
        shown = {item.hit.document_id for item in standing}
        best = max((item.probability for item in candidates), default=0.0)
        floor = best * self._parameters.relative_cut
        scale = self._parameters.keep_above / self._parameters.show_above

        def rank(item: Standing) -> float:
            return item.probability + (self._parameters.standing_bonus if item.hit.document_id in shown else 0.0)

        def is_worth_showing(item: Standing) -> bool:
            threshold = show_above * (scale if item.hit.document_id in shown else 1.0)
            return item.probability >= max(threshold, floor)

        return _apart(sorted(filter(is_worth_showing, candidates), key=rank, reverse=True))[:MAX_SHOWN]


def _request(utterance: Heard, sectors: SectorTracker, composer: QueryComposer) -> SearchRequest | None:
    sectors.hear(utterance.leg_role, utterance.text, utterance.confidence)
    request = composer.compose(utterance)
    return None if request is None else replace(request, sector=sectors.sector)


def _apart(best_first: Iterable[Standing]) -> tuple[Standing, ...]:
    """Leave out what says nearly the same as something better: two searches may each have led with another copy."""
    kept: list[Standing] = []
    for item in best_first:
        behind = {item.hit.document_id, *item.hit.folded}
        if not any(other.hit.document_id in behind or item.hit.document_id in other.hit.folded for other in kept):
            kept.append(item)
    return tuple(kept)


def _outline(shown: Shown) -> tuple[object, ...]:
    cards = tuple((item.hit.revision_id, confidence_of(item.probability)) for item in shown.entries)
    return cards, tuple(item.hit.revision_id for item in shown.cases)


def _standing(card: Card) -> Standing:
    hit = Hit(
        kind=DocumentKind.ENTRY,
        document_id=str(card.entry_id),
        revision_id=str(card.revision_id),
        revision_number=card.revision_number,
        title=card.title,
        score=card.probability,
        confidence=card.probability,
        score_parts=card.score_parts,
        sector=card.sector,
        folded=tuple(str(document.document_id) for document in card.folded),
    )
    trigger = card.trigger_segment_ids[0]
    request = SearchRequest(number=0, text="", context=(), parts=(), trigger_segment_id=trigger, weight=1.0)
    return Standing(hit, request, card.probability)
