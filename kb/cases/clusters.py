"""Groups of like cases, each with the case that stands for it. Pure.

Cases of one situation are compared by the character pairs of title and problem (TF-IDF, cosine) and joined by average
linkage. That is quadratic in the cases of a situation, hence the bound of `MAX_CASES` over all.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from sklearn.cluster import AgglomerativeClustering
from sklearn.feature_extraction.text import TfidfVectorizer

MAX_CASES = 1_000
"""About a second on one core when all of them are of one situation."""
JOIN_ABOVE = 0.2
"""Mean cosine from which groups are joined; by eye on the demo cases, where the two gas smells (.23) tell one story
and the two disputed bills (.17) do not."""

Matrix = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Comparable:
    """What of a case is compared; `situation` keeps different matters apart."""

    case_id: str
    situation: str
    text: str


@dataclass(frozen=True, slots=True)
class Cluster:
    """Like cases.

    Attributes:
        situation: Of all of them.
        case_ids: The medoid first, then the others, the most like it first.
        cohesion: Mean cosine of the others with the medoid.
    """

    situation: str
    case_ids: tuple[str, ...]
    cohesion: float


def cluster_cases(cases: Sequence[Comparable]) -> list[Cluster]:
    """Return the groups of two and more, the largest first; a case that is like no other is in none."""
    if len(cases) > MAX_CASES:
        raise ValueError(f"at most {MAX_CASES} cases can be compared, not {len(cases)}")
    by_situation: dict[str, list[Comparable]] = defaultdict(list)
    for case in cases:
        by_situation[case.situation].append(case)
    found = [cluster for members in by_situation.values() if len(members) > 1 for cluster in _within(members)]
    return sorted(found, key=lambda cluster: (-len(cluster.case_ids), -cluster.cohesion, cluster.case_ids[0]))


def _within(cases: Sequence[Comparable]) -> Iterator[Cluster]:
    similarity = _similarity([case.text for case in cases])
    model = AgglomerativeClustering(
        n_clusters=None, metric="precomputed", linkage="average", distance_threshold=1.0 - JOIN_ABOVE
    )
    labels = model.fit_predict(1.0 - similarity)
    for label in range(int(labels.max()) + 1):
        members = np.flatnonzero(labels == label)
        if len(members) > 1:
            yield _cluster(cases, members, similarity[np.ix_(members, members)])


def _similarity(texts: Sequence[str]) -> Matrix:
    vectors = TfidfVectorizer(analyzer="char", ngram_range=(1, 2), sublinear_tf=True).fit_transform(texts)
    similarity: Matrix = (vectors @ vectors.T).toarray()
    return np.clip(similarity, 0.0, 1.0)


def _cluster(cases: Sequence[Comparable], members: npt.NDArray[np.intp], similarity: Matrix) -> Cluster:
    medoid = int(similarity.mean(axis=1).argmax())
    closest_first = sorted(range(len(members)), key=lambda place: (place != medoid, -similarity[medoid, place]))
    others = np.delete(similarity[medoid], medoid)
    ids = tuple(cases[int(members[place])].case_id for place in closest_first)
    return Cluster(cases[int(members[0])].situation, ids, float(others.mean()))
