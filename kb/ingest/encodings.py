"""The encoding of a plain text: marked, valid UTF-8, or the one in which it reads as text."""

from __future__ import annotations

import codecs
from collections.abc import Iterable, Iterator

from charset_normalizer import from_bytes

from kb.ingest.refusals import refuse

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_GUESSES = ("gb18030", "big5hkscs", "utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be")
_SAMPLE_BYTES = 64 * 1024
_LEAST_READABLE = 0.7
"""Share of everyday characters: prose in the right encoding has over .95, in a wrong one under .5."""
_MOST_BAD_SHARE = 0.01
"""A cut download or a patched file has a few bad bytes; a file of another encoding has one in three."""
_FEW_BAD = 3
BAD = "\ufffd"
"""Stands where bytes could not be read."""
_PUNCTUATION = frozenset("，。、；：？！“”‘’（）《》〈〉【】〔〕「」『』—…·～　％℃①②③④⑤⑥⑦⑧⑨⑩×÷±≤≥￥")


def decode(data: bytes, *, hint: str = "") -> tuple[str, str]:
    """Return the text and the name of its encoding.

    Bytes that are wrong even in the right encoding become `BAD`; `kb.ingest.readers.unreadable` reports them.

    Args:
        data: The whole file.
        hint: The encoding that the file declares; it decides only between encodings in which the text reads alike.

    Raises:
        FileRefusedError: `file_encoding_unknown`.
    """
    for mark, name in _MARKS:
        if data.startswith(mark):
            return _decode_marked(data, name)
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        pass
    else:
        if "\0" not in text:
            return text, "utf-8"
    return _decode_unmarked(data, hint)


def _decode_marked(data: bytes, name: str) -> tuple[str, str]:
    text = _tolerantly(data, name)
    if text is None:
        raise refuse("file_encoding_unknown")
    return text, name.removesuffix("-sig")


def _decode_unmarked(data: bytes, hint: str) -> tuple[str, str]:
    found = best_reading(data, _candidates(hint))
    if found is not None:
        return found
    best = from_bytes(data).best()
    if best is None or readability(str(best)) < _LEAST_READABLE:
        raise refuse("file_encoding_unknown")
    return str(best), best.encoding


def best_reading(data: bytes, names: Iterable[str]) -> tuple[str, str] | None:
    """Return the text in the encoding in which it reads best, with that encoding; None when it reads in none.

    Args:
        data: The whole text.
        names: Encodings, the more likely first: the first of two that read equally well is taken.
    """
    readings = []
    for place, name in enumerate(names):
        text = _tolerantly(data[:_SAMPLE_BYTES], name, is_cut=len(data) > _SAMPLE_BYTES)
        if text is not None and (score := readability(text)) >= _LEAST_READABLE:
            readings.append((-score, place, name))
    for _score, _place, name in sorted(readings):
        whole = _tolerantly(data, name)
        if whole is not None:
            return whole, name
    return None


def _candidates(hint: str) -> Iterator[str]:
    """Yield the encodings to try: UTF-8 with a few bad bytes, what is common here, then what is declared."""
    yield "utf-8"
    yield from _GUESSES
    try:
        declared = codecs.lookup(hint).name if hint else ""
    except LookupError:
        return
    if declared not in ("", "ascii", "utf-8", "gb2312", "gbk", "big5", *_GUESSES):
        yield declared


def _tolerantly(data: bytes, name: str, *, is_cut: bool = False) -> str | None:
    """Decode; None when more than a few bytes are wrong. The last character of a sample may be cut."""
    decoder = codecs.getincrementaldecoder(name)("replace")
    try:
        text = decoder.decode(data, final=not is_cut)
    except (UnicodeDecodeError, ValueError, LookupError):
        return None
    bad = text.count(BAD)
    return text if bad <= max(_FEW_BAD, _MOST_BAD_SHARE * len(text)) and "\0" not in text else None


def readability(text: str) -> float:
    """Return the share of characters that everyday Chinese or English text is made of, traditional ones included."""
    sample = text[:20_000]
    return sum(map(_everydayness, sample)) / len(sample) if sample else 0.0


def _everydayness(character: str) -> float:
    # An accented letter is at home in a Western text and a sign of a misread Chinese one.
    return 0.5 if "\u00c0" <= character <= "\u00ff" else float(_is_everyday(character))


def _is_everyday(character: str) -> bool:
    if character.isascii():
        return character.isprintable() or character in "\r\n\t"
    if character in _PUNCTUATION:
        return True
    if not "\u4e00" <= character <= "\u9fff":
        return False
    return _is_in_level(character, "gb2312", 0xB0, 0xD7) or _is_in_level(character, "big5", 0xA4, 0xC6)


def _is_in_level(character: str, encoding: str, first: int, last: int) -> bool:
    """Tell whether a character is in the everyday level of a national set.

    The first level of GB 2312 are the 3,755 characters that cover 99.7 % of modern simplified text; the first level
    of Big5 the 5,401 of the Taiwanese list of common characters.
    """
    try:
        return first <= character.encode(encoding)[0] <= last
    except UnicodeEncodeError:
        return False
