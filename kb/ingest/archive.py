"""Zip containers: what is safe to open, and the files of an archive."""

from __future__ import annotations

import io
import stat
import struct
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from kb.ingest.encodings import best_reading
from kb.ingest.formats import Format, suffix_of
from kb.ingest.limits import RATIO_FREE_BYTES, ReadLimits
from kb.ingest.refusals import FileRefusedError, refuse

_ENCRYPTED_FLAG = 0x1
_UTF8_FLAG = 0x800
_UNICODE_PATH = 0x7075
_NAME_ENCODINGS = ("utf-8", "gb18030", "big5hkscs")
_ENTITY_MARKS = tuple(
    mark.encode(encoding) for mark in ("<!DOCTYPE", "<!ENTITY") for encoding in ("utf-8", "utf-16-le", "utf-16-be")
)
_OFFICE_FOLDERS = {Format.DOCX: "word/", Format.XLSX: "xl/", Format.PPTX: "ppt/"}
_COPY_BYTES = 1 << 20
_IGNORED = ("__MACOSX/", ".DS_Store", "Thumbs.db", "desktop.ini", "~$")


def open_container(data: bytes, limits: ReadLimits) -> zipfile.ZipFile:
    """Open a zip container whose sizes are within bounds.

    Raises:
        FileRefusedError: It is damaged, encrypted, or unpacks to too much.
    """
    try:
        container = zipfile.ZipFile(io.BytesIO(data))
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError) as error:
        raise refuse("file_damaged") from error
    members = container.infolist()
    if len(members) > limits.members:
        raise refuse("archive_too_many", limit=limits.members)
    if any(member.flag_bits & _ENCRYPTED_FLAG for member in members):
        raise refuse("file_encrypted")
    total = sum(member.file_size for member in members)
    if total > limits.unpacked_bytes or total > max(RATIO_FREE_BYTES, limits.ratio * len(data)):
        raise refuse("file_bomb")
    return container


def check_office(data: bytes, wanted: Format, limits: ReadLimits) -> None:
    """Refuse an office file that carries macros, entities, too much, or another kind of document.

    Raises:
        FileRefusedError: It is not safe to hand to a parser.
    """
    with open_container(data, limits) as container:
        names = container.namelist()
        if any(name.lower().endswith("vbaproject.bin") for name in names):
            raise refuse("file_has_macros", wanted=wanted.value)
        if not any(name.startswith(_OFFICE_FOLDERS[wanted]) for name in names):
            raise refuse("file_wrong_extension", suffix=wanted.value, found=_office_kind(names))
        for name in names:
            if name.endswith((".xml", ".rels")):
                _check_entities(container, name)


def _office_kind(names: Sequence[str]) -> str:
    for kind, folder in _OFFICE_FOLDERS.items():
        if any(name.startswith(folder) for name in names):
            return kind.value
    return "zip"


def _check_entities(container: zipfile.ZipFile, name: str) -> None:
    try:
        content = container.read(name)
    except (zipfile.BadZipFile, OSError, EOFError, ValueError, NotImplementedError) as error:
        raise refuse("file_damaged") from error
    if any(mark in content for mark in _ENTITY_MARKS):
        raise refuse("file_has_entities")


@dataclass(frozen=True, slots=True)
class Member:
    """A file of an archive.

    Attributes:
        name: Path inside the archive, without a folder that all share.
        stored: Name of the unpacked file in the target folder; empty when refused.
        size_bytes: Unpacked.
        refusal: Why it was not unpacked, or None.
    """

    name: str
    stored: str
    size_bytes: int
    refusal: FileRefusedError | None = None


def unpack(data: bytes, folder: Path, limits: ReadLimits) -> list[Member]:
    """Unpack an archive into numbered files; names of members never become paths.

    Raises:
        FileRefusedError: Nothing of the archive can be used.
    """
    with open_container(data, limits) as container:
        members = [member for member in container.infolist() if not member.is_dir()]
        named = zip(readable_names(members), members, strict=True)
        wanted = [(name, member) for name, member in named if not _is_ignored(name) and not name.endswith("/")]
        if not wanted:
            raise refuse("file_without_text")
        shared = _shared_folder([name for name, _ in wanted])
        return [
            _unpack_member(container, member, name.removeprefix(shared), folder / f"{number}", limits)
            for number, (name, member) in enumerate(wanted)
        ]


