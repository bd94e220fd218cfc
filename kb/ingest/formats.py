"""What a file is, by its name and its first bytes; refuses what its name does not promise."""

from __future__ import annotations

from enum import StrEnum
from pathlib import PurePosixPath

from kb.ingest.refusals import refuse


class Format(StrEnum):
    """A format that is read."""

    DOCX = "docx"
    XLSX = "xlsx"
    PPTX = "pptx"
    PDF = "pdf"
    HTML = "html"
    MARKDOWN = "md"
    CSV = "csv"
    TEXT = "txt"
    ZIP = "zip"


_SUFFIXES = {
    "docx": Format.DOCX,
    "xlsx": Format.XLSX,
    "pptx": Format.PPTX,
    "pdf": Format.PDF,
    "html": Format.HTML,
    "htm": Format.HTML,
    "md": Format.MARKDOWN,
    "markdown": Format.MARKDOWN,
    "csv": Format.CSV,
    "tsv": Format.CSV,
    "txt": Format.TEXT,
    "zip": Format.ZIP,
}
SUFFIXES = frozenset(f".{suffix}" for suffix in _SUFFIXES)
_MACROS = {
    "docm": "docx",
    "dotm": "docx",
    "xlsm": "xlsx",
    "xltm": "xlsx",
    "xlsb": "xlsx",
    "pptm": "pptx",
    "ppsm": "pptx",
}
_OLD = {"doc": "docx", "dot": "docx", "wps": "docx", "rtf": "docx", "xls": "xlsx", "et": "xlsx", "ppt": "pptx"}
_CONTAINERS = frozenset({Format.DOCX, Format.XLSX, Format.PPTX, Format.ZIP})
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED_STREAM = "EncryptedPackage".encode("utf-16-le")
_HEAD_BYTES = 1024


def suffix_of(name: str) -> str:
    """Return the lower-case suffix of a name without its dot."""
    return PurePosixPath(name).suffix.lower().removeprefix(".")


def recognise(name: str, data: bytes) -> Format:
    """Return the format of a file.

    Args:
        name: With its suffix.
        data: The whole content.

    Raises:
        FileRefusedError: The format is not read, or the content is not what the name says.
    """
    suffix = suffix_of(name)
    if suffix in _MACROS:
        raise refuse("file_has_macros", wanted=_MACROS[suffix])
    if suffix in _OLD:
        raise refuse("file_format_old", wanted=_OLD[suffix])
    if suffix not in _SUFFIXES:
        raise refuse("file_format_unknown", suffix=suffix)
    if not data.strip():
        raise refuse("file_empty")
    wanted = _SUFFIXES[suffix]
    _check_content(wanted, suffix, data)
    return wanted


def _check_content(wanted: Format, suffix: str, data: bytes) -> None:
    found = _kind_of(data)
    if found == "ole" and wanted in _CONTAINERS:
        if _ENCRYPTED_STREAM in data:
            raise refuse("file_encrypted")
        raise refuse("file_format_old", wanted=suffix)
    expected = "zip" if wanted in _CONTAINERS else "pdf" if wanted is Format.PDF else "text"
    if found == expected:
        return
    if found == "text" and expected != "text" and not _looks_like_text(data):
        raise refuse("file_damaged")
    raise refuse("file_wrong_extension", suffix=suffix, found=found)


def _kind_of(data: bytes) -> str:
    if data.startswith(b"PK\x03\x04") or data.startswith(b"PK\x05\x06"):
        return "zip"
    if data.startswith(_OLE):
        return "ole"
    if b"%PDF-" in data[:_HEAD_BYTES]:
        return "pdf"
    for magic, kind in _PICTURES.items():
        if data.startswith(magic):
            return kind
    return "text"


_PICTURES = {
    b"\x89PNG": "png",
    b"\xff\xd8\xff": "jpeg",
    b"GIF8": "gif",
    b"Rar!": "rar",
    b"7z\xbc\xaf": "7z",
    b"\x1f\x8b": "gzip",
    b"MZ": "a program",
    b"\x7fELF": "a program",
}


def _looks_like_text(data: bytes) -> bool:
    head = data[:_HEAD_BYTES]
    control = sum(byte < 9 or 13 < byte < 32 for byte in head)
    return control <= len(head) // 50
