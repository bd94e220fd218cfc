"""第六十六条 and 第66条 are one article, and another than 第六条."""

from __future__ import annotations

import pytest

from kb.ingest.articles import chapter_level, parse_article
from kb.search.question.analysis.articles import asks_for_article, find_articles, parse_numeral, spell_numeral
from kb.search.question.analysis.folding import fold
from kb.search.question.analysis.terms import word_texts, words

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("text", "value"),
    [("六", 6), ("十", 10), ("十五", 15), ("六十六", 66), ("一百零八", 108), ("一百二十", 120), ("一千二百六十", 1260),
     ("一二〇", 120), ("66", 66), ("二千", 2000), ("", None), ("六千甲", None)],
)  # fmt: skip
def test_numerals_are_read(text: str, value: int | None) -> None:
    assert parse_numeral(text) == value


@pytest.mark.parametrize("text", ["供电营业规则第六十六条", "供电营业规则第66条", "规则 第 66 条怎么说", "第６６条"])
def test_every_way_to_write_an_article_is_one_term(text: str) -> None:
    folded = fold(text)
    assert "第六十六条" in word_texts(folded.text)
    (span,) = [span for span in words(folded.text) if span.text == "第六十六条"]
    start, end = folded.original_span(span.start, span.end)
    assert (text[start], text[end - 1]) == ("第", "条")
    assert "第六条" not in word_texts(folded.text)


@pytest.mark.parametrize("number", [1, 10, 15, 20, 66, 100, 101, 110, 111, 120, 1000, 1001, 1010, 1260, 9999])
def test_spelled_numeral_is_read_back(number: int) -> None:
    assert parse_numeral(spell_numeral(number)) == number


def test_numerals_are_spelled_as_laws_do() -> None:
    assert [spell_numeral(n) for n in (10, 15, 108, 110, 1001)] == ["十", "十五", "一百零八", "一百一十", "一千零一"]


@pytest.mark.parametrize(
    ("question", "title", "is_asked"),
    [
        ("供电营业规则第六十六条", "供电营业规则 第六十六条", True),
        ("供电营业规则第六十六条是怎么说的", "供电营业规则 第六十六条", True),
        ("营业规则第六十六条", "供电营业规则 第六十六条", True),
        ("供电营业规则第六十六条", "供电营业规则 第六条", False),
        ("杭州市物业管理条例第六条", "杭州市燃气管理条例 第六条", False),
        ("第六条", "供电营业规则 第六条", False),
        ("停电怎么办", "供电营业规则 第六条", False),
    ],
)
def test_article_is_asked_for_by_its_law_and_number(question: str, title: str, is_asked: bool) -> None:
    assert asks_for_article(question, title) is is_asked


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
