from __future__ import annotations

import pytest

from assist_api.comments.mentions import mentioned

pytestmark = pytest.mark.unit


def test_the_longest_name_behind_the_sign_counts_and_nobody_twice() -> None:
    names = {1: ("张伟", "zhang.wei"), 2: ("张伟明", "zhang.wm"), 3: ("Li Na", "li.na")}
    assert mentioned("@张伟明请看，@li na 也看；@张伟明 邮箱 a@b", names) == [2, 3]
    assert mentioned("没有人", names) == []
