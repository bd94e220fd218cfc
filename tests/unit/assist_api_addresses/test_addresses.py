from __future__ import annotations

import io
from collections.abc import Sequence
from uuid import UUID

import openpyxl
import pytest

from assist_api.addresses.file_format import read_places
from assist_api.addresses.finding import FoundPlace, Place, choose_place, with_building
from assist_api.addresses.importing import plan_import
from assist_api.addresses.names import PlaceLevel, keys_in, keys_of, plain_address
from kit.errors import InvalidInputError

pytestmark = pytest.mark.unit

FILE = """区县,街道,小区,楼栋,编码,别名,区域类别,设备,线路
兰山区,,,,371302,,,,
兰山区,解放路,,,,,城区,,10kV 解放线
兰山区,解放路,阳光花园,,,阳光小区;老面粉厂家属院,,3号箱变,
兰山区,解放路,阳光花园,3号楼,,,,,
兰山区,解放路,阳光花园,13号楼,,,,,
兰山区,沂蒙路,幸福小区,,,,,,
兰山区,沂蒙路,碧水家园,,,,,,
罗庄区,幸福路,,,,,农村,,10kV 幸福线
罗庄区,沂河路,碧水家园,,,,,,
"""


class Tree:
    """The tree of a file, searched as the database searches it: by equal keys."""

    def __init__(self, content: bytes) -> None:
        self.changes = plan_import(read_places(content), [])
        self.places: dict[UUID, Place] = {change.place.id: change.place for change in self.changes}

    def find(self, address: str) -> FoundPlace | None:
        wanted = {key for key, _, _ in keys_in(plain_address(address))}
        named: dict[str, list[Place]] = {}
        for place in self.places.values():
            for key in keys_of(place.name, place.aliases, place.level) & wanted:
                named.setdefault(key, []).append(place)
        found = choose_place(address, named, self.places)
        if found is None:
            return None
        return with_building(
            found, address,
            [item for item in self.places.values()
             if item.parent_id == found.place.id and item.level is PlaceLevel.BUILDING],
        )  # fmt: skip


@pytest.fixture(scope="module")
def tree() -> Tree:
    return Tree(FILE.encode())


@pytest.mark.parametrize(
    ("address", "path"),
    [
        ("解放路12号", "兰山区 解放路"),
        ("兰山区解放路阳光花园三号楼二单元", "兰山区 解放路 阳光花园 3号楼"),
        ("就是那个阳光花园，十三栋", "兰山区 解放路 阳光花园 13号楼"),
        ("老面粉厂家属院 3#楼", "兰山区 解放路 阳光花园 3号楼"),
        ("我在幸福小区", "兰山区 沂蒙路 幸福小区"),
        ("幸福路16号三单元", "罗庄区 幸福路"),
        ("沂蒙路的碧水家园", "兰山区 沂蒙路 碧水家园"),
        ("罗庄碧水家园", "罗庄区 沂河路 碧水家园"),
        ("兴福路十六号", "罗庄区 幸福路"),
        ("杨光花园3号楼", "兰山区 解放路 阳光花园 3号楼"),
        ("碧水家园", None),
        ("兰山区", "兰山区"),
        ("人民路5号", None),
        ("幸福大街9号", None),
        ("幸福小区路口", "兰山区 沂蒙路 幸福小区"),
        ("", None),
    ],
)
def test_spoken_address_means_one_place(tree: Tree, address: str, path: str | None) -> None:
    found = tree.find(address)
    assert (None if found is None else found.path) == path


def test_what_a_place_does_not_say_its_parent_says(tree: Tree) -> None:
    found = tree.find("阳光花园3号楼")
    assert found is not None
    assert (found.area, found.nearest("feeder"), found.nearest("equipment"), found.nearest("area_class")) == (
        "解放路", "10kV 解放线", "3号箱变", "urban",
    )  # fmt: skip
    assert found.is_sure
    heard = tree.find("兴福路")
    assert heard is not None
    assert not heard.is_sure


def test_second_import_keeps_codes_and_changes_only_what_differs(tree: Tree) -> None:
    standing = list(tree.places.values())
    assert plan_import(read_places(FILE.encode("gb18030")), standing) == []
    changed = FILE.replace("10kV 幸福线", "10kV 罗庄线") + "兰山区,解放路,阳光花园,14号楼,,,,,\n"
    changes = plan_import(read_places(changed.encode()), standing)
    assert [(change.path[-1], change.is_new) for change in changes] == [("幸福路", False), ("14号楼", True)]
    codes = {change.path[-1]: change.place.code for change in tree.changes}
    assert (codes["兰山区"], codes["解放路"], codes["阳光花园"]) == ("371302", "37130201", "37130201001")


def workbook(rows: Sequence[Sequence[object]], merged: str = "") -> bytes:
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    for row in rows:
        sheet.append(row)
    if merged:
        sheet.merge_cells(merged)
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def test_workbook_is_read_like_a_csv_file() -> None:
    rows = [line.split(",") for line in FILE.splitlines()]
    assert read_places(workbook(rows)) == read_places(FILE.encode())


@pytest.mark.parametrize(
    ("content", "errors"),
    [
        (b"", {("line 1: row", "file_empty")}),
        (b"\xff\xfe\x00a", {("line 1: row", "encoding_unknown")}),
        (b"PK\x03\x04 no workbook", {("line 1: row", "workbook_damaged")}),
        ("小区\n阳光花园".encode(), {("line 1: district", "column_missing"), ("line 1: street", "column_missing")}),
        (
            "区县,街道,编码,区域类别,楼栋\n兰山区,解放路,1,城区,\n,沂蒙路,,,\n兰山区,解放路,,,\n兰山区,,1,山区,3号楼\n".encode(),
            {
                ("line 3: district", "required"), ("line 4: place", "place_doubled"), ("line 5: code", "code_doubled"),
                ("line 5: street", "required"), ("line 5: area_class", "unknown_value"),
            },
        ),
        (
            workbook([["区县", "街道"], ["兰山区", "解放路"], ["", "沂蒙路"]], "A2:A3"),
            {("line 2: row", "cells_merged"), ("line 3: district", "required")},
        ),
    ],
)  # fmt: skip
def test_wrong_lines_are_named_and_nothing_is_taken(content: bytes, errors: set[tuple[str, str]]) -> None:
    with pytest.raises(InvalidInputError) as caught:
        read_places(content)
    assert {(error["field"], error["code"]) for error in caught.value.details["errors"]} == errors


def test_code_of_another_place_is_refused(tree: Tree) -> None:
    lines = read_places("区县,街道,编码\n兰山区,新华路,371302\n兰山区,解放路,99\n".encode())
    with pytest.raises(InvalidInputError) as caught:
        plan_import(lines, tree.places.values())
    assert [error["code"] for error in caught.value.details["errors"]] == ["code_taken", "code_changed"]
