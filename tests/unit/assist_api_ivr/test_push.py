from __future__ import annotations

from datetime import UTC, date, datetime
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from pydantic import ValidationError

from assist_api.ivr.caller_notices import MOST_SPOKEN, UNKNOWN_END, notice_for, spoken_text, spoken_values
from assist_api.ivr.figures import node_figures
from assist_api.ivr.push import MOST_CHARACTERS, Listener, PushText, pushed_to
from assist_api.notices.models import Notice

pytestmark = pytest.mark.unit

ZONE = ZoneInfo("Asia/Shanghai")

AT_HOME = Listener("power", ("城东人民路1号",), is_holiday=False, today=date(2026, 11, 30))


def text(kind: str, words: str, **others: object) -> PushText:
    return PushText.model_validate({"kind": kind, "text": words, **others})


def notice(area: str, words: str = "检修停电", ends_at: datetime | None = None) -> Notice:
    return Notice(
        id=uuid4(), area=area, sector="power", text=words, starts_at=datetime(2026, 11, 30, tzinfo=UTC),
        ends_at=ends_at, order_id=None, created_by=None, created_by_name="", created_at=datetime.now(UTC),
    )  # fmt: skip


def test_a_caller_is_told_only_what_concerns_the_caller_the_outage_first() -> None:
    texts = [
        text("greeting", "欢迎。"),
        text("notice", "城东抄表。", areas=["城东"]),
        text("notice", "城西抄表。", areas=["城西"]),
        text("holiday", "节日快乐。"),
        text("greeting", "燃气问候。", sector="gas"),
        text("greeting", "去年的。", last_day="2025-12-31"),
    ]
    assert pushed_to(AT_HOME, ["停电。"], texts) == ("停电。", "城东抄表。", "欢迎。")


def test_what_is_told_never_passes_the_cap_whatever_order_it_comes_in() -> None:
    long = "长" * (MOST_CHARACTERS - 2)
    assert pushed_to(AT_HOME, [], [text("greeting", long), text("notice", "城东抄表。", areas=["城东"])]) == (
        "城东抄表。",
    )


def test_a_notice_for_nobody_and_days_the_wrong_way_round_are_refused() -> None:
    for wrong in ({"kind": "notice"}, {"kind": "greeting", "first_day": "2026-02-02", "last_day": "2026-02-01"}):
        with pytest.raises(ValidationError):
            PushText.model_validate({"text": "您好。", **wrong})


def test_a_notice_is_found_by_what_is_said_else_by_the_registered_address() -> None:
    notices = [notice("人民路"), notice("解放路")]
    assert notice_for(notices, "我住解放路八号", ("城东人民路1号",)) is notices[1]
    assert notice_for(notices, "我家", ("城东人民路1号",)) is notices[0]
    assert notice_for(notices, "幸福花园", ()) is None


def test_a_notice_is_read_in_whole_sentences_and_says_when_nobody_knows_the_end() -> None:
    assert spoken_values(notice("人民路"), ZONE)["until"] == UNKNOWN_END
    ends_at = datetime(2026, 11, 30, 10, 5, tzinfo=UTC)
    assert spoken_values(notice("人民路", ends_at=ends_at), ZONE)["until"] == "11月30日18点05分"
    long = "检修停电。" * 40
    assert len(spoken_text(long)) <= MOST_SPOKEN
    assert spoken_text("停电{x}") == "停电x。"


def test_failures_of_recognition_and_of_understanding_are_told_apart() -> None:
    found = node_figures("welcome", {"heard": 3, "unheard": 1, "silence": 1, "keyed": 1, "no_match": 4})
    assert (found.recognition_failure, found.intent_failure) == (0.25, 0.5)
    assert node_figures("welcome", {}).recognition_failure is None
