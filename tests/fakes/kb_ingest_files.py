"""Documents made by the libraries that offices' programs are read with, and small PDFs written by hand."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping, Sequence

import docx
import openpyxl
import pptx
from PIL import Image

RULES = """# 小区供水约定

2024年3月1日起试行

## 第一章 总则

第一条 为了让水管不冻，制定本约定。

第二条 本约定适用于幸福小区：

（一）一号楼；

（二）二号楼。

## 第二章 水表

第三条 水表每月抄一次。

第十条之一 换表不收费。
"""


def word(paragraphs: Sequence[tuple[str, str]], table: Sequence[Sequence[str]] = ()) -> bytes:
    """Return a Word document of (style, text) paragraphs and a table behind them."""
    document = docx.Document()
    for style, text in paragraphs:
        document.add_paragraph(text, style=style)
    if table:
        grid = document.add_table(rows=len(table), cols=len(table[0]))
        for row, cells in enumerate(table):
            for column, text in enumerate(cells):
                grid.cell(row, column).text = text
    sink = io.BytesIO()
    document.save(sink)
    return sink.getvalue()


def workbook(sheets: Mapping[str, Sequence[Sequence[object]]]) -> bytes:
    """Return an Excel workbook."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(list(row))
    sink = io.BytesIO()
    book.save(sink)
    return sink.getvalue()


def slides(pages: Sequence[tuple[str, Sequence[str]]]) -> bytes:
    """Return a presentation of (title, lines) pages, each with a note."""
    show = pptx.Presentation()
    for title, lines in pages:
        slide = show.slides.add_slide(show.slide_layouts[1])
        slide.shapes.title.text = title
        slide.placeholders[1].text_frame.text = "\n".join(lines)
        slide.notes_slide.notes_text_frame.text = f"{title}的备注"
    sink = io.BytesIO()
    show.save(sink)
    return sink.getvalue()


def archive(members: Mapping[str, bytes]) -> bytes:
    """Return a zip archive."""
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as container:
        for name, data in members.items():
            container.writestr(name, data)
    return sink.getvalue()


def with_member(container: bytes, name: str, data: bytes) -> bytes:
    """Return a zip container with one more member, or another content of one it has."""
    with zipfile.ZipFile(io.BytesIO(container)) as source:
        members = {known: source.read(known) for known in source.namelist()}
    return archive(members | {name: data})


def pdf(pages: Sequence[Sequence[tuple[float, float, float, str]]], trailer: str = "") -> bytes:
    """Return a PDF of pages of (left, top, size, text) lines on A4, in points from the upper left corner."""
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Count {len(pages)} /Kids [{' '.join(f'{6 + 2 * n} 0 R' for n in range(len(pages)))}] >>",
        "<< /Type /Font /Subtype /Type0 /BaseFont /STSong-Light /Encoding /UniGB-UCS2-H /DescendantFonts [4 0 R] >>",
        "<< /Type /Font /Subtype /CIDFontType0 /BaseFont /STSong-Light /FontDescriptor 5 0 R /DW 1000 "
        "/CIDSystemInfo << /Registry (Adobe) /Ordering (GB1) /Supplement 4 >> >>",
        "<< /Type /FontDescriptor /FontName /STSong-Light /Flags 6 /FontBBox [-25 -254 1000 880] /ItalicAngle 0 "
        "/Ascent 752 /Descent -271 /CapHeight 737 /StemV 58 >>",
    ]
    for number, lines in enumerate(pages):
        content = "\n".join(
            f"BT /F1 {size} Tf 1 0 0 1 {left} {842 - top - size} Tm <{text.encode('utf-16-be').hex()}> Tj ET"
            for left, top, size, text in lines
        )
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents {7 + 2 * number} 0 R "
            "/Resources << /Font << /F1 3 0 R >> >> >>"
        )
        objects.append(f"<< /Length {len(content)} >>\nstream\n{content}\nendstream")
    return _assembled(objects, trailer)


def _assembled(objects: Sequence[str], trailer: str) -> bytes:
    out = bytearray(b"%PDF-1.7\n")
    offsets = []
    for number, body in enumerate(objects, 1):
        offsets.append(len(out))
        out += f"{number} 0 obj\n{body}\nendobj\n".encode("ascii")
    start = len(out)
    out += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n".encode("ascii")
    out += b"".join(f"{offset:010d} 00000 n \n".encode("ascii") for offset in offsets)
    out += f"trailer\n<< /Size {len(objects) + 1} /Root 1 0 R {trailer} >>\nstartxref\n{start}\n%%EOF\n".encode("ascii")
    return bytes(out)


LOCKED = (
    "/ID [<00112233445566778899aabbccddeeff> <00112233445566778899aabbccddeeff>] "
    f"/Encrypt << /Filter /Standard /V 2 /R 3 /Length 128 /P -44 /O <{'1f' * 32}> /U <{'2e' * 32}> >>"
)
"""A trailer that asks for a password."""


def picture_pdf() -> bytes:
    """Return a PDF whose only page is a picture, as scanners make them."""
    sink = io.BytesIO()
    Image.new("RGB", (300, 400), "white").save(sink, "PDF")
    return sink.getvalue()


ENCRYPTED_OFFICE = (
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504) + "EncryptedPackage".encode("utf-16-le") + bytes(512)
)
"""What an office file with a password begins with: an OLE container with one named stream."""
OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(1024)
