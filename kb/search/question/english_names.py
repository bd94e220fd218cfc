"""Says in Chinese what a short English question of the trade asks for. Pure.

A question is the set of its words: small words are left out, and words that mean the same are one (`power's out`, `no
electricity` and `Power Outage at home` are all {power, out}). Only a question whose every word is known is put into
Chinese; one with a word that is nobody's here (`laptop has no power`) stays what it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import yaml

_PHRASES = (
    (re.compile(r"\b(?:is|are|does|do|did|was|were|has|have|wo|ca|would|could|should)n['’ ]?t\b|\bcannot\b"), " not "),
    (re.compile(r"['’]s\b|['’]re\b|['’]ve\b|['’]m\b"), " "),
    (re.compile(r"\bnot\s+(?:getting |very |really )?(?:hot|warm|heat(?:ing)?)\b"), " cold "),
    (
        re.compile(r"\bnot\s+(?:work(?:ing)?|turn(?:ing)? on|respond(?:ing)?|display(?:ing)?|light(?:ing)?)\b"),
        " fault ",
    ),
    (re.compile(r"\bout of order\b|\b(?:turn|switch)(?:s|ed)? off by itself\b"), " fault "),
    (re.compile(r"\bset[ -]?top[ -]?box(?:es)?\b|\btv box(?:es)?\b|\bdecoder\b"), " settopbox "),
    (re.compile(r"\bremote controls?\b"), " remote "),
    (re.compile(r"\bcarbon monoxide\b|\bco\b"), " carbonmonoxide "),
    (re.compile(r"\bwi[ -]?fi\b"), " wifi "),
    (re.compile(r"\bblack ?outs?\b"), " power out "),
    (re.compile(r"\bhot[ -]water heaters?\b|\bwater heaters?\b|\bgeyser\b"), " boiler "),
    (re.compile(r"\bmov(?:e|ing) out\b"), " moveout "),
    (re.compile(r"\belectrocut(?:ed|ion)\b"), " electric shock "),
)


@dataclass(frozen=True)
class _English:
    """The words and questions shipped in `english.yaml`."""

    small_words: frozenset[str]
    same: Mapping[str, str]
    questions: Mapping[str, str]


@cache
def _english() -> _English:
    data = yaml.safe_load((files("kb.search.question") / "english.yaml").read_text(encoding="utf-8"))
    return _English(
        frozenset(data["small"].split()),
        {word: name for name, words in data["same"].items() for word in words.split()},
        {question: chinese for chinese, questions in data["questions"].items() for question in questions},
    )


def english_words(text: str) -> frozenset[str]:
    """Return what an English question says: its words but for small ones, those that mean the same as one."""
    lowered = text.lower()
    for pattern, words in _PHRASES:
        lowered = pattern.sub(words, lowered)
    known = _english()
    said = (word for word in re.findall(r"[a-z]+", lowered) if word not in known.small_words)
    return frozenset(known.same.get(word, word) for word in said)


class EnglishNames:
    """English names and questions by what they say; made once for each taxonomy."""

    def __init__(self, names: Iterable[tuple[str, str]]) -> None:
        """Take in names of the taxonomy, English and Chinese; where two say the same the first counts."""
        self._chinese: dict[frozenset[str], str] = {}
        for english, chinese in names:
            self._chinese.setdefault(english_words(english), chinese)
        for question, chinese in _english().questions.items():
            self._chinese[english_words(question)] = chinese
        self._chinese.pop(frozenset(), None)

    def find(self, typed: str) -> str | None:
        """Return a question in Chinese; None where a word is not known, or the words together say nothing."""
        return self._chinese.get(english_words(typed))
