"""The demo knowledge tests every entry, in words that are not the entry's own."""

from __future__ import annotations

from pathlib import Path

import pytest

import kb
from kb.entries.validation import comparable
from kb.packs.file_format import read_pack

pytestmark = pytest.mark.unit

DEMO = Path(kb.__file__).parent / "demo"


def test_every_demo_entry_has_a_gold_question_that_is_no_copy():
    entries = {
        key: entry for path in (DEMO / "entries").glob("*.yaml") for key, entry in read_pack(path).entries.items()
    }
    packs = [read_pack(path) for path in (DEMO / "gold").glob("*.yaml")]
    assert [pack.refused for pack in packs if pack.refused] == []
    questions = {item.entry: item.questions for pack in packs for item in pack.questions.values()}
    assert set(questions) == set(entries)
    assert sum(map(len, questions.values())) >= 300
    own = {comparable(text) for entry in entries.values() for text in (entry.title, *entry.variants)}
    assert [text for texts in questions.values() for text in texts if comparable(text) in own] == []
