"""The encoding of a plain text: marked, valid UTF-8, or the one in which it reads as text."""

from __future__ import annotations

import codecs

from charset_normalizer import from_bytes

from kb.ingest.refusals import refuse

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_GUESSES = ("gb18030", "utf-16-le", "utf-16-be", "big5")
_SAMPLE_BYTES = 64 * 1024
_LEAST_READABLE = 0.7
"""Share of everyday characters: prose in the right encoding has over .95, in a wrong one under .5."""
_PUNCTUATION = frozenset("，。、；：？！“”‘’（）《》〈〉【】—…·～　％")


def decode(data: bytes) -> tuple[str, str]:
    """Return the text and the name of its encoding.

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
    return _decode_unmarked(data)


def _decode_marked(data: bytes, name: str) -> tuple[str, str]:
    try:
        return data.decode(name), name.removesuffix("-sig")
    except UnicodeDecodeError as error:
        raise refuse("file_encoding_unknown") from error


def _decode_unmarked(data: bytes) -> tuple[str, str]:
    scored = [(readability(text), name) for name in _GUESSES if (text := _attempt(data[:_SAMPLE_BYTES], name))]
    for score, name in sorted(scored, reverse=True):
        whole = _whole(data, name) if score >= _LEAST_READABLE else None
        if whole is not None:
            return whole, name
    best = from_bytes(data).best()
    if best is None or readability(str(best)) < _LEAST_READABLE:
        raise refuse("file_encoding_unknown")
    return str(best), best.encoding


def _attempt(sample: bytes, name: str) -> str:
    """Decode a sample whose last character may be cut; empty when it is not this encoding."""
    decoder = codecs.getincrementaldecoder(name)()
    try:
        return decoder.decode(sample)
    except UnicodeDecodeError:
        return ""


def _whole(data: bytes, name: str) -> str | None:
    try:
        return data.decode(name)
    except UnicodeDecodeError:
        return None


def readability(text: str) -> float:
    """Return the share of characters that everyday Chinese or English text is made of."""
    sample = text[:20_000]
    return sum(map(_is_everyday, sample)) / len(sample) if sample else 0.0


def _is_everyday(character: str) -> bool:
    if character.isascii():
        return character.isprintable() or character in "\r\n\t"
    if character in _PUNCTUATION:
        return True
    if not "\u4e00" <= character <= "\u9fff":
        return False
    try:
        # The first level of GB 2312: the 3,755 characters that cover 99.7 % of modern text.
        return 0xB0 <= character.encode("gb2312")[0] <= 0xD7
    except UnicodeEncodeError:
        return False
