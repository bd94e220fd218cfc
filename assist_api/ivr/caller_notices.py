"""Outage notices as callers hear them: the same notices that agents read out. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from zoneinfo import ZoneInfo

from assist_api.notices.models import Notice

MOST_SPOKEN = 110
"""Characters of a notice that are read out; agents read the rest."""
UNKNOWN_END = "还不能确定"
_SENTENCE_ENDS = "。！？；"


def notice_for(notices: Sequence[Notice], said: str, addresses: Sequence[str]) -> Notice | None:
    """Return the notice of the place that a caller names, else of one where the caller is registered."""
    for text in (said, *addresses):
        for notice in notices:
            if notice.area in text or (len(text) > 1 and text in notice.area):
                return notice
    return None


def spoken_values(notice: Notice, zone: ZoneInfo) -> Mapping[str, str]:
    """Return a notice by the fields of `flow.LOOK_UPS`; its end is told in the zone."""
    until = UNKNOWN_END
    if notice.ends_at is not None:
        at = notice.ends_at.astimezone(zone)
        until = f"{at.month}月{at.day}日{at.hour}点{at.minute:02d}分"
    return {"area": notice.area, "text": spoken_text(notice.text), "until": until}


def spoken_text(text: str) -> str:
    """Return the beginning of a text, whole sentences where it has some, with an end."""
    text = " ".join(text.split()).translate({ord("{"): None, ord("}"): None})
    if len(text) > MOST_SPOKEN:
        cut = text[:MOST_SPOKEN]
        last = max(cut.rfind(sign) for sign in _SENTENCE_ENDS)
        text = cut[: last + 1] if last > 0 else cut
    return text if text.endswith(tuple(_SENTENCE_ENDS)) else f"{text}。"
