"""Sentences of the dialogue itself, the same in every flow. Pure."""

from __future__ import annotations

CONFIRM_INTENT = "您是要{title}，对吗？请说对或者不对，也可以按1确认，按2重说。"
CHOOSE_INTENT = "您是要{first}，还是{second}？请说出来，也可以按1选前一个，按2选后一个。"
CONFIRM_NUMBER = "您的{name}是{number}，对吗？对请说对，或者按1。不对请说不对，或者按2。"
WRONG_NUMBER = "这个{name}不对，请核对一下。"
NOTHING_HEARD = "没有听到您的声音。"
NOT_UNDERSTOOD = "对不起，没有听明白。"
ONE_MOMENT = "请稍等，正在识别。"
RECOGNISER_SLOW = "语音识别现在比较慢，请用按键回答。"
TO_AGENT = "好的，马上为您转接人工。"
HELP_FROM_AGENT = "这件事请人工客服帮您，正在为您转接。"
SYSTEM_AWAY = "查询系统暂时没有响应，正在为您转接人工。"
AFTER_TONE = "请在嘀声后留言，说完请按井号键。"
NOTHING_RECORDED = "没有录到您的留言。"
OUTAGE_PUSHED = "您所在的{area}有停电停供通知：{text}"
CALLERS_BEFORE = "您前面有{count}位在等待。"
EXPECTED_WAIT = "预计等待约{minutes}分钟。"

SAID_WHEN_SLOW = (ONE_MOMENT, RECOGNISER_SLOW)
"""Spoken beforehand: a machine that is too slow to recognise is too slow to speak as well."""
