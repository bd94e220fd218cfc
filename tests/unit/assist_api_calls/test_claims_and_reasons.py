from __future__ import annotations

import pytest

from assist_api.suggestions.because import carries_meaning
from assist_api.suggestions.claims import Claims, Extent, extent_of

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("title", "extent"),
    [
        ("只有一个房间或一组暖气不热", Extent.PART),
        ("家里有的地方有电有的没电", Extent.PART),
        ("只有自己家停电怎么处理", Extent.HOME),
        ("家里暖气都不热怎么办", Extent.HOME),
        ("整栋楼或整个单元暖气都不热", Extent.AREA),
        ("整个小区或一大片停电报修", Extent.AREA),
        ("电费电子发票怎么开怎么下载", None),
    ],
)
def test_a_title_says_how_far_the_trouble_reaches(title: str, extent: Extent | None) -> None:
    assert extent_of(title) is extent


@pytest.mark.parametrize(
    ("said", "contradicted", "kept"),
    [
        ("不是一间，全都不热", "只有一个房间或一组暖气不热", "家里暖气都不热怎么办"),
        ("所有屋子都是凉的", "只有一个房间或一组暖气不热", "整栋楼或整个单元暖气都不热"),
        ("就我们家没电，邻居家都亮着", "整个小区或一大片停电报修", "只有自己家停电怎么处理"),
        ("整个小区都黑了", "只有自己家停电怎么处理", "整个小区或一大片停电报修"),
        ("我没发现漏水啊", "家里漏水水费太多能不能减", "怀疑水表走得快想检定"),
    ],
)
def test_what_is_said_contradicts_entries_about_something_else(said: str, contradicted: str, kept: str) -> None:
    claims = Claims().heard(said)
    assert claims.contradict(contradicted)
    assert not claims.contradict(kept)


def test_the_newest_statement_counts_and_a_denial_only_for_its_utterance() -> None:
    claims = Claims().heard("只有我家没电").heard("没有漏水")
    assert claims.contradict("整个小区或一大片停电报修")
    assert claims.contradict("家里漏水水费太多能不能减")
    claims = claims.heard("哦不对，整栋楼都黑了")
    assert not claims.contradict("整个小区或一大片停电报修")
    assert not claims.contradict("家里漏水水费太多能不能减")


@pytest.mark.parametrize("words", ["漏电保护器", "电费", "暖气不热", "发票抬头", "停"])
def test_words_about_the_matter_are_reasons(words: str) -> None:
    assert carries_meaning(words) is (len(words) > 1)


@pytest.mark.parametrize("words", ["怎么办", "我家里", "一下", "这个问题", "，", "现在", "能不能", "还有"])
def test_words_that_everybody_says_are_none(words: str) -> None:
    assert not carries_meaning(words)
