"""Typed search: hits from the index, texts from the database."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Protocol
from uuid import UUID

from assist_api.search.audiences import EVERY_AUDIENCE
from assist_api.search.cards import HIGH_CONFIDENCE, found_case, found_entry
from assist_api.search.folded import load_folded
from assist_api.search.schemas import FoundCase, FoundEntry, SearchAnswer, SearchRequest
from kb.cases.ranking import rank_cases
from kb.cases.service import CaseService
from kb.entries.models import RevisionState
from kb.entries.schemas import RevisionDetail
from kb.entries.service import KnowledgeService
from kb.kinds import Audience, DocumentKind
from kb.search.hits import Hit, SearchResult, SearchState
from kb.search.query import SearchQuery
from kb.search.question.danger import PROTECTING_FEWEST, danger_of, protection
from kb.search.question.spelled_text import is_spelled_in, spelled_text
from kb.search.question.typed_names import NamedCategory, TypedNames
from kb.settings import KBSettings
from kb.taxonomy.sector_names import named_sectors
from kb.taxonomy.tree import Taxonomy, load_taxonomy
from kit.clock import Clock
from kit.db import Database

ANSWER_THRESHOLD: float = KBSettings.model_fields["answer_threshold"].default
_WIDE = 40
"""Entries looked at where a danger or a category may bring a later one to the front."""
_FAULT = "fault"
_FEWEST_SURE_LETTERS = 3
_WHOLE = 0.99
_WORST_FIRST = (SearchState.UNAVAILABLE, SearchState.LOCAL, SearchState.LEXICAL_ONLY, SearchState.COMPLETE)


class SearchEngine(Protocol):
    """The part of `kb.search.service.SearchService` that answers."""

    async def search(self, query: SearchQuery) -> SearchResult:
        """Answer one question."""
        ...


class TypedSearch:
    """Answers what people type, entries and cases side by side."""

    def __init__(
        self,
        engine: SearchEngine,
        database: Database,
        clock: Clock,
        *,
        answer_threshold: float = ANSWER_THRESHOLD,
        taxonomy: Callable[[], Taxonomy] = load_taxonomy,
    ) -> None:
        """Keep the parts.

        Args:
            engine: Searches.
            database: Has the texts of what is found.
            clock: For durations.
            answer_threshold: Confidence below which a case is not shown, as the search has it for entries.
            taxonomy: The one in force; its names are understood in pinyin, initials and English.
        """
        self._engine = engine
        self._database = database
        self._clock = clock
        self._answer_threshold = answer_threshold
        self._taxonomy = taxonomy
        self._names: tuple[Taxonomy, TypedNames] | None = None

    async def answer(self, request: SearchRequest, may_see: frozenset[Audience] = EVERY_AUDIENCE) -> SearchAnswer:
        """Search each kind by itself, so that cases never push entries out of the list.

        Args:
            request: What was typed; its audience narrows what is found.
            may_see: Audiences whose entries the account has a right to, whatever audience it asks for.
        """
        started = self._clock.monotonic()
        asked = _Asked(request, self._typed_names().find(request.text), may_see)
        found = await self._found(asked)
        if asked.is_spelled and not self._is_answered(found):
            asked, found = await self._read_as_chinese(asked, found)
        cards, cases = await self._cards(asked, found), await self._cases(asked, found)
        return SearchAnswer(
            cards=cards,
            cases=cases,
            state=next(state for state in _WORST_FIRST if state in found.states).value,
            has_answer=self._is_answered(found) or bool(cases),
            took_ms=round((self._clock.monotonic() - started) * 1000, 1),
        )

    async def _found(self, asked: _Asked) -> _Found:
        results = {kind: await self._engine.search(asked.query(kind)) for kind in dict.fromkeys(asked.request.kinds)}
        entries = await self._entries(asked, _hits(results.get(DocumentKind.ENTRY)))
        states = frozenset(result.state for result in results.values())
        return _Found(entries, _hits(results.get(DocumentKind.CASE)), states)

    def _is_answered(self, found: _Found) -> bool:
        return bool(found.entries) and found.entries[0][0].confidence >= self._answer_threshold

    async def _read_as_chinese(self, asked: _Asked, found: _Found) -> tuple[_Asked, _Found]:
        """Search once more with the Chinese that letters spell, in the words of what was found or with one error."""
        texts = [text for _, revision in found.entries for text in _asked_texts(revision)]
        texts += [text for _, revision in found.entries for text in (revision.script, revision.answer)]
        typed, spelled = asked.request.text, spelled_text(asked.request.text, texts)
        in_words = None if spelled is None else NamedCategory(spelled, frozenset())
        for named in (in_words, self._typed_names().find_misspelt(typed)):
            if named is None:
                continue
            again = replace(asked, named=named)
            found_again = await self._found(again)
            if self._is_answered(found_again):
                return again, found_again
        return asked, found

    def _typed_names(self) -> TypedNames:
        taxonomy = self._taxonomy()
        if self._names is None or self._names[0] is not taxonomy:
            self._names = (taxonomy, TypedNames(taxonomy))
        return self._names[1]

    async def _entries(self, asked: _Asked, hits: Sequence[Hit]) -> list[tuple[Hit, RevisionDetail]]:
        async with self._database.session() as session:
            wanted = [UUID(hit.revision_id) for hit in hits]
            revisions = await KnowledgeService(session, self._clock).find_revisions(wanted)
        # The index may lag: what was retired a moment ago is not shown.
        found = [
            (hit, revision)
            for hit in hits
            if (revision := revisions.get(UUID(hit.revision_id))) is not None
            and revision.state is RevisionState.PUBLISHED
            and not asked.may_see.isdisjoint(revision.audiences)
        ]
        return asked.in_order(found)

    async def _cards(self, asked: _Asked, found: _Found) -> list[FoundEntry]:
        shown = found.entries[: asked.request.limit]
        async with self._database.session() as session:
            names = await load_folded(session, self._clock, [hit for hit, _ in shown])
        return [found_entry(hit, revision, names) for hit, revision in shown]

    async def _cases(self, asked: _Asked, everything: _Found) -> list[FoundCase]:
        hits = everything.cases
        async with self._database.session() as session:
            found = await CaseService(session, self._clock).find_cases([UUID(hit.document_id) for hit in hits])
            cases = {str(case_id): case for case_id, case in found.items()}
            # What merely follows in the order resembles nothing; the cut-off is that of entries.
            known = rank_cases(asked.text, hits, cases)
            ranked = [
                hit
                for hit in known
                if is_alike(asked.text, hit, self._answer_threshold) and asked.is_of_its_sector(hit)
            ]
            shown = [asked.with_typed_places(hit) for hit in ranked][: asked.request.limit]
            names = await load_folded(session, self._clock, shown)
        return [found_case(hit, cases[hit.document_id], names) for hit in shown]


@dataclass(frozen=True, slots=True)
class _Found:
    """What was found for a question: entries in the order they are shown in, cases as the search ranked them."""

    entries: Sequence[tuple[Hit, RevisionDetail]]
    cases: Sequence[Hit]
    states: frozenset[SearchState]


@dataclass(frozen=True, slots=True)
class _Asked:
    """A request and what its letters stand for, if they stand for a name."""

    request: SearchRequest
    named: NamedCategory | None
    may_see: frozenset[Audience]

    @property
    def text(self) -> str:
        return self.request.text if self.named is None else self.named.text

    @property
    def is_spelled(self) -> bool:
        """Whether letters alone were typed that stand for no name."""
        return self.named is None and self.request.text.isascii() and any(map(str.isalpha, self.request.text))

    def is_of_its_sector(self, hit: Hit) -> bool:
        """Tell whether a case is of a sector that the question names, if it names any."""
        sectors = named_sectors(self.text)
        return not sectors or hit.sector is None or hit.sector in sectors

    def query(self, kind: DocumentKind) -> SearchQuery:
        """Return the question for one kind; a danger or a category may stand further back than what is shown."""
        request = self.request
        has_further = self.named is not None or self.is_spelled or danger_of(request.text) is not None
        is_wide = kind is DocumentKind.ENTRY and has_further
        return SearchQuery(
            text=self.text,
            kinds=frozenset({kind}),
            sector=request.sector,
            region=request.region,
            on=request.on,
            audience=request.audience,
            limit=max(request.limit, _WIDE) if is_wide else request.limit,
            is_typed=True,
        )

    def in_order(self, found: Sequence[tuple[Hit, RevisionDetail]]) -> list[tuple[Hit, RevisionDetail]]:
        """Return the entries, those that protect people from a danger first, then those of the category named."""
        topic = danger_of(self.text)

        def rank(item: tuple[Hit, RevisionDetail]) -> tuple[int, int]:
            hit, revision = item
            protects = 0
            if topic is not None and revision.business_type == _FAULT:
                protects = protection(self.text, topic, revision.title, revision.category_path, revision.script)
            return (-protects if protects >= PROTECTING_FEWEST else 0, -int(self._is_named(hit, revision)))

        ordered = sorted(found, key=rank)
        return [
            (self.with_typed_places(hit if rank((hit, revision)) == (0, 0) else _sure(hit)), revision)
            for hit, revision in ordered
        ]

    def _is_named(self, hit: Hit, revision: RevisionDetail) -> bool:
        if self.named is None:
            # Its syllables may stand far apart: 身份证 in one way to ask, 丢了 in another.
            return _is_spelled(self.request.text, hit) and is_spelled_in(self.request.text, _asked_texts(revision))
        situation = (hit.category_id or "").partition("/")[2]
        return situation in self.named.situations

    def with_typed_places(self, hit: Hit) -> Hit:
        """Return the hit with matches that point into what was typed, as a whole where letters stand for a name."""
        if self.named is None:
            return hit
        end = len(self.request.text)
        return replace(hit, matches=tuple(replace(match, query_start=0, query_end=end) for match in hit.matches))


def is_alike(typed: str, hit: Hit, threshold: float) -> bool:
    """Tell whether a hit resembles what was typed: trusted, or spelled by the letters from the first to the last."""
    return hit.confidence >= threshold or _is_spelled(typed, hit)


def _is_spelled(typed: str, hit: Hit) -> bool:
    """Tell whether typed pinyin or initials stand in the hit from the first to the last, which chance does not do."""
    letters = "".join(typed.split())
    parts = hit.score_parts
    is_whole = max(parts.get("initials", 0.0), parts.get("pinyin", 0.0)) >= _WHOLE and not parts.get("words", 0.0)
    return is_whole and len(letters) >= _FEWEST_SURE_LETTERS and letters.isascii() and letters.isalpha()


def _asked_texts(revision: RevisionDetail) -> Sequence[str]:
    return (revision.title, *revision.variants)


def _sure(hit: Hit) -> Hit:
    return replace(hit, confidence=max(hit.confidence, HIGH_CONFIDENCE))


def _hits(result: SearchResult | None) -> Sequence[Hit]:
    return () if result is None else result.hits
