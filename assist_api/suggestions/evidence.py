"""Pure: what searches say about documents, added up over a call or over one turn of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from assist_api.suggestions.query import SearchRequest
from kb.kinds import DocumentKind
from kb.search.hits import Hit, SearchResult

MAX_SHARE = 0.99
"""No single search is ever certain."""
FADED = 0.01
"""Evidence below this is forgotten."""

Key = tuple[DocumentKind, str]


@dataclass(slots=True)
class Evidence:
    """What the searches of a call or a turn say about one document.

    Attributes:
        hit: The hit of the search that speaks for it most.
        request: That search.
        best_share: What that search says, 0..1.
        shares: What each search with an answer says.
        doubtful: The most that a search without an answer says.
    """

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

    def faded(self, decay: float) -> Evidence:
        """Return the evidence after a further search."""
        shares = [share * decay for share in self.shares if share * decay > FADED]
        return replace(self, best_share=self.best_share * decay, doubtful=self.doubtful * decay, shares=shares)

    def add(self, hit: Hit, request: SearchRequest, share: float, *, is_trusted: bool) -> None:
        """Take in what another search says."""
        if is_trusted:
            self.shares.append(share)
        else:
            self.doubtful = max(self.doubtful, share)
        if share >= self.best_share:
            self.hit, self.request, self.best_share = hit, request, share


def with_result(
    before: Mapping[Key, Evidence], request: SearchRequest, result: SearchResult, *, decay: float, doubt: float
) -> dict[Key, Evidence]:
    """Return the evidence after another search.

    Args:
        before: Stays as it is.
        request: The search.
        result: Its answer.
        decay: What the evidence so far is worth now.
        doubt: Factor for the hits where none of them is trusted.
    """
    evidence = {key: known.faded(decay) for key, known in before.items()}
    trust = request.weight * (1.0 if result.has_answer else doubt)
    for hit in result.hits:
        share = min(MAX_SHARE, max(0.0, hit.confidence * trust))
        key = (hit.kind, hit.document_id)
        if key not in evidence:
            evidence[key] = Evidence(hit, request, share)
        evidence[key].add(hit, request, share, is_trusted=result.has_answer)
    return {key: known for key, known in evidence.items() if known.probability > FADED}
