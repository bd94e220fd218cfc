from __future__ import annotations

from collections.abc import Sequence
from uuid import uuid4

import pytest

from assist_api.hints.book import BookSector, shipped_book
from assist_api.hints.listener import BookListener
from assist_api.hints.observer import Hinted, HintObserver
from assist_api.hints.policy import HintPolicy
from assist_api.hints.shown import CallHint, HintKind, HintRaised, QuestionProposed, StepTicked
from assist_api.transcripts.utterances import LegRole, Utterance

pytestmark = pytest.mark.unit

Line = tuple[str, int]
POWER = BookListener(shipped_book("power"))


def said(line: str, start_ms: int, length_ms: int = 3_000, *, is_final: bool = True) -> Utterance:
    return Utterance(
        segment_id=uuid4(),
        leg_role=LegRole.AGENT if line.startswith("A: ") else LegRole.CUSTOMER,
        start_ms=start_ms,
        end_ms=start_ms + length_ms,
        text=line[3:],
        is_final=is_final,
        partial_index=-1 if is_final else 0,
        confidence=0.9,
        language="zh",
    )


def observer(policy: HintPolicy | None = None, listener: BookListener = POWER) -> HintObserver:
    in_force = policy or HintPolicy()
    return HintObserver(lambda _sector: (listener, in_force), "power")


def hear(watching: HintObserver, *lines: str, gap_ms: int = 4_000) -> list[Hinted]:
    return [hint for place, line in enumerate(lines) for hint in watching.hear([said(line, place * gap_ms)])]


def ticked(hinted: Sequence[Hinted]) -> list[str]:
    return [item.step_id for item in hinted if isinstance(item, StepTicked)]


def raised(hinted: Sequence[Hinted]) -> list[HintRaised]:
    return [item for item in hinted if isinstance(item, HintRaised)]


def proposed(hinted: Sequence[Hinted]) -> list[QuestionProposed]:
    return [item for item in hinted if isinstance(item, QuestionProposed)]


def test_the_track_ticks_itself_from_the_agents_words_once_each() -> None:
    lines = (
        "A: 您好，95598供电服务热线，工号零三二，请问有什么可以帮您？",
        "C: 我家停电了，在人民路十六号。",
        "A: 给您添麻烦了，请问您贵姓？",
        "A: 地址是人民路十六号，对吗？",
        "A: 抢修人员四十五分钟之内到，请问还有其他可以帮您的吗？",
        "A: 您好，感谢您的来电，再见。",
    )
    assert ticked(hear(observer(), *lines)) == [
        "greeting", "introduce", "empathy", "identity", "read_back", "promise", "anything_else", "closing",
    ]  # fmt: skip


def test_a_number_or_place_that_the_agent_repeats_is_a_read_back() -> None:
    assert "read_back" in ticked(hear(observer(), "C: 户号是三二零五六六。", "A: 好的，三二零五六六。"))
    assert "read_back" not in ticked(hear(observer(), "C: 我家停电了。", "A: 您家停电了，好的。"))


def test_partials_and_words_of_the_caller_tick_nothing() -> None:
    watching = observer()
    assert watching.hear([said("A: 您好", 0, is_final=False)]) == []
    assert ticked(hear(watching, "C: 您好，感谢您，再见。")) == []


def test_a_forbidden_word_has_its_evidence_and_what_to_say_instead() -> None:
    (hint,) = raised(hear(observer(), "A: 那我不知道。"))
    assert (hint.kind, hint.key, hint.words) == (HintKind.FORBIDDEN, "dont_know", "不知道")
    assert hint.advice.zh
    assert hint.advice.en
    assert raised(hear(observer(), "A: 不知道您方便说一下地址吗？", "C: 我不知道。")) == []


def test_a_reminder_comes_once_and_only_while_its_step_is_missing() -> None:
    lines = ("A: 我给您登记报修了。", "A: 师傅会来的。", "A: 师傅会到的。")
    assert [hint.key for hint in raised(hear(observer(), *lines))] == ["dispatch_without_time"]
    assert raised(hear(observer(), "A: 已经派了师傅，四十五分钟内到。")) == []


