from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from speech.text import likeliness
from speech.text.likeliness import TradeLanguage

pytestmark = pytest.mark.unit

TEXTS = ("怎么批量预约", "批量预约怎么查", "我家停电了")


def test_what_was_read_is_likelier_than_what_was_not() -> None:
    language = TradeLanguage(TEXTS)
    assert language.log_likelihood("怎么批量预约") > language.log_likelihood("怎么费量预约")
    assert language.log_likelihood("我家停电了") > language.log_likelihood("我家停店了")


def test_nothing_read_knows_nothing() -> None:
    assert not TradeLanguage(()).knows_anything
    assert TradeLanguage(TEXTS).knows_anything


@given(st.text(max_size=30))
def test_every_text_is_possible_and_none_is_certain(text: str) -> None:
    assert -math.inf < TradeLanguage(TEXTS).log_likelihood(text) < 0.0


def test_texts_of_one_length_are_no_likelier_together_than_one_of_them_must_be() -> None:
    language = TradeLanguage(TEXTS)
    known = sorted({*"".join(TEXTS)})
    pairs = [math.exp(language.log_likelihood(one + other)) for one in known for other in known]
    assert 0.0 < sum(pairs) < 1.0


def test_reading_stops_at_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(likeliness, "MAX_CHARACTERS", len(TEXTS[0]))
    assert TradeLanguage(TEXTS).log_likelihood("我家停电了") == TradeLanguage(TEXTS[:1]).log_likelihood("我家停电了")
