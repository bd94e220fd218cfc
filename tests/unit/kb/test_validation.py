from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from kb.entries.validation import MAX_SCRIPT_CHARACTERS, MAX_VARIANTS, check_case, check_entry, check_filter
from kit.errors import InvalidInputError
from tests.fakes.kb_core_drafts import case_draft, entry_draft

pytestmark = pytest.mark.unit


def test_good_entry_and_case_pass() -> None:
    check_entry(entry_draft())
    check_entry(entry_draft(sector=None, situation="general.hotline.progress", business_type="enquiry"))
    check_case(case_draft())


@pytest.mark.parametrize(
    ("changes", "field", "code"),
    [
        ({"title": "  "}, "title", "text_empty"),
        ({"title": "长" * 101}, "title", "text_too_long"),
        ({"title": "断\x00电"}, "title", "text_not_printable"),
        ({"script": ""}, "script", "text_empty"),
        ({"script": "念" * (MAX_SCRIPT_CHARACTERS + 1)}, "script", "text_too_long"),
        ({"answer": "\n"}, "answer", "text_empty"),
        ({"variants": [f"问法{n}" for n in range(MAX_VARIANTS + 1)]}, "variants", "too_many"),
        ({"variants": ["没电了", ""]}, "variants.1", "text_empty"),
        ({"variants": ["没电了", "怎么办", "没电了。"]}, "variants.2", "variant_duplicate"),
        ({"sector": "steam"}, "sector", "sector_unknown"),
        ({"situation": "power.outage"}, "situation", "situation_unknown"),
        ({"situation": "gas.safety.leak"}, "situation", "situation_of_other_sector"),
        ({"sector": None}, "situation", "situation_of_other_sector"),
        ({"business_type": "wish"}, "business_type", "business_type_unknown"),
        ({"idea": ""}, "idea", "idea_missing"),
        ({"means": "法" * 101}, "means", "text_too_long"),
        ({"region": "区" * 33}, "region", "text_too_long"),
        ({"audiences": []}, "audiences", "audience_missing"),
        ({"audiences": ["agent", "agent"]}, "audiences", "audience_duplicate"),
        ({"valid_from": date(2026, 2, 1), "valid_until": date(2026, 1, 1)}, "valid_until", "validity_reversed"),
        ({"sources": [{"title": ""}]}, "sources.0.title", "text_empty"),
        ({"sources": [{"title": "规则"}] * 21}, "sources", "too_many"),
    ],
)
def test_broken_rule_names_field_and_code(changes: dict[str, Any], field: str, code: str) -> None:
    with pytest.raises(InvalidInputError) as caught:
        check_entry(entry_draft(**changes))

    assert (caught.value.field, caught.value.error_code) == (field, code)


def test_all_problems_come_at_once() -> None:
    with pytest.raises(InvalidInputError) as caught:
        check_entry(entry_draft(title="", script="", business_type="wish"))

    errors = caught.value.details["errors"]
    assert isinstance(errors, list)
    assert [error["field"] for error in errors] == ["title", "script", "business_type"]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"problem": ""}, "problem"),
        ({"solution": " "}, "solution"),
        ({"facts": {"": "空"}}, "facts"),
        ({"facts": {str(n): "值" for n in range(31)}}, "facts"),
        ({"equipment": "表" * 101}, "equipment"),
        ({"sector": "water"}, "situation"),
    ],
)
def test_broken_case_names_its_field(changes: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidInputError) as caught:
        check_case(case_draft(**changes))

    assert caught.value.field == field


def test_filter_with_control_characters_is_refused() -> None:
    check_filter(None, "title")
    with pytest.raises(InvalidInputError, match="control characters"):
        check_filter("a\x00b", "title")
