from __future__ import annotations

from typing import Any

import pytest
from pydantic import TypeAdapter

from kb.filing.service import shipped_pack
from kb.taxonomy.edits import TaxonomyChange, apply_change, find_situation
from kb.taxonomy.pack import TaxonomyPack, read_taxonomy_pack, write_taxonomy_pack
from kb.taxonomy.tree import PACK_NAMES, Taxonomy, shipped_branch
from kit.errors import AssistError, ConflictError, InvalidInputError

pytestmark = pytest.mark.unit

CHANGE: TypeAdapter[TaxonomyChange] = TypeAdapter(TaxonomyChange)
SINGLE, AREA = "power.outage.single", "power.outage.area"


def changed(*changes: dict[str, Any]) -> TaxonomyPack:
    pack = shipped_pack("power")
    for change in changes:
        pack = apply_change(pack, CHANGE.validate_python(change))
    return pack


@pytest.mark.parametrize("name", PACK_NAMES)
def test_shipped_pack_survives_export_and_import(name: str) -> None:
    pack = shipped_pack(name)

    assert read_taxonomy_pack(write_taxonomy_pack(pack)) == pack
    assert pack.branch() == shipped_branch(name)


def test_added_situation_stands_at_the_end_of_its_group() -> None:
    pack = changed(
        {"kind": "add_group", "code": "power.storage", "zh": "储能", "en": "Storage"},
        {
            "kind": "add_situation",
            "group": "power.storage",
            "code": "power.storage.home",
            "zh": "户用储能",
            "en": "Home",
        },
    )

    assert (pack.groups[-1].zh, pack.groups[-1].situations[0].zh) == ("储能", "户用储能")


def test_renamed_and_moved_situation_keeps_its_code() -> None:
    pack = changed(
        {"kind": "rename", "code": SINGLE, "zh": "单户停电", "en": "Single outage"},
        {"kind": "move", "code": SINGLE, "group": "power.quality"},
    )

    assert find_situation(pack, SINGLE).zh == "单户停电"
    assert SINGLE in [item.code for group in pack.groups if group.code == "power.quality" for item in group.situations]
    taxonomy = Taxonomy((pack.branch(),), ())
    assert taxonomy.situation_path(SINGLE) == ["供电", "电能质量", "单户停电"]


def test_merged_code_leads_to_the_one_that_took_over_even_in_two_steps() -> None:
    pack = changed(
        {"kind": "add_idea", "code": SINGLE, "idea": "先看空开"},
        {"kind": "merge", "code": SINGLE, "into": AREA},
        {"kind": "recode", "code": AREA, "to": "power.outage.any"},
    )
    taxonomy = Taxonomy((pack.branch(),), ())

    assert SINGLE not in taxonomy.situations
    assert taxonomy.resolve(SINGLE) == taxonomy.resolve(AREA) == "power.outage.any"
    assert taxonomy.situation_path(SINGLE)[-1] == "大面积停电"
    assert [idea.zh for idea in find_situation(pack, "power.outage.any").ideas] == ["先看空开"]


def test_renaming_an_idea_to_one_that_exists_joins_their_means() -> None:
    pack = changed(
        {"kind": "add_means", "code": SINGLE, "idea": "看空开", "means": "推上去"},
        {"kind": "add_means", "code": SINGLE, "idea": "查开关", "means": "换新的"},
        {"kind": "rename_idea", "code": SINGLE, "idea": "看空开", "to": "查开关"},
        {"kind": "rename_means", "code": SINGLE, "idea": "查开关", "means": "换新的", "to": "更换空开"},
    )

    (idea,) = find_situation(pack, SINGLE).ideas
    assert (idea.zh, set(idea.means)) == ("查开关", {"推上去", "更换空开"})


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"kind": "retire", "code": "power.outage.nowhere", "is_retired": True}, "taxonomy_code_unknown"),
        ({"kind": "move", "code": SINGLE, "group": "gas.safety"}, "taxonomy_code_unknown"),
        ({"kind": "merge", "code": SINGLE, "into": SINGLE}, "taxonomy_code_unknown"),
        ({"kind": "recode", "code": SINGLE, "to": "gas.outage.single"}, "taxonomy_pack_invalid"),
        ({"kind": "recode", "code": SINGLE, "to": AREA}, "taxonomy_pack_invalid"),
        ({"kind": "retire", "code": SINGLE, "is_retired": False}, "taxonomy_unchanged"),
    ],
)
def test_change_that_does_not_fit_is_refused(change: dict[str, Any], code: str) -> None:
    with pytest.raises(AssistError) as refused:
        changed(change)

    assert refused.value.error_code == code
    assert isinstance(refused.value, InvalidInputError | ConflictError)


FILE = """sector: power
zh: 供电
en: Power
groups:
  - code: power.outage
    zh: 停电
    en: Outage
    situations:
      - { code: power.outage.single, zh: 一户停电, en: One }
"""


@pytest.mark.parametrize(
    ("old", "new", "line", "field"),
    [
        ("zh: 停电", "zh: ''", 6, "groups.0.zh"),
        ("code: power.outage.single", "code: power.single", 9, "groups.0.situations.0.code"),
        ("code: power.outage.single", "code: gas.outage.single", 9, "groups.0.situations.0.code"),
        ("sector: power", "sector: coal", 1, "sector"),
        ("en: Power\n", "en: Power\ncolour: red\n", 4, "colour"),
        ("zh: 供电\n", "zh: 供电\nzh: 电力\n", 3, "pack"),
        ("groups:", "merged: {power.outage.old: power.outage.gone}\ngroups:", 4, "merged.power.outage.old"),
        ("    zh: 停电", "   zh: 停电", 6, "pack"),
        (FILE, "- just\n- a list\n", 1, "pack"),
        (FILE, "", 1, "pack"),
    ],
)
def test_broken_file_is_refused_with_line_and_field(old: str, new: str, line: int, field: str) -> None:
    assert read_taxonomy_pack(FILE).groups[0].situations[0].zh == "一户停电"

    with pytest.raises(InvalidInputError) as refused:
        read_taxonomy_pack(FILE.replace(old, new, 1))

    assert refused.value.error_code == "taxonomy_pack_invalid"
    assert (refused.value.details["line"], refused.value.field) == (line, field)
