from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assist_api.audit.chain import (
    GENESIS,
    ChainCheck,
    ChainedEntry,
    ChainFault,
    ChainPoint,
    DetailValue,
    FaultKind,
    canonical,
    check_names,
    digest,
    entry_hash,
)
from assist_api.audit.file_format import check_lines, csv_row, json_row
from kit.errors import InvalidInputError

pytestmark = pytest.mark.unit

AT = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
Chain = list[tuple[ChainedEntry, str]]


def chain(length: int) -> Chain:
    made: Chain = []
    for number in range(1, length + 1):
        entry = ChainedEntry(
            number=number,
            at=AT + timedelta(seconds=number),
            actor_id=UUID(int=number % 3),
            actor_name="李娜",
            actor_role="curator",
            unit_id=None,
            address="192.0.2.7",
            session_id=None,
            action="entry.published",
            object_kind="entry",
            object_id=str(number),
            before_digest=None,
            after_digest="ab",
            details={"revision": number},
            previous_hash=made[-1][1] if made else GENESIS,
        )
        made.append((entry, entry_hash(entry)))
    return made


def fault(entries: Sequence[tuple[ChainedEntry, str]], head: ChainPoint, **kwargs: ChainPoint) -> ChainFault | None:
    check = ChainCheck(**kwargs)
    check.feed_all(entries)
    return check.finish(head)


def head_of(entries: Chain) -> ChainPoint:
    return ChainPoint(entries[-1][0].number, entries[-1][1])


CHANGES: dict[str, object] = {
    "at": AT,
    "actor_id": UUID(int=77),
    "actor_name": "王伟",
    "actor_role": "admin",
    "unit_id": UUID(int=5),
    "address": "192.0.2.8",
    "session_id": UUID(int=6),
    "action": "entry.retired",
    "object_kind": "case",
    "object_id": "x",
    "before_digest": "cd",
    "after_digest": None,
    "details": {"revision": 0},
    "previous_hash": "f" * 64,
}


def test_every_field_of_an_entry_is_listed_below() -> None:
    assert set(CHANGES) == set(ChainedEntry.__slots__) - {"number"}


@pytest.mark.parametrize("field", CHANGES)
@pytest.mark.parametrize("at", [1, 4, 7])
def test_entry_with_a_changed_field_is_named(field: str, at: int) -> None:
    entries = chain(7)
    head = head_of(entries)
    entry, stated = entries[at - 1]
    entries[at - 1] = (replace(entry, **{field: CHANGES[field]}), stated)
    assert fault(entries, head) == ChainFault(at, FaultKind.CHANGED)


@given(st.integers(1, 8), st.data())
def test_first_missing_entry_is_named(length: int, data: st.DataObject) -> None:
    entries = chain(length)
    head = head_of(entries)
    gone = data.draw(st.sets(st.integers(1, length), min_size=1))
    left = [pair for pair in entries if pair[0].number not in gone]
    is_cut = all(number in gone for number in range(min(gone), length + 1))
    kind = FaultKind.CUT_OFF if is_cut else FaultKind.MISSING
    assert fault(left, head) == ChainFault(min(gone), kind)


def test_entry_changed_with_its_hash_breaks_the_next_one() -> None:
    entries = chain(3)
    forged = replace(entries[1][0], actor_name="王伟")
    forged_chain = [entries[0], (forged, entry_hash(forged)), entries[2]]
    assert fault(forged_chain, head_of(entries)) == ChainFault(3, FaultKind.CHANGED)


def test_chain_written_anew_misses_the_anchor() -> None:
    entries = chain(5)
    anchor = ChainPoint(4, entries[3][1])
    assert fault(entries, head_of(entries), anchor=anchor) is None
    forged: Chain = []
    for entry, _ in entries:
        item = replace(entry, actor_name="王伟", previous_hash=forged[-1][1] if forged else GENESIS)
        forged.append((item, entry_hash(item)))
    assert fault(forged, head_of(forged)) is None
    assert fault(forged, head_of(forged), anchor=anchor) == ChainFault(4, FaultKind.NOT_ANCHORED)
    assert fault(forged[:2], head_of(forged[:2]), anchor=anchor) == ChainFault(3, FaultKind.CUT_OFF)


def test_check_may_begin_in_the_middle() -> None:
    entries = chain(6)
    start = ChainPoint(3, entries[2][1])
    assert fault(entries[3:], head_of(entries), start=start) is None


def test_time_zone_of_a_driver_does_not_change_the_hash() -> None:
    entry = chain(1)[0][0]
    shifted = replace(entry, at=entry.at.astimezone(timezone(timedelta(hours=8))))
    assert entry_hash(shifted) == entry_hash(entry)


def test_digest_depends_on_the_key_and_not_on_the_order_of_fields() -> None:
    one, other = canonical({"a": 1, "b": AT}), canonical({"b": AT, "a": 1})
    assert one == other
    assert digest(one, b"k" * 32) == digest(other, b"k" * 32) != digest(one, b"l" * 32)


@pytest.mark.parametrize(
    ("action", "kind", "details"),
    [
        ("published", "entry", {}),
        ("Entry.Published", "entry", {}),
        ("entry.published", "An entry", {}),
        ("entry.published", "entry", {"reason": "客户张伟来电"}),
        ("entry.published", "entry", {"number": "13812345678"}),
        ("entry.published", "entry", {"number": "+8613812345678"}),
        ("entry.published", "entry", {"share": 0.5}),
    ],
)
def test_names_texts_and_numbers_of_people_are_refused(action: str, kind: str, details: dict[str, DetailValue]) -> None:
    with pytest.raises(ValueError, match="audit"):
        check_names(action, kind, details)


def test_codes_counts_and_ids_are_taken() -> None:
    check_names("case.read_identified", "case", {"id": str(UUID(int=9)), "format": "csv", "rows": 7, "all": True})


def test_export_can_be_checked_without_the_database() -> None:
    entries = chain(5)
    lines = [json_row(*pair) for pair in entries]
    assert check_lines(lines) == (head_of(entries), 5, None)
    assert check_lines(lines[2:]) == (head_of(entries), 3, None)
    lines[3] = lines[3].replace("李娜", "王伟")
    assert check_lines(lines)[2] == ChainFault(4, FaultKind.CHANGED)
    with pytest.raises(InvalidInputError, match="Line 2 is not an audit entry"):
        check_lines([lines[0], "[]"])


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_spreadsheet_takes_no_cell_for_a_formula(start: str) -> None:
    entry = replace(chain(1)[0][0], actor_name=f"{start}cmd|' /C calc'!A0")
    row = csv_row(entry, "ab")
    assert f",'{start}cmd" in row or f",\"'{start}cmd" in row
