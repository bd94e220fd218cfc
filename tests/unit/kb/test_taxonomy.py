from __future__ import annotations

import pytest

from kb.taxonomy.tree import SECTORS, category_id, load_taxonomy, split_category_id

pytestmark = pytest.mark.unit


def test_every_sector_has_situations_with_codes_of_their_group() -> None:
    taxonomy = load_taxonomy()

    assert [branch.code for branch in taxonomy.sectors] == [*SECTORS, None]
    for branch in taxonomy.sectors:
        for group in branch.groups:
            assert group.situations
            assert all(situation.code.startswith(f"{group.code}.") for situation in group.situations)
            assert all(situation.sector == branch.code for situation in group.situations)


def test_situation_codes_are_unique() -> None:
    taxonomy = load_taxonomy()
    listed = [item.code for branch in taxonomy.sectors for group in branch.groups for item in group.situations]

    assert len(listed) == len(set(listed)) == len(taxonomy.situations)


def test_business_types_are_those_of_95598_in_menu_order() -> None:
    names = [item.name_zh for item in load_taxonomy().business_types.values()]

    assert names == ["故障报修", "服务申请", "业务咨询", "投诉", "举报", "建议", "意见", "表扬"]


def test_category_path_runs_from_business_type_to_situation() -> None:
    identity = category_id("fault", "power.outage.single")

    assert split_category_id(identity) == ("fault", "power.outage.single")
    assert load_taxonomy().category_path(identity) == ["故障报修", "供电", "停电", "一户停电"]


def test_unknown_codes_stand_for_themselves() -> None:
    assert load_taxonomy().category_path("magic/nowhere") == ["magic", "nowhere"]
