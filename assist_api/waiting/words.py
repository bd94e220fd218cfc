"""What a waiting caller is told: notices, the place, the wait in plain words, keys. Pure.

Nobody believes a number that rises and falls from one announcement to the next: the place is never told higher than
before, and a longer wait is told only when it is longer by two steps, which is beyond the error of the estimate.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from assist_api.routing.book import Announcements

STEPS_MINUTES = (1, 2, 3, 5, 10, 15, 20, 30)
"""Waits that are told; a longer one is told as more than the last of them."""
_RISE_STEPS = 2
_MOST_NOTICES = 2
"""In one announcement; further ones come in the next."""

STILL_BUSY = "坐席都在忙，请不要挂机。"
NEXT = "您是下一位。"
AHEAD = "您前面还有{count}位。"
WITHIN_A_MINUTE = "一分钟之内就会轮到您。"
ABOUT = "大约还要等{minutes}分钟。"
LONG = "可能还要等半小时以上。"
OFFER_CALLBACK = "不想等的话请按1，轮到您时我们给您回电，您的位置为您保留。"
OFFER_MESSAGE = "留言请按2。"
_USUAL_PLACES = 10
USUAL = (
    *(STILL_BUSY, OFFER_CALLBACK, OFFER_MESSAGE, NEXT, WITHIN_A_MINUTE, LONG),
    *(ABOUT.format(minutes=minutes) for minutes in STEPS_MINUTES[1:]),
    *(AHEAD.format(count=count) for count in range(1, _USUAL_PLACES + 1)),
)
"""Sentences of nearly every announcement; notices and places further behind are spoken when they are needed."""


@dataclass(frozen=True, slots=True)
class Told:
    """What one caller was told so far.

    Attributes:
        ahead: Callers before this one; None where it was not said.
        step: Place of the wait in `STEPS_MINUTES`, one behind the last for a longer wait; None where it was not said.
        notices: Notices that were read out.
    """

    ahead: int | None = None
    step: int | None = None
    notices: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Standing:
    """How a caller stands now.

    Attributes:
        ahead: Callers before this one; None where the exchange does not say.
        wait_seconds: Expected wait from now on; None while nobody can tell.
        notices: Current notices of the caller's addresses.
    """

    ahead: int | None = None
    wait_seconds: int | None = None
    notices: Sequence[str] = ()


def announcement(now: Standing, before: Told, spoken: Announcements) -> tuple[tuple[str, ...], Told]:
    """Return the sentences of the next announcement, and what the caller was told with it."""
    unheard = [text for text in now.notices if text not in before.notices] if spoken.says_notices else []
    news = tuple(unheard[:_MOST_NOTICES])
    ahead = _ahead(now.ahead, before.ahead) if spoken.says_place else None
    step = _step(now.wait_seconds, before.step) if spoken.says_wait else None
    told = Told(
        before.ahead if ahead is None else ahead,
        before.step if step is None else step,
        before.notices | frozenset(news),
    )
    return (*news, STILL_BUSY, *_place(ahead), *_wait(step), *_keys(spoken)), told


def _ahead(now: int | None, before: int | None) -> int | None:
    """Return the place to tell; None where another caller went in front meanwhile."""
    return None if now is None or (before is not None and now > before) else now


def _step(seconds: int | None, before: int | None) -> int | None:
    if seconds is None:
        return None
    step = bisect_left(STEPS_MINUTES, seconds / 60)
    is_within_error = before is not None and before < step < before + _RISE_STEPS
    return before if is_within_error else step


def _place(ahead: int | None) -> Iterator[str]:
    if ahead is not None:
        yield AHEAD.format(count=ahead) if ahead else NEXT


def _wait(step: int | None) -> Iterator[str]:
    if step is not None:
        is_long = step == len(STEPS_MINUTES)
        yield LONG if is_long else ABOUT.format(minutes=STEPS_MINUTES[step]) if step else WITHIN_A_MINUTE


def _keys(spoken: Announcements) -> Iterator[str]:
    if spoken.offers_callback:
        yield OFFER_CALLBACK
    if spoken.offers_message:
        yield OFFER_MESSAGE
