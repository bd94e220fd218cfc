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

from assist_api.realtime.protocol import Card, LegRole
from assist_api.search.cards import confidence_of
from assist_api.suggestions.query import Heard, QueryComposer, SearchRequest
from assist_api.suggestions.sector import SectorTracker
from kb.search.hits import Hit, SearchResult, SearchState
from kb.search.query import DocumentKind
from kb.taxonomy import split_category_id

MAX_SHOWN = 3
MAX_SHARE = 0.99
"""No single search is ever certain."""
FADED = 0.01
"""Evidence below this is forgotten."""


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

    def fade(self, decay: float) -> None:
        self.best_share *= decay
        self.doubtful *= decay
        self.shares = [share * decay for share in self.shares if share * decay > FADED]

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
        self._entries: tuple[Standing, ...] = ()
        self._cases: tuple[Standing, ...] = ()
        self._situations: dict[str, float] = {}
        self._found: dict[str, float] = {}

    @property
    def found_categories(self) -> Mapping[str, float]:
        """Categories of the entries that the call's searches found, each with the best confidence so far."""
        return dict(self._found)

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
        for utterance in utterances:
            self._sectors.hear(utterance.leg_role, utterance.text, utterance.confidence)
            self._composer.compose(utterance)
        self._entries = tuple(_standing(card) for card in cards)
        for item in self._entries:
            key = (DocumentKind.ENTRY, item.hit.document_id)
            share = min(MAX_SHARE, item.probability)
            self._evidence[key] = _Evidence(item.hit, item.request, share, [share])
            self._note_category(item.hit, share)

    def weigh(self, request: SearchRequest, result: SearchResult, dismissed: Collection[str] = frozenset()) -> Decision:
        """Take in the result of a search and decide what the agent sees now.

        Args:
            request: What `hear` asked for.
            result: Its answer.
            dismissed: Documents the agent does not want to see again in this call.
        """
        if result.state is SearchState.UNAVAILABLE:
            return Withheld("search_unavailable")
        self._collect(request, result)
        return self._decide(dismissed)

    def _decide(self, dismissed: Collection[str]) -> Decision:
        entries = self._pick(
            self._candidates(DocumentKind.ENTRY, dismissed), self._entries, self._parameters.show_above
        )
        cases = self._pick(self._candidates(DocumentKind.CASE, dismissed), self._cases, self._parameters.case_above)
        is_anything_wrong = any(not self._sectors.admits(item.hit.sector) for item in self._entries + self._cases)
        if not entries and not cases and not is_anything_wrong:
            return Withheld("nothing_fits")
        if _outline(entries, cases) == _outline(self._entries, self._cases):
            return Withheld("unchanged")
        self._entries, self._cases = entries, cases
        return Shown(entries, cases)

    def _collect(self, request: SearchRequest, result: SearchResult) -> None:
        decay = self._parameters.decay if result.has_answer else self._parameters.idle_decay
        for evidence in self._evidence.values():
            evidence.fade(decay)
        trust = request.weight * (1.0 if result.has_answer else self._parameters.doubt)
        for hit in result.hits:
            self._note_category(hit, hit.confidence)
            share = min(MAX_SHARE, max(0.0, hit.confidence * trust))
            key = (hit.kind, hit.document_id)
            if key not in self._evidence:
                self._evidence[key] = _Evidence(hit, request, share)
            self._evidence[key].add(hit, request, share, is_trusted=result.has_answer)
        self._evidence = {key: evidence for key, evidence in self._evidence.items() if evidence.probability > FADED}

    def _note_category(self, hit: Hit, confidence: float) -> None:
        if hit.kind is DocumentKind.ENTRY and hit.category_id:
            self._found[hit.category_id] = max(self._found.get(hit.category_id, 0.0), confidence)

    def _candidates(self, kind: DocumentKind, dismissed: Collection[str]) -> list[Standing]:
        return [
            Standing(evidence.hit, evidence.request, self._with_situation(evidence))
            for (document_kind, document_id), evidence in self._evidence.items()
            if document_kind is kind
            # Who does not want an entry does not want its copy either.
            and not {document_id, *evidence.hit.folded}.intersection(dismissed)
            and self._sectors.admits(evidence.hit.sector)
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


def _outline(entries: Sequence[Standing], cases: Sequence[Standing]) -> tuple[object, ...]:
    cards = tuple((item.hit.revision_id, confidence_of(item.probability)) for item in entries)
    return cards, tuple(item.hit.revision_id for item in cases)


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
