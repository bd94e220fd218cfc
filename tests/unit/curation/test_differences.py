from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from curation.differences import Part, differences

pytestmark = pytest.mark.unit


def test_numbers_differ_as_numbers() -> None:
    assert list(differences("45 分钟到达", "54 分钟到达")) == [
        Part("left", "45"),
        Part("right", "54"),
        Part("both", " 分钟到达"),
    ]


@given(st.text(max_size=30), st.text(max_size=30))
def test_both_texts_can_be_read_from_their_parts(left: str, right: str) -> None:
    parts = list(differences(left, right))
    assert "".join(part.text for part in parts if part.side != "right") == left
    assert "".join(part.text for part in parts if part.side != "left") == right
