"""A file's bytes to its units: recognise, check, read, take apart. Runs where hostile files may do no harm."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from pathlib import PurePosixPath

from kb.ingest.archive import check_office
from kb.ingest.document import Document, Split
from kb.ingest.formats import Format, recognise
from kb.ingest.limits import ReadLimits
from kb.ingest.refusals import refuse
from kb.ingest.splitter import split_document

# By name: the process starts in a fraction of the time when it loads only the parser it needs.
_READERS: Mapping[Format, tuple[str, str]] = {
    Format.DOCX: ("docx", "read_docx"),
    Format.XLSX: ("spreadsheet", "read_xlsx"),
    Format.PPTX: ("pptx", "read_pptx"),
    Format.PDF: ("pdf", "read_pdf"),
    Format.HTML: ("html", "read_html"),
    Format.MARKDOWN: ("markdown", "read_markdown"),
    Format.CSV: ("spreadsheet", "read_csv"),
    Format.TEXT: ("text", "read_text"),
}
_OFFICE = frozenset({Format.DOCX, Format.XLSX, Format.PPTX})


def read_file(data: bytes, name: str, limits: ReadLimits) -> Split:
    """Return what a file would become.

    Args:
        data: Its content.
        name: Its path in the import; the last part names a document that does not name itself.
        limits: Bounds of one file.

    Raises:
        FileRefusedError: It cannot become entries; the code says why.
    """
    if len(data) > limits.file_bytes:
        raise refuse("file_too_large", limit_bytes=limits.file_bytes)
    found = recognise(name, data)
    if found is Format.ZIP:
        raise refuse("archive_nested")
    if found in _OFFICE:
        check_office(data, found, limits)
    split = split_document(_reader(found)(data, PurePosixPath(name).stem))
    if not split.units:
        raise refuse("file_without_text")
    if len(split.units) > limits.units:
        raise refuse("file_too_many_units", limit=limits.units)
    return split


def _reader(found: Format) -> Callable[[bytes, str], Document]:
    module, function = _READERS[found]
    reader: Callable[[bytes, str], Document] = getattr(import_module(f"kb.ingest.readers.{module}"), function)
    return reader
