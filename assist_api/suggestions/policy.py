"""Pure: when to search, with what, what to show, and when to stay silent.

The newest question of the caller leads. What a caller says before the agent speaks again is one turn; the searches of
a turn are added up per entry, and the entry that they speak for most leads, whatever the call was about before. Behind
it stand the other answers to the turn, then entries of earlier turns while there is room: those that led, newest
first, and those for which weak signs of several turns add up. Where a turn asks and no entry answers it, nothing
stands, unless its question names no thing of its own: then what stood before is what it asks about.

Once it is clear which sector the call is about, entries of the others are not shown (`suggestions.sector`), and an
entry that the caller's words contradict goes down (`suggestions.claims`).

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
from assist_api.suggestions.claims import Claims
from assist_api.suggestions.evidence import MAX_SHARE, Evidence, Key, with_result
from assist_api.suggestions.numbers import CardNumbers
from assist_api.suggestions.query import Heard, QueryComposer, SearchRequest
from assist_api.suggestions.sector import SectorTracker
from assist_api.suggestions.settings import SuggestionSettings
from assist_api.transcripts.utterances import LegRole
from kb.kinds import DocumentKind
from kb.search.hits import Hit, SearchResult, SearchState
from kb.taxonomy.tree import split_category_id

MAX_SHOWN = 3
FOUND_AGAIN = 0.7
"""A category that another search of the call finds again: what that is worth of the search before. Of 60 calls in text
form 49 have the right category first if only the best search counts, 53 at 0.5, 54 at 0.7, 53 if every search counts
the same. 42 of them were looked at before; on the 18 others it is 14, 15, 15 and 15 (docs/benchmarks/2026-11-29.md)."""
FOUND_AT_MOST = 8
"""Searches that count for a category; the next would add 0.06 at most."""
BUDGET_MS = 60_000
"""Length of speech that `SuggestionSettings.new_cards_per_minute` speaks of."""


@dataclass(frozen=True, slots=True)
class Standing:
    """A document of the list, with the search that speaks for it most.

    Attributes:
        hit: The hit of that search.
        request: That search.
        probability: Evidence of the turn for an answer to the newest turn, of the whole call for another document.
        is_answer: Whether it answers the newest turn of the customer.
        number: Number of an entry on the screen, the same for the whole call; 0 for a case.
        is_new: Whether the entry was on no list of this call before.
    """

    hit: Hit
    request: SearchRequest
    probability: float
    is_answer: bool = False
    number: int = 0
    is_new: bool = False


@dataclass(frozen=True, slots=True)
class Shown:
    """Replace the list with this one; the first entry leads."""

    entries: tuple[Standing, ...]
    cases: tuple[Standing, ...]


@dataclass(frozen=True, slots=True)
class Withheld:
    """Show no new list; `nothing_fits` also folds the one that stands."""

    reason: Literal["nothing_fits", "unchanged", "not_a_question", "search_unavailable"]


Decision = Shown | Withheld
_NOTHING = Shown((), ())


@dataclass(frozen=True, slots=True)
class _Turn:
    """What the searches of the newest turn of the customer found.

    Attributes:
        number: Of the turn; 0 before the first.
        request: The newest search.
        evidence: What they say, by document.
        is_answered: Whether one of them has an answer.
        is_asking: Whether one of its utterances asks something.
        is_follow_up: Whether none of its utterances names a thing of its own.
    """

    number: int = 0
    request: SearchRequest | None = None
    evidence: Mapping[Key, Evidence] = field(default_factory=dict)
    is_answered: bool = False
    is_asking: bool = False
    is_follow_up: bool = False


class SuggestionPolicy:
    """Decides for one call; `hear` every final in order, `weigh` every search result in order."""

    def __init__(self, settings: SuggestionSettings | None = None, *, sector: str | None = None) -> None:
        """Begin a call.

        Args:
            settings: Other than the usual ones.
            sector: The call's sector where it is known beforehand; otherwise what is said tells it.
        """
        self._settings = settings or SuggestionSettings()
        self._composer = QueryComposer()
        self._sectors = SectorTracker(sector)
        self._evidence: dict[Key, Evidence] = {}
        """Of the whole call."""
        self._turn = _Turn()
        self._led: dict[str, int] = {}
        """The turn for which each entry led last, by document id."""
        self._numbers = CardNumbers()
        self._appeared_ms: dict[str, int] = {}
        """Where in the audio each entry was shown first, by document id."""
        self._preview: tuple[SearchRequest, SearchResult] | None = None
        self._settled = _NOTHING
        """The list without what was previewed: what stands has it easier, a preview changes nothing that follows."""
        self._on_screen = _NOTHING
        self._folded_for: int | None = None
        """The turn that nothing fits and that folded the list; None while it stands. As `_settled`."""
        self._is_screen_folded = False
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
        for utterance in utterances:
            self._sectors.hear(utterance.leg_role, utterance.text, utterance.confidence)
            self._composer.compose(utterance)
        self._settled = self._on_screen = Shown(tuple(_standing(card) for card in cards), ())
        for place, item in enumerate(self._settled.entries):
            document_id = item.hit.document_id
            share = min(MAX_SHARE, item.probability)
            self._evidence[DocumentKind.ENTRY, document_id] = Evidence(item.hit, item.request, share, [share])
            self._led[document_id] = -place
            self._appeared_ms[document_id] = -BUDGET_MS
            if item.number:
                self._numbers.restore(document_id, item.number)
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
        self._evidence = self._evidence_with(request, result)
        self._turn = self._turn_with(request, result)
        self._note_categories((hit, hit.confidence) for hit in result.hits)
        return self._decide(dismissed, is_asked=True)

    def preview(
        self, request: SearchRequest, result: SearchResult, dismissed: Collection[str] = frozenset()
    ) -> Decision:
        """Decide what the agent sees if the utterance ends where it has come to.

        Only the screen follows: the call comes to the same cards with and without. Until the utterance is weighed, the
        result counts in whatever is decided. A result without an answer shows nothing: more may be said.

        Args:
            request: What `foresee` asked for.
            result: Its answer.
            dismissed: As in `weigh`.
        """
        if result.state is SearchState.UNAVAILABLE:
            return Withheld("search_unavailable")
        if not result.has_answer:
            self._preview = None
            return Withheld("unchanged")
        self._preview = (request, result)
        return self._decide(dismissed)

    def _decide(self, dismissed: Collection[str], *, is_asked: bool = False) -> Decision:
        """Decide what the screen shows.

        Args:
            dismissed: Documents that the agent does not want to see.
            is_asked: Whether a search of a final was just answered; only then may the list be folded.
        """
        evidence, turn = self._evidence, self._turn
        if self._preview is not None:
            evidence, turn = self._evidence_with(*self._preview), self._turn_with(*self._preview)
        answers = self._answers(turn, dismissed)
        earlier = self._earlier(evidence, turn, dismissed)
        if not answers and self._settled.entries:
            if turn.is_asking and is_asked:
                return Withheld("unchanged") if turn.is_follow_up else self._fold(turn)
            if self._folded_for == turn.number or (self._folded_for is not None and not self._has_new(earlier)):
                return Withheld("unchanged")
        entries = self._within_budget(_apart([*answers, *earlier]), turn)
        decided = Shown(entries, self._cases(evidence, turn, dismissed, has_answers=bool(answers)))
        if not entries and not self._settled.entries and is_asked and not decided.cases:
            self._on_screen, self._is_screen_folded = _NOTHING, True
            return Withheld("nothing_fits")
        return self._show(decided, turn)

    def _has_new(self, entries: Sequence[Standing]) -> bool:
        """Tell whether an entry is among them that was on no list of this call."""
        return any(item.hit.document_id not in self._appeared_ms for item in entries)

    def _fold(self, turn: _Turn) -> Withheld:
        self._folded_for = turn.number
        self._on_screen, self._is_screen_folded = _NOTHING, True
        return Withheld("nothing_fits")

    def _show(self, decided: Shown, turn: _Turn) -> Decision:
        ids = [item.hit.document_id for item in decided.entries]
        new = {document_id for document_id in ids if document_id not in self._appeared_ms}
        if self._preview is None:
            self._settle(decided, turn)
        is_nothing_new = decided == _NOTHING if self._is_screen_folded else _is_same(decided, self._on_screen)
        if is_nothing_new:
            return Withheld("unchanged")
        self._is_screen_folded = False
        numbers = self._numbers.show(ids)
        entries = tuple(
            replace(item, number=numbers[item.hit.document_id], is_new=item.hit.document_id in new)
            for item in decided.entries
        )
        self._on_screen = replace(decided, entries=entries)
        return self._on_screen

    def _settle(self, decided: Shown, turn: _Turn) -> None:
        """Remember a list that no preview counts in."""
        self._settled, self._folded_for = decided, None
        for item in decided.entries:
            self._appeared_ms.setdefault(item.hit.document_id, turn.request.end_ms if turn.request else 0)
        if decided.entries and decided.entries[0].is_answer:
            self._led[decided.entries[0].hit.document_id] = turn.number

    def _evidence_with(self, request: SearchRequest, result: SearchResult) -> dict[Key, Evidence]:
        decay = self._settings.decay if result.has_answer else self._settings.idle_decay
        return with_result(self._evidence, request, result, decay=decay, doubt=self._settings.doubt)

    def _turn_with(self, request: SearchRequest, result: SearchResult) -> _Turn:
        before = self._turn if self._turn.number == request.turn else _Turn(request.turn)
        decay = self._settings.turn_decay if result.has_answer else 1.0
        return _Turn(
            number=request.turn,
            request=request,
            # The hits of a search without an answer count in full: `answer_above` decides whether one leads.
            evidence=with_result(before.evidence, request, result, decay=decay, doubt=1.0),
            is_answered=before.is_answered or result.has_answer,
            is_asking=before.is_asking or request.is_asking,
            is_follow_up=request.is_follow_up and (before.request is None or before.is_follow_up),
        )

    def _note_categories(self, hits: Iterable[tuple[Hit, float]]) -> None:
        """Take in what one search found, each entry with its confidence."""
        best: dict[str, float] = {}
        for hit, confidence in hits:
            if hit.kind is DocumentKind.ENTRY and hit.category_id:
                best[hit.category_id] = max(best.get(hit.category_id, 0.0), confidence)
        for category, confidence in best.items():
            known = self._found.get(category, [])
            self._found[category] = sorted([*known, confidence], reverse=True)[:FOUND_AT_MOST]

    def _answers(self, turn: _Turn, dismissed: Collection[str]) -> list[Standing]:
        """Return the entries that answer the newest turn, best first; none where the best is not likely enough."""
        settings = self._settings
        candidates = self._candidates(
            turn.evidence, turn, DocumentKind.ENTRY, dismissed, gain=settings.turn_situation_gain
        )
        ranked = self._ranked(candidates)
        least = settings.show_above if turn.is_answered else settings.answer_above
        if settings.is_quiet:
            least = max(least, settings.quiet_above)
        if not ranked or ranked[0].probability < least:
            return []
        floor = max(settings.second_above, ranked[0].probability * settings.relative_cut)
        return [replace(item, is_answer=True) for item in ranked if item.probability >= floor or item is ranked[0]]

    def _earlier(self, evidence: Mapping[Key, Evidence], turn: _Turn, dismissed: Collection[str]) -> list[Standing]:
        """Return entries that the whole call speaks for: those that led first, the newest of them at the head."""
        settings = self._settings
        candidates = self._candidates(evidence, turn, DocumentKind.ENTRY, dismissed, gain=settings.situation_gain)
        worth = self._worth_showing(candidates, self._settled.entries, settings.show_above)
        return sorted(worth, key=lambda item: -self._led.get(item.hit.document_id, -MAX_SHOWN))

    def _cases(
        self, evidence: Mapping[Key, Evidence], turn: _Turn, dismissed: Collection[str], *, has_answers: bool
    ) -> tuple[Standing, ...]:
        if self._settings.is_quiet:
            return ()
        spoken_of = turn.evidence if has_answers else evidence
        gain = self._settings.turn_situation_gain if has_answers else self._settings.situation_gain
        candidates = self._candidates(spoken_of, turn, DocumentKind.CASE, dismissed, gain=gain)
        worth = self._worth_showing(candidates, self._settled.cases, self._settings.case_above)
        return _apart(worth)[:MAX_SHOWN]

    def _candidates(
        self,
        evidence: Mapping[Key, Evidence],
        turn: _Turn,
        kind: DocumentKind,
        dismissed: Collection[str],
        *,
        gain: float,
    ) -> list[Standing]:
        return [
            Standing(known.hit, known.request, self._probability(known, turn, gain))
            for (document_kind, document_id), known in evidence.items()
            if document_kind is kind
            # Who does not want an entry does not want its copy either.
            and not {document_id, *known.hit.folded}.intersection(dismissed)
            and (self._sectors.admits(known.hit.sector) or self._is_sure(known, turn))
        ]

    def _is_sure(self, evidence: Evidence, turn: _Turn) -> bool:
        """Tell whether the newest turn is answered so surely that it opens a matter of another sector."""
        key = (evidence.hit.kind, evidence.hit.document_id)
        known = turn.evidence.get(key)
        if turn.request is None or not turn.request.is_open:
            return False
        return known is not None and max(known.shares, default=0.0) >= self._settings.other_sector_above

    def _probability(self, evidence: Evidence, turn: _Turn, gain: float) -> float:
        """Return the evidence of the searches with what the category and the caller's claims say about the entry."""
        probability = evidence.probability
        situation = split_category_id(evidence.hit.category_id or "")[1]
        claims = turn.request.claims if turn.request is not None else Claims()
        odds_factor = 1.0 + gain * self._situations.get(situation, 0.0)
        if claims.support(evidence.hit.title):
            odds_factor *= self._settings.supported
        likely = probability * odds_factor / (1.0 - probability + probability * odds_factor)
        return likely * (self._settings.contradicted if claims.contradict(evidence.hit.title) else 1.0)

    def _ranked(self, candidates: Iterable[Standing]) -> list[Standing]:
        shown = {item.hit.document_id for item in self._settled.entries if item.is_answer}
        bonus = self._settings.standing_bonus
        return sorted(candidates, key=lambda item: -(item.probability + bonus * (item.hit.document_id in shown)))

    def _worth_showing(
        self, candidates: Sequence[Standing], standing: Sequence[Standing], show_above: float
    ) -> list[Standing]:
        shown = {item.hit.document_id for item in standing}
        best = max((item.probability for item in candidates), default=0.0)
        floor = best * self._settings.relative_cut
        scale = self._settings.keep_above / self._settings.show_above
        bonus = self._settings.standing_bonus

        def is_worth_showing(item: Standing) -> bool:
            threshold = show_above * (scale if item.hit.document_id in shown else 1.0)
            return item.probability >= max(threshold, floor)

        worth = filter(is_worth_showing, candidates)
        return sorted(worth, key=lambda item: -(item.probability + bonus * (item.hit.document_id in shown)))

    def _within_budget(self, entries: Sequence[Standing], turn: _Turn) -> tuple[Standing, ...]:
        """Return what is shown of entries: new ones only while the noise budget has room, but always what leads."""
        if self._settings.is_quiet:
            return tuple(entries[:1])
        now_ms = turn.request.end_ms if turn.request is not None else 0
        left = self._settings.new_cards_per_minute - sum(at > now_ms - BUDGET_MS for at in self._appeared_ms.values())
        kept: list[Standing] = []
        for place, item in enumerate(entries):
            if len(kept) == MAX_SHOWN:
                break
            is_known = item.hit.document_id in self._appeared_ms
            if is_known or left > 0 or (place == 0 and item.is_answer):
                kept.append(item)
                left -= not is_known
        return tuple(kept)


