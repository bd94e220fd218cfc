"""Numbered articles and chapters at the beginning of a paragraph; pure."""

from __future__ import annotations

import re
from dataclasses import dataclass

from kb.search.question.analysis.articles import ARTICLE, NUMERAL, article_label

_LEADING = re.compile(r"^(?:\*\*|__)?\s*")
_AFTER_NUMBER = re.compile(r"^(?:\*\*|__)?(?:[\s\u3000：:、.．]|(?=[（(【《“])|$)")
_CHAPTER = re.compile(
    rf"^第\s*{NUMERAL}+\s*(?P<rank>分编|编|章|节|部分)(?:[\s\u3000：:、]+(?P<name>\S.*))?$|^(?P<annex>附则|附\s*录|附\s*件\s*{NUMERAL}*)$"
)
_RANKS = {"编": 2, "部分": 2, "分编": 3, "章": 4, "节": 5}
_LONGEST_CHAPTER = 60
_DOTS = re.compile(r"[.…·]{3,}\s*\d*$|\s\d{1,4}$")


@dataclass(frozen=True, slots=True)
class ArticleStart:
    """A paragraph that begins with the number of an article.

    Attributes:
        number: As a reader writes it, `第六十六条`.
        label: In Arabic digits, `66`.
        rest: The paragraph behind the number.
    """

    number: str
    label: str
    rest: str


def parse_article(text: str) -> ArticleStart | None:
    """Return the article that a paragraph begins, or None when its number is only mentioned."""
    lead = _LEADING.match(text)
    at = lead.end() if lead else 0
    match = ARTICLE.match(text, at)
    if match is None:
        return None
    label, rest = article_label(match), text[match.end() :]
    after = _AFTER_NUMBER.match(rest)
    if label is None or after is None:
        return None
    return ArticleStart("".join(match[0].split()), label, rest[after.end() :].strip())


def starts_article(text: str) -> bool:
    """Tell whether a paragraph begins an article."""
    return parse_article(text) is not None


def chapter_level(text: str) -> int | None:
    """Return the level of a numbered chapter or section heading, or None for other text."""
    match = _CHAPTER.match(text.strip())
    if match is None or len(text) > _LONGEST_CHAPTER:
        return None
    return _RANKS[match["rank"]] if match["rank"] else _RANKS["章"]


def is_chapter(text: str) -> bool:
    """Tell whether a line is a numbered chapter or section heading."""
    return chapter_level(text) is not None


def without_page_number(heading: str) -> str:
    """Return a heading of a table of contents without its dots and page number."""
    return _DOTS.sub("", heading).strip()
