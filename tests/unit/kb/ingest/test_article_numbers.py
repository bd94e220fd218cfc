"""第六十六条 and 第66条 are one article, and another than 第六条."""

from __future__ import annotations

import pytest

from kb.ingest.articles import chapter_level, parse_article
from kb.search.analysis.articles import find_articles, parse_numeral
from kb.search.analysis.terms import word_texts, words

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("text", "value"),
    [("六", 6), ("十", 10), ("十五", 15), ("六十六", 66), ("一百零八", 108), ("一百二十", 120), ("一千二百六十", 1260),
     ("一二〇", 120), ("66", 66), ("二千", 2000), ("", None), ("六千甲", None)],
)  # fmt: skip
def test_numerals_are_read(text: str, value: int | None) -> None:
    assert parse_numeral(text) == value


@pytest.mark.parametrize("text", ["供电营业规则第六十六条", "供电营业规则第66条", "规则 第 66 条怎么说"])
def test_every_way_to_write_an_article_is_one_term(text: str) -> None:
    assert "第66条" in word_texts(text)
    assert "第66条" in [span.text for span in words(text)]
    assert "第6条" not in word_texts(text)


def test_inserted_article_has_a_number_of_its_own() -> None:
    assert [article.label for article in find_articles("见第十条之一和第十条")] == ["10.1", "10"]


@pytest.mark.parametrize(
    ("text", "number", "rest"),
    [
        ("第六十六条 用户应当…", "第六十六条", "用户应当…"),
        ("第六十六条　用户", "第六十六条", "用户"),
        ("**第一条** 为了", "第一条", "** 为了"),
        ("第三条（定义）", "第三条", "（定义）"),
    ],
)
def test_paragraph_begins_an_article(text: str, number: str, rest: str) -> None:
    article = parse_article(text)
    assert article is not None
    assert article.number == number
    assert rest.endswith(article.rest)


@pytest.mark.parametrize("text", ["第六十六条第二款规定的", "依照第六条处理", "第三条规定的情形，应当"])
def test_mention_of_an_article_begins_none(text: str) -> None:
    assert parse_article(text) is None


def test_chapters_have_levels() -> None:
    assert [chapter_level(text) for text in ("第一编 通则", "第一章 总则", "第二节", "第一章的规定", "总则")] == [
        2, 4, 5, None, None,
    ]  # fmt: skip
