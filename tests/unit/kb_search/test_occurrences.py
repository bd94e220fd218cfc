"""Terms counted in many texts at once are those that are there."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.search.ranking.occurrences import Occurrences

pytestmark = pytest.mark.unit

TEXTS = st.lists(st.text(alphabet="停电了a1 𠮷。", max_size=12), min_size=1, max_size=6)
TERMS = st.lists(st.text(alphabet="停电了a1", min_size=1, max_size=4), max_size=5)


@given(TEXTS, TERMS)
def test_counts_are_those_of_every_text_by_itself(texts: list[str], terms: list[str]) -> None:
    counts = Occurrences(texts).counts(terms)

    assert counts.shape == (len(texts), len(terms))
    for text, row in zip(texts, counts.tolist(), strict=True):
        assert row == [sum(text.startswith(term, at) for at in range(len(text))) for term in terms]


def test_no_term_reaches_from_one_text_into_the_next() -> None:
    assert Occurrences(["停", "电停", ""]).counts(["停电", "电停"]).tolist() == [[0, 0], [0, 1], [0, 0]]


def test_nothing_is_counted_in_no_texts() -> None:
    assert Occurrences([]).counts(["停电"]).shape == (0, 1)


@pytest.mark.parametrize(
    ("text", "share"),
    [("停电", 1.0), ("停电了吗", 0.5), ("停电！", 1.0), ("缴费", 0.0), ("……", 0.0), ("", 0.0), ("\ue001停", 0.5)],
)
def test_a_share_is_of_what_says_something(text: str, share: float) -> None:
    assert Occurrences(["旁边", text]).shares("停电。")[1] == share