def _request(utterance: Heard, sectors: SectorTracker, composer: QueryComposer) -> SearchRequest | None:
    sectors.hear(utterance.leg_role, utterance.text, utterance.confidence)
    request = composer.compose(utterance)
    # A further matter may be of another sector; `other_sector_above` decides whether it is.
    return None if request is None else replace(request, sector=None if request.is_open else sectors.sector)


def _apart(best_first: Iterable[Standing]) -> tuple[Standing, ...]:
    """Leave out what stands already or says nearly the same as something better."""
    kept: list[Standing] = []
    for item in best_first:
        behind = {item.hit.document_id, *item.hit.folded}
        if not any(other.hit.document_id in behind or item.hit.document_id in other.hit.folded for other in kept):
            kept.append(item)
    return tuple(kept)


def _is_same(shown: Shown, before: Shown) -> bool:
    """Tell whether two lists are the same for a reader: the cards with their confidence, and what the first answers."""
    if _outline(shown) != _outline(before):
        return False
    if not shown.entries or not shown.entries[0].is_answer:
        return True
    asked, asked_before = shown.entries[0].request, before.entries[0].request
    return (asked.text, asked.trigger_segment_id) == (asked_before.text, asked_before.trigger_segment_id)


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
    trigger: UUID = card.answers_segment_id or card.trigger_segment_ids[0]
    request = SearchRequest(number=0, text="", context=(), parts=(), trigger_segment_id=trigger, weight=1.0)
    return Standing(hit, request, card.probability, number=card.number or 0)
