from __future__ import annotations

import pytest

from curation.facts import DAY, MONTH, YEAR, FactKind, facts_of, number_of

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("每只25块", FactKind.MONEY, 25),
        ("三百二十块五", FactKind.MONEY, 320.5),
        ("违约金按千分之五", FactKind.SHARE, 0.005),
        ("不到速率的八成", FactKind.SHARE, 0.8),
        ("最长半年", FactKind.DURATION, YEAR / 2),
        ("一个半小时到", FactKind.DURATION, 90),
        ("五个工作日办结", FactKind.DURATION, 5 * DAY),
        ("橡胶软管三年一换", FactKind.PERIOD, 3 * YEAR),
        ("按双月抄表", FactKind.PERIOD, 2 * MONTH),
        ("每两年免费安检一次", FactKind.PERIOD, 2 * YEAR),
        ("室温不低于18度", FactKind.TEMPERATURE, 18),
        ("超过230度的部分", FactKind.ENERGY, 230),
        ("每年360立方米以内", FactKind.VOLUME, 360),
        ("自行更换四节五号电池", FactKind.COUNT, 4),
        ("十月十五号以前", FactKind.DATE, "10-15"),
        ("营业到17:30", FactKind.CLOCK, 17.5 * 60),
        ("下午五点半下班", FactKind.CLOCK, 17.5 * 60),
        ("抢险电话96071", FactKind.PHONE, "96071"),
        ("费用由供水企业承担", FactKind.PAYER, "company"),
        ("由用户自己出", FactKind.PAYER, "customer"),
        ("没有增容的费用", FactKind.CHARGE, "free"),
        ("周六、周日照常营业", FactKind.WEEKDAYS, "open"),
        ("双休日不办业务", FactKind.WEEKDAYS, "closed"),
        ("营业厅全年无休", FactKind.WEEKDAYS, "open"),
        ("营业时间是每天8点到17点半", FactKind.WEEKDAYS, "open"),
        ("营业厅周一到周五上班", FactKind.WEEKDAYS, "closed"),
    ],
)
def test_fact_is_read_in_comparable_units(text: str, kind: FactKind, value: float | str) -> None:
    assert [fact.value for fact in facts_of(text) if fact.kind is kind] == [pytest.approx(value)]


@pytest.mark.parametrize("text", ["第二年", "一次办好", "不交气费", "3.10元是单价", "请您稍等", ""])
def test_ordinals_articles_and_denials_are_no_facts_of_their_kind(text: str) -> None:
    kinds = {fact.kind for fact in facts_of(text)}
    assert not kinds & {FactKind.DURATION, FactKind.COUNT, FactKind.CHARGE}


@pytest.mark.parametrize("text", ["我先帮您看看每天的用电记录", "每日按欠费总额的千分之一", "随时查看每日电量"])
def test_what_happens_every_day_says_nothing_about_opening(text: str) -> None:
    assert FactKind.WEEKDAYS not in {fact.kind for fact in facts_of(f"{text}。以上内容以当地营业厅公布的为准。")}


def test_fact_names_the_words_it_stands_in() -> None:
    (fact,) = facts_of("机顶盒保修两年")
    assert fact.words == "两年"


@pytest.mark.parametrize(
    ("text", "value"), [("十五", 15), ("两百", 200), ("半", 0.5), ("1,200", 1200), ("三点五", 3.5)]
)
def test_numbers_in_digits_and_numerals(text: str, value: float) -> None:
    assert number_of(text) == value
