"""Predicts whether a new revision can rank higher for a question."""

from __future__ import annotations

import numpy as np

from kb.search.components import question_vector
from kb.search.query import SearchQuery
from kb.search.question.analysis.questions import analyse
from kb.search.ranking.features import FEATURES, FeatureMaker
from kb.search.ranking.projections import project
from kb.search.service import ViewSearch
from kb.search.stores.overlay import Draft

NOTICEABLE = 0.005
"""Of features that reach from 0 to about 1. A longer text lowers or lifts every BM25 by less than that."""

_LENGTHS = ("has_asked", "asked_length", "told_length")
_COLUMNS = [column for column, name in enumerate(FEATURES) if name not in _LENGTHS]


def can_rise(query: SearchQuery, old: Draft, new: Draft, view_search: ViewSearch) -> bool:
    """Return whether the new text shares anything more with the question than the old one.

    A document that is not among a question's hits, and shares nothing more with it than before, stays where it is:
    every feature counts in its favour. Costs a hundredth of a search.
    """
    question, store, embedder = analyse(query, view_search.lexicon), view_search.store, view_search.embedder
    terms = [(term.channel, term.text) for term in question.terms]
    maker = FeatureMaker(question, store.document_frequencies(terms), store.statistics())
    rows = np.vstack([maker.matrix([project(draft.document)], {}) for draft in (old, new)])[:, _COLUMNS]
    if float(np.nanmax(np.nan_to_num(rows[1]) - np.nan_to_num(rows[0]))) > NOTICEABLE:
        return True
    if embedder is None or not question.embedding_text or not new.vectors:
        return False
    vector = question_vector(embedder, question)
    before, after = old.score(vector), new.score(vector)
    pairs = ((before.question, after.question), (before.answer, after.answer))
    return any(b is not None and (a is None or b - a > NOTICEABLE) for a, b in pairs)
