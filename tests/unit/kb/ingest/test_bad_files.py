"""Every kind of file that cannot become entries is refused with a code of its own."""

from __future__ import annotations

from pathlib import Path

import pytest

from kb.ingest.archive import unpack
from kb.ingest.limits import ReadLimits
from kb.ingest.reading import read_file
from kb.ingest.refusals import MESSAGES, FileRefusedError
from tests.fakes.kb_ingest_files import (
    ENCRYPTED_OFFICE,
    LOCKED,
    OLD_OFFICE,
    archive,
    pdf,
    picture_pdf,
    with_member,
    word,
    workbook,
)

pytestmark = pytest.mark.unit
LIMITS = ReadLimits(file_bytes=4_000_000, unpacked_bytes=12_000_000, members=40, units=50)
PLAIN_WORD = word([("Normal", "停水时先看总阀。")])
BOMB = archive({"word/document.xml": b" " * 11_000_000, "[Content_Types].xml": b""})
DTD = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><x>&b;</x>'

BAD = [
    pytest.param("a.txt", b"", "file_empty", id="empty"),
    pytest.param("a.txt", b" \r\n ", "file_empty", id="only-blanks"),
    pytest.param("a.txt", b"x" * 4_000_001, "file_too_large", id="too-large"),
    pytest.param("a.exe", b"MZ", "file_format_unknown", id="a-program"),
    pytest.param("a.doc", OLD_OFFICE, "file_format_old", id="old-word"),
    pytest.param("a.docx", OLD_OFFICE, "file_format_old", id="old-word-renamed"),
    pytest.param("a.docx", ENCRYPTED_OFFICE, "file_encrypted", id="word-with-password"),
    pytest.param("a.xlsx", ENCRYPTED_OFFICE, "file_encrypted", id="excel-with-password"),
    pytest.param("a.pdf", pdf([[(50, 50, 12, "停水须知")]], LOCKED), "file_encrypted", id="pdf-with-password"),
    pytest.param("a.docm", PLAIN_WORD, "file_has_macros", id="docm"),
    pytest.param("a.xlsm", PLAIN_WORD, "file_has_macros", id="xlsm"),
    pytest.param("a.docx", with_member(PLAIN_WORD, "word/vbaProject.bin", b"x"), "file_has_macros", id="macros-inside"),
    pytest.param("a.docx", with_member(PLAIN_WORD, "word/styles.xml", DTD), "file_has_entities", id="entities"),
    pytest.param("a.docx", BOMB, "file_bomb", id="bomb"),
    pytest.param("a.docx", PLAIN_WORD[:2000], "file_damaged", id="word-cut-off"),
    pytest.param("a.docx", with_member(PLAIN_WORD, "word/document.xml", b"<w"), "file_damaged", id="word-broken"),
    pytest.param("a.xlsx", with_member(workbook({"a": [["x"]]}), "xl/workbook.xml", b"<"), "file_damaged", id="excel"),
    pytest.param("a.pdf", b"%PDF-1.7\nnothing", "file_damaged", id="pdf-broken"),
    pytest.param("a.pdf", picture_pdf(), "file_pictures_only", id="scan"),
    pytest.param("a.docx", b"%PDF-1.7\n", "file_wrong_extension", id="pdf-called-word"),
    pytest.param("a.pdf", PLAIN_WORD, "file_wrong_extension", id="word-called-pdf"),
    pytest.param("a.docx", workbook({"a": [["x"]]}), "file_wrong_extension", id="excel-called-word"),
    pytest.param("a.txt", b"\x89PNG\r\n\x1a\n" + bytes(64), "file_wrong_extension", id="picture-called-text"),
    pytest.param("a.txt", bytes(range(128, 256)) * 20, "file_encoding_unknown", id="no-encoding"),
    pytest.param("a.md", b"<!-- nothing -->", "file_without_text", id="only-a-comment"),
    pytest.param("a.html", b"<html><script>x()</script></html>", "file_without_text", id="only-a-script"),
    pytest.param("a.csv", b",,\n,,", "file_without_text", id="empty-table"),
    pytest.param("a.md", b"# a\n\n" + b"## b\n\nc\n\n" * 60, "file_too_many_units", id="too-many-units"),
    pytest.param("a.zip", archive({"a.txt": b"x"}), "archive_nested", id="archive-as-a-document"),
]


@pytest.mark.parametrize(("name", "data", "code"), BAD)
def test_bad_file_is_refused_with_its_reason(name: str, data: bytes, code: str) -> None:
    with pytest.raises(FileRefusedError) as caught:
        read_file(data, name, LIMITS)
    assert caught.value.error_code == code
    assert code in MESSAGES
    assert "{" not in caught.value.message


def refusals(data: bytes, folder: Path) -> dict[str, str]:
    return {m.name: m.refusal.error_code if m.refusal else "" for m in unpack(data, folder, LIMITS)}


def test_archive_gives_its_files_and_refuses_those_that_lead_out(tmp_path: Path) -> None:
    data = archive({
        "规定/a.txt": "甲".encode(), "规定/下/b.md": b"b", "规定/../../x.txt": b"x", "规定/.DS_Store": b"junk",
        "规定/c.zip": archive({"d.txt": b"d"}),
    })  # fmt: skip
    assert refusals(data, tmp_path) == {
        "a.txt": "", "下/b.md": "", "../../x.txt": "file_path_unsafe", "c.zip": "archive_nested"
    }  # fmt: skip
    assert sorted(path.read_bytes() for path in tmp_path.iterdir()) == [b"b", "甲".encode()]


@pytest.mark.parametrize("name", ["/etc/passwd", "C:/x.txt", "..\\b.txt", "../x.txt"])
def test_name_outside_the_archive_is_refused(name: str, tmp_path: Path) -> None:
    assert "file_path_unsafe" in refusals(archive({name: b"x", "ok.txt": b"y"}), tmp_path).values()
    assert [path.read_bytes() for path in tmp_path.iterdir()] == [b"y"]


def test_names_of_chinese_windows_are_read(tmp_path: Path) -> None:
    # zipfile writes such a name as UTF-8 and says so; archivers of Chinese Windows write GB 18030 and say nothing.
    wanted = "停电.txt".encode("gb18030")
    data = archive({wanted.decode("cp437"): b"x"})
    marked = wanted.decode("cp437").encode()
    padded = data.replace(marked, wanted + b"_" * (len(marked) - len(wanted)))
    assert next(iter(refusals(_without_utf8_flag(padded), tmp_path))).startswith("停电.txt")


def _without_utf8_flag(data: bytes) -> bytes:
    changed = bytearray(data)
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = data.find(signature)
        changed[at + offset + 1] &= ~0x08
    return bytes(changed)


def test_archive_with_too_many_files_or_a_password_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FileRefusedError) as many:
        unpack(archive({f"{n}.txt": b"x" for n in range(41)}), tmp_path, LIMITS)
    assert many.value.error_code == "archive_too_many"
    locked = bytearray(archive({"a.txt": b"x"}))
    locked[locked.find(b"PK\x01\x02") + 8] |= 1
    with pytest.raises(FileRefusedError) as secret:
        unpack(bytes(locked), tmp_path, LIMITS)
    assert secret.value.error_code == "file_encrypted"
