from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from kb.packs.file_format import Pack, read_pack

pytestmark = pytest.mark.unit

ENTRY: dict[str, Any] = {
    "key": "power-outage-one",
    "title": "一户没电",
    "sector": "power",
    "situation": "power.outage.single",
    "idea": "先分清户内户外",
    "means": "查总开关",
    "business_type": "fault",
    "valid_from": "2024-06-01",
    "variants": ["家里没电"],
    "script": "请看总开关。",
    "answer": "先看总开关。",
}
CASE: dict[str, Any] = {
    "key": "case-1",
    "title": "漏保跳闸",
    "problem": "没电",
    "sector": "power",
    "situation": "power.outage.single",
    "business_type": "fault",
    "occurred_on": "2026-07-14",
    "solution": "合闸",
    "entries": ["power-outage-one"],
}


def read(tmp_path: Path, text: str | bytes, name: str = "pack.yaml") -> Pack:
    path = tmp_path / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_pack(path)


def read_entries(tmp_path: Path, *entries: dict[str, Any]) -> Pack:
    # Through JSON, so that no two items share an object: YAML would write an alias.
    content = json.loads(json.dumps({"entries": entries}))
    return read(tmp_path, yaml.safe_dump(content, allow_unicode=True, sort_keys=False))


def test_yaml_and_json_lines_give_the_same_items(tmp_path: Path) -> None:
    from_yaml = read(tmp_path, yaml.safe_dump({"entries": [ENTRY], "cases": [CASE]}, allow_unicode=True))
    rows = [{"kind": "entry", **ENTRY}, {"kind": "case", **CASE}]
    from_lines = read(tmp_path, "\n".join(json.dumps(row) for row in rows) + "\n", "pack.jsonl")

    assert from_yaml.refused == from_lines.refused == ()
    assert from_yaml.entries == from_lines.entries
    assert from_yaml.cases["case-1"] == from_lines.cases["case-1"]
    assert from_lines.lines == {"power-outage-one": 1, "case-1": 2}


def test_problem_names_the_line_of_its_field(tmp_path: Path) -> None:
    good = dict(ENTRY, key="good", title="好的")
    pack = read_entries(tmp_path, good, dict(ENTRY, situation="power.nowhere"))

    text = pack.path.read_text()
    (refusal,) = pack.refused
    assert (refusal.key, refusal.field, refusal.code) == ("power-outage-one", "situation", "situation_unknown")
    assert text.splitlines()[refusal.line - 1].strip() == "situation: power.nowhere"


def test_every_problem_of_a_file_is_reported(tmp_path: Path) -> None:
    pack = read_entries(
        tmp_path,
        dict(ENTRY, key="a", title=""),
        dict(ENTRY, key="b", business_type="magic"),
        dict(ENTRY, key="c", surprise=1),
        dict(ENTRY, key="a", title="又一条"),
    )

    assert [(refusal.key, refusal.field, refusal.code) for refusal in pack.refused] == [
        ("a", "title", "text_empty"),
        ("b", "business_type", "business_type_unknown"),
        ("c", "surprise", "field_invalid"),
        ("a", "key", "key_duplicate"),
    ]


@pytest.mark.parametrize("missing", ["key", "title", "script", "answer", "situation", "business_type", "sector"])
def test_missing_field_is_named(tmp_path: Path, missing: str) -> None:
    pack = read_entries(tmp_path, {name: value for name, value in ENTRY.items() if name != missing})

    assert [(refusal.field, refusal.code) for refusal in pack.refused] == [(missing, "field_invalid")]


@pytest.mark.parametrize(
    ("name", "text", "line"),
    [
        ("pack.yaml", "", 1),
        ("pack.yaml", "- a\n- b\n", 1),
        ("pack.yaml", "entries: []\nextras: []\n", 2),
        ("pack.yaml", "entries:\n  key: a\n", 1),
        ("pack.yaml", "entries:\n  - key: a\n   title: b\n", 3),
        ("pack.yaml", "entries:\n  - key: a\n    key: b\n", 3),
        ("pack.yaml", "entries:\n  - &one {key: a}\n  - *one\n", 3),
        ("pack.yaml", "entries:\n  - !!python/object/apply:os.system ['true']\n", 2),
        ("pack.yaml", "entries:\n  - {valid_from: 2024-13-45}\n", 1),
        ("pack.yaml", "entries: \x01\n", 1),
        ("pack.yaml", b"entries:\n  - key: \xff\xfe\n", 1),
        ("pack.yaml", "[" * 5000, 1),
        ("pack.jsonl", '{"kind": "entry"}\n{broken\n', 2),
        ("pack.jsonl", '{"key": "a"}\n', 1),
        ("pack.jsonl", "[1]\n", 1),
        ("pack.jsonl", "[" * 100_000, 1),
    ],
)
def test_unreadable_file_is_refused_with_its_line(tmp_path: Path, name: str, text: str | bytes, line: int) -> None:
    pack = read(tmp_path, text, name)

    assert ("pack_unreadable", line) in [(refusal.code, refusal.line) for refusal in pack.refused]


def test_items_of_wrong_type_are_refused(tmp_path: Path) -> None:
    pack = read(tmp_path, "entries:\n  - 5\n  - [a]\n  -\n")

    assert [refusal.line for refusal in pack.refused] == [2, 3, 4]
    assert {refusal.code for refusal in pack.refused} == {"field_invalid"}
