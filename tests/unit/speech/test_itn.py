from __future__ import annotations

import pytest

from speech.text.itn import write_numbers

pytestmark = pytest.mark.unit

CASES = (
    ("户号零七一二，三四零八五六", "户号0712，340856"),
    ("电话幺三九二二零六四四幺八", "电话13922064418"),
    ("这个月二百三十六块五", "这个月236.5元"),
    ("一百一十块零四毛", "110.4元"),
    ("一共一千八百六十元", "一共1860元"),
    ("一度电五毛三", "一度电0.53元"),
    ("三号楼二单元四零二", "3号楼2单元402"),
    ("十一月八号上午十点半", "11月8号上午10点半"),
    ("表上是一千二百八十七方", "表上是1287方"),
    ("室温十六度", "室温16度"),
    ("电价零点五四六九元", "电价0.5469元"),
    ("百分之二十的基础费", "20%的基础费"),
    ("打九五五九八", "打95598"),
    ("四十五分钟内到", "45分钟内到"),
    ("两千零五吨", "2005吨"),
    ("现在是四千七百二十一", "现在是4721"),
    ("二零二六年十一月", "2026年11月"),
)
PLAIN = (
    "等一下我看看",
    "万一停电了怎么办",
    "两三天没水了",
    "十分着急",
    "一起交吧，一共几块",
    "第二天就好了",
    "千万别碰",
    "两个月没人抄表",
    "嗯",
    "三四十分钟",
    "老百姓",
    "一点儿热气都没有",
)


@pytest.mark.parametrize(("said", "written"), CASES)
def test_spoken_numbers_become_figures(said: str, written: str) -> None:
    assert write_numbers(said).text == written


@pytest.mark.parametrize("said", PLAIN)
def test_words_that_only_sound_like_numbers_stay(said: str) -> None:
    assert write_numbers(said).text == said


@pytest.mark.parametrize("said", [*(said for said, _ in CASES), *PLAIN, ""])
def test_changes_point_into_the_source_and_make_the_text(said: str) -> None:
    written = write_numbers(said)
    rebuilt, done = "", 0
    for change in written.changes:
        assert done <= change.start < change.end <= len(said)
        rebuilt += said[done : change.start] + change.text
        done = change.end
    assert rebuilt + said[done:] == written.text
    assert bool(written.text) == bool(said)


@pytest.mark.parametrize("said", [*(said for said, _ in CASES), *PLAIN])
def test_writing_twice_changes_nothing(said: str) -> None:
    once = write_numbers(said).text
    assert write_numbers(once).text == once
