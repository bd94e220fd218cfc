"""A file's bytes to its units: recognise, check, read, take apart. Runs where hostile files may do no harm."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import PurePosixPath

from kb.ingest.archive import check_office
from kb.ingest.document import Document, Split
from kb.ingest.formats import Format, recognise
from kb.ingest.limits import ReadLimits
from kb.ingest.readers.docx import read_docx
from kb.ingest.readers.html import read_html
from kb.ingest.readers.markdown import read_markdown
from kb.ingest.readers.pdf import read_pdf
from kb.ingest.readers.pptx import read_pptx
from kb.ingest.readers.spreadsheet import read_csv, read_xlsx
from kb.ingest.readers.text import read_text
from kb.ingest.refusals import refuse
from kb.ingest.splitter import split_document

READERS: Mapping[Format, Callable[[bytes, str], Document]] = {
    Format.DOCX: read_docx,
    Format.XLSX: read_xlsx,
    Format.PPTX: read_pptx,
    Format.PDF: read_pdf,
    Format.HTML: read_html,
    Format.MARKDOWN: read_markdown,
    Format.CSV: read_csv,
    Format.TEXT: read_text,
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
    split = split_document(READERS[found](data, PurePosixPath(name).stem))
    if not split.units:
        raise refuse("file_without_text")
    if len(split.units) > limits.units:
        raise refuse("file_too_many_units", limit=limits.units)
    return split
