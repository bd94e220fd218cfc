from __future__ import annotations

from decimal import Decimal

import pytest

from kit.numerals import is_count, parse_number, say_count, say_digits, spoken_digits

pytestmark = pytest.mark.unit

COUNTS = (
    ("一千八百六", "1860"),
    ("两千零五", "2005"),
    ("三万二", "32000"),
    ("三六五", "365"),
    ("十六", "16"),
    ("一百零一", "101"),
    ("一百一", "110"),
    ("三点五", "3.5"),
    ("两亿三千万", "230000000"),
    ("12万", "120000"),
    ("１２.５", "12.5"),
    ("半", "0.5"),
)


@pytest.mark.parametrize(("said", "value"), COUNTS)
def test_counts_are_read_as_speakers_mean_them(said: str, value: str) -> None:
    assert parse_number(said) == Decimal(value)


@pytest.mark.parametrize("text", ["", "没有", "三四十", "十几", "点五"])
def test_what_is_no_number_has_no_value(text: str) -> None:
    assert parse_number(text) is None


@pytest.mark.parametrize("value", [0, 1, 10, 11, 20, 101, 110, 1005, 2000, 10_005, 120_000, 230_000_000, 10**12 - 1])
def test_what_is_said_is_understood(value: int) -> None:
    assert parse_number(say_count(value)) == value


def test_digits_are_taken_from_both_scripts() -> None:
    assert spoken_digits("幺三八，00１３") == "1380013"
    assert say_digits("1013", one="幺") == "幺零幺三"
    assert is_count("一百二")
    assert not is_count("一二三")


def test_counts_have_bounds() -> None:
    with pytest.raises(ValueError, match="10"):
        say_count(-1)
