from __future__ import annotations

from uuid import uuid4

import pytest

from assist_api.suggestions.stable import StableText

pytestmark = pytest.mark.unit


def test_what_two_partials_agree_on_is_searched_for_and_again_once_enough_was_added() -> None:
    stable, segment = StableText(), uuid4()
    assert stable.hear(segment, "我家卧室的暖气片") is None
    assert stable.hear(segment, "我家卧室的暖气片不热") == "我家卧室的暖气片"
    assert stable.hear(segment, "我家卧室的暖气片不热了") is None
    assert stable.hear(segment, "我家卧室的暖气片不热了客厅是热的") is None
    assert stable.hear(segment, "我家卧室的暖气片不热了客厅是热的吧") == "我家卧室的暖气片不热了客厅是热的"


def test_what_still_changes_is_not_searched_for() -> None:
    stable, segment = StableText(), uuid4()
    stable.hear(segment, "我家卧室的暖气片")
    assert stable.hear(segment, "我家窝是的暖气片不热") is None


def test_utterances_are_followed_apart_and_forgotten_at_their_end() -> None:
    stable, one, other = StableText(), uuid4(), uuid4()
    stable.hear(one, "家里突然一点电都没有了")
    assert stable.hear(other, "家里突然一点电都没有了") is None
    stable.end(one)
    assert stable.hear(one, "家里突然一点电都没有了") is None
