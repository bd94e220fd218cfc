from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit.csv_cells import FORMULA_STARTS, as_text, from_text

pytestmark = pytest.mark.unit


@pytest.mark.parametrize("start", FORMULA_STARTS)
def test_formula_becomes_text(start: str) -> None:
    assert as_text(f"{start}HYPERLINK(1)") == f"'{start}HYPERLINK(1)"


@pytest.mark.parametrize("cell", ["", "停电怎么办", "'tis", "a=b", "10-20"])
def test_other_cells_stay_as_they_are(cell: str) -> None:
    assert as_text(cell) == cell == from_text(cell)


@given(st.text(alphabet="'=+-@＝ab"))
def test_cell_comes_back_and_is_never_a_formula(cell: str) -> None:
    assert from_text(as_text(cell)) == cell
    assert not as_text(cell).startswith(FORMULA_STARTS)