def _unpack_member(
    container: zipfile.ZipFile, member: zipfile.ZipInfo, name: str, target: Path, limits: ReadLimits
) -> Member:
    refusal = _find_refusal(member, name, limits)
    if refusal is None:
        try:
            return Member(name, target.name, _copy(container, member, target, limits))
        except FileRefusedError as error:
            refusal = error
    return Member(name, "", member.file_size, refusal)


def _find_refusal(member: zipfile.ZipInfo, name: str, limits: ReadLimits) -> FileRefusedError | None:
    if not is_safe_path(name) or stat.S_ISLNK(member.external_attr >> 16):
        return refuse("file_path_unsafe")
    if suffix_of(name) == Format.ZIP:
        return refuse("archive_nested")
    if member.file_size > limits.file_bytes:
        return refuse("file_too_large", limit_bytes=limits.file_bytes)
    return None


def _copy(container: zipfile.ZipFile, member: zipfile.ZipInfo, target: Path, limits: ReadLimits) -> int:
    # The size a header states may be a lie, so what comes out is counted.
    written = 0
    try:
        with container.open(member) as source, target.open("xb") as sink:
            while piece := source.read(_COPY_BYTES):
                written += len(piece)
                if written > limits.file_bytes:
                    raise refuse("file_bomb")
                sink.write(piece)
    except (zipfile.BadZipFile, EOFError, NotImplementedError, RuntimeError, ValueError) as error:
        target.unlink(missing_ok=True)
        raise refuse("file_damaged") from error
    return written


def is_safe_path(name: str) -> bool:
    """Tell whether a path stays inside the folder it is taken relative to."""
    path = PurePosixPath(name)
    has_drive = len(name) > 1 and name[1] == ":"
    has_control = any(ord(character) < 32 for character in name)
    return not (path.is_absolute() or has_drive or has_control or "\\" in name or ".." in path.parts) and bool(
        path.name
    )


def readable_names(members: Sequence[zipfile.ZipInfo]) -> list[str]:
    """Return the names of members with `/` between folders.

    Archivers of Chinese Windows write GB18030 without saying so, and old ones back-slashes. One short name may be valid
    in several encodings, so the names of an archive are judged together. The format's default is code page 437.
    """
    raw = {at: member.filename.encode("cp437", "replace") for at, member in enumerate(members) if _is_unsaid(member)}
    found = best_reading(b"\n".join(raw.values()), _NAME_ENCODINGS) if raw else None
    names: list[str] = []
    for at, member in enumerate(members):
        name = _unicode_name(member) or member.filename
        if at in raw and found is not None:
            name = raw[at].decode(found[1], "replace")
        # In GB18030 and Big5 the byte of a back-slash is half of some characters, so it is replaced behind decoding.
        names.append(name.replace("\\", "/"))
    return names


def _is_unsaid(member: zipfile.ZipInfo) -> bool:
    is_said = member.flag_bits & _UTF8_FLAG or member.filename.isascii() or _unicode_name(member)
    return not is_said


def _unicode_name(member: zipfile.ZipInfo) -> str:
    """Return the name of the Info-ZIP extra field 0x7075, which old archivers write beside one in a local encoding."""
    extra = member.extra
    while len(extra) >= 4:
        kind, size = struct.unpack("<HH", extra[:4])
        if kind == _UNICODE_PATH and size > 5:
            return extra[9 : 4 + size].decode("utf-8", "ignore")
        extra = extra[4 + size :]
    return ""


def _is_ignored(name: str) -> bool:
    return name.startswith("__MACOSX/") or PurePosixPath(name).name.startswith(_IGNORED[1:])


def _shared_folder(names: Sequence[str]) -> str:
    first = names[0].partition("/")[0] + "/"
    return first if all(name.startswith(first) for name in names) and first not in ("../", "/") else ""