def test_anger_is_told_to_the_agent_and_from_more_points_on_to_the_supervisor() -> None:
    quiet, loud = (hint for hint in raised(hear(observer(), "C: 你们太不像话了。", "C: 我要打12345曝光你们。"))
                   if hint.kind is HintKind.ANGER)  # fmt: skip
    assert (quiet.tells_supervisor, loud.tells_supervisor) == (False, True)
    assert loud.words == "12345"


def test_cutting_short_and_repeating_are_anger_without_a_word_of_it() -> None:
    watching = observer(HintPolicy(anger_hint_from=3, interruptions_from=2))
    hinted: list[Hinted] = []
    for place in range(3):
        start = place * 20_000
        hinted += watching.hear([said("A: 请您稍等，我先帮您查一下这个地区的情况，然后再说。", start, 8_000)])
        hinted += watching.hear([said("C: 你先告诉我到底几点能来电", start + 3_000)])
    (hint,) = [hint for hint in raised(hinted) if hint.kind is HintKind.ANGER]
    assert hint.key in {"interruption", "repeated"}


def test_hints_above_the_budget_of_a_minute_are_held_and_an_angry_caller_never_is() -> None:
    watching = observer(HintPolicy(hints_per_minute=1, anger_alert_from=4))
    lines = ("A: 不知道。", "A: 这不归我管。", "C: 我要曝光你们！")
    assert [hint.is_held for hint in raised(hear(watching, *lines))] == [False, True, False]
    late = raised(watching.hear([said("A: 这不归我们管。", 90_000)]))
    assert [hint.is_held for hint in late] == [False]


def test_a_call_that_is_taken_up_again_goes_on_where_it_was() -> None:
    first = [said("A: 您好，供电热线。", 0), said("A: 我不知道。", 4_000), said("C: 我家没电了。", 8_000)]
    before = observer().hear(first)
    again = HintObserver(
        lambda _sector: (POWER, HintPolicy()),
        "power",
        finals=first,
        ticked=[item for item in before if isinstance(item, StepTicked)],
        raised=[CallHint(**dict(item), dismissed_by=None) for item in before if isinstance(item, HintRaised)],
        proposed=proposed(before)[-1],
    )
    assert again.hear([said("A: 您好。", 12_000)]) == []
    (question,) = proposed(again.hear([said("C: 就我一家没电，邻居家有电。", 16_000)]))
    assert [item.answer.zh for item in question.answered] == ["只有一户"]


def test_the_question_separates_what_remains_and_ends_with_what_the_answers_show() -> None:
    lines = (
        "C: 我家突然没电了。",
        "A: 请问是只有您一家没电，还是整栋楼都没电？",
        "C: 就我一家，对门的灯还亮着。",
        "C: 空气开关掉下来了，推上去又跳了。",
        "C: 刚才开着电热水器。",
    )
    questions = proposed(hear(observer(), *lines))
    asked = [question.ask.zh[:12] if question.ask else None for question in questions]
    assert asked == ["请问是只有您一家没电，还", "麻烦您看一下家里配电箱，", "跳闸前有没有新开大功率电", None]
    assert questions[-1].means is not None
    assert "过载" in questions[-1].means.zh


def test_a_question_that_was_asked_and_not_answered_is_passed() -> None:
    lines = ("C: 停电了。", "A: 请问是只有您一家没电，还是整栋楼都没电？", "C: 你快点来。", "C: 我着急用电。")
    assert proposed(hear(observer(), *lines))[-1].ask is None


@pytest.mark.parametrize(
    ("sector", "trouble"),
    [("gas", "家里有煤气味"), ("water", "我家没水了"), ("heating", "暖气不热"), ("tv", "电视没有信号")],
)
def test_every_sector_ships_its_questions(sector: BookSector, trouble: str) -> None:
    assert proposed(hear(observer(listener=BookListener(shipped_book(sector))), f"C: {trouble}"))
