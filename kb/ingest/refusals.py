"""Why a file is refused: a stable code, and what to do about it."""

from __future__ import annotations

from kit.errors import DomainError


class FileRefusedError(DomainError):
    """A file that cannot become entries; the code says why, the message how to mend it."""

    code = "file_unreadable"
    http_status = 422


def refuse(code: str, **details: object) -> FileRefusedError:
    """Return the refusal with this code."""
    return FileRefusedError(MESSAGES[code].format(**details), code=code, **details)


MESSAGES = {
    "file_empty": "The file is empty; export it again.",
    "file_too_large": "The file is larger than {limit_bytes} bytes; split it.",
    "file_without_text": "The file has no text that could become an entry.",
    "file_damaged": "The file is damaged and cannot be opened; export it again.",
    "file_csv_quote": "Line {line}: a quotation mark opens a value and is not closed; close it or take it out.",
    "file_encrypted": "The file is protected by a password; save it without one.",
    "file_has_macros": "The file carries macros; save it as {wanted} without macros.",
    "file_format_old": "The format is too old to be read safely; save the file as {wanted}.",
    "file_format_unknown": "Files of this kind are not read; use docx, xlsx, pptx, pdf, html, md, csv, txt or zip.",
    "file_wrong_extension": "The name ends in .{suffix} but the content is {found}; correct the name.",
    "file_encoding_unknown": "The encoding cannot be told; save the file as UTF-8.",
    "file_pictures_only": "The pages are pictures without text; run text recognition (OCR) on the file first.",
    "file_has_entities": "The file defines XML entities, which no office program does; save it again with one.",
    "file_bomb": "The file unpacks to far more than it holds; it looks like an attack and is not opened.",
    "file_too_slow": "Reading took longer than {limit_seconds} seconds; split the file.",
    "file_too_complex": "Reading needed more memory than allowed; split the file.",
    "file_too_many_units": "The file would become more than {limit} entries; split it.",
    "file_path_unsafe": "The name leads out of its folder; pack the archive again.",
    "file_duplicate": "Another file of this import has the same name and folder; keep one of them.",
    "archive_nested": "An archive inside an archive is not opened; unpack it and add its files.",
    "archive_too_many": "The archive holds more than {limit} files; split it.",
}
