"""Rules a group of words must meet; each problem names the field and the fix."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from kb.entries.validation import Problem
from kb.search.question.analysis.folding import fold
from kb.search.question.analysis.lexicon import WordUse
from kb.taxonomy.tree import SECTORS
from kb.words.schemas import WordGroupDraft

MAX_GROUPS = 5_000
"""All of them are in memory and looked through at every question; a trade has some hundreds."""
MAX_WORDS = 30
MIN_CHARACTERS = 2
"""A single character is part of a hundred other words: 表 stands in 表示."""
MAX_CHARACTERS = 30
MAX_NOTE_CHARACTERS = 200
SEPARATORS = "|、，,;；/"
"""Between words in a file or a text field; none of them can be part of a word."""

_FORBIDDEN = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")
_CONTENT = re.compile(r"\w")

Claim = tuple[WordUse, str | None, str]
"""A word in a place where it may stand only once."""


def find_problems(draft: WordGroupDraft) -> Iterator[Problem]:
    """Yield every rule the group breaks, in the order of the form."""
    if draft.sector is not None and draft.sector not in SECTORS:
        message = f"Sector {draft.sector!r} is not known; use one of {', '.join(SECTORS)}, or none for all."
        yield Problem("sector", "sector_unknown", message)
    least = 1 if draft.use is WordUse.WHOLE else 2
    if len(draft.words) < least:
        yield Problem("words", "words_too_few", f"This kind of group needs at least {least} words; add one.")
    if len(draft.words) > MAX_WORDS:
        yield Problem("words", "words_too_many", f"A group has at most {MAX_WORDS} words; make two groups of it.")
    seen: dict[str, str] = {}
    for index, word in enumerate(draft.words):
        yield from word_problems(word, f"words.{index}")
        first = seen.setdefault(folded(word), word)
        if first is not word:
            message = f"{word} reads the same as {first}, which stands in this group already; remove one."
            yield Problem(f"words.{index}", "word_duplicate", message)
    if len(draft.note) > MAX_NOTE_CHARACTERS or _FORBIDDEN.search(draft.note):
        message = f"The note has control characters or more than {MAX_NOTE_CHARACTERS} characters; shorten it."
        yield Problem("note", "text_too_long", message)


def word_problems(word: str, field: str) -> Iterator[Problem]:
    """Yield what is wrong with one word."""
    if not MIN_CHARACTERS <= len(word.strip()) <= MAX_CHARACTERS:
        message = f"{word!r} must have {MIN_CHARACTERS} to {MAX_CHARACTERS} characters."
        yield Problem(field, "word_length", message)
    elif _FORBIDDEN.search(word) or set(word) & set(SEPARATORS) or not _CONTENT.search(word):
        message = f"{word!r} is no word: leave out control characters and separators ({SEPARATORS})."
        yield Problem(field, "word_not_printable", message)


def claims(draft: WordGroupDraft) -> set[Claim]:
    """Return what no other group may claim too: its words, of a one-way group only the first."""
    words = draft.words[:1] if draft.use is WordUse.ONE_WAY else draft.words
    return {(draft.use, draft.sector, folded(word)) for word in words}


def folded(word: str) -> str:
    """Return the word in the spelling that is compared: width, case and traditional characters do not count."""
    return fold(word.strip()).text


def search_text(words: Iterable[str]) -> str:
    """Return what the filter of the list looks through."""
    return "\n".join(map(folded, words))


def split_words(text: str) -> list[str]:
    """Return the words of a text field or cell."""
    return [word for word in (part.strip() for part in re.split(f"[{re.escape(SEPARATORS)}\n]", text)) if word]
