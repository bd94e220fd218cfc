"""Finds the area of an address: the street or estate by which orders are dispatched and faults counted. Pure."""

from __future__ import annotations

import re

_ABOVE = re.compile(r"^.*?(?:自治区|省|市|(?<!小)区|县|旗)(?=[\u4e00-\u9fff])")
"""Province, city and district stand before the street and say too little."""
_STREET = re.compile(r"[\u4e00-\u9fff]{1,8}?(?:大道|大街|胡同|公路|路|街|巷|道)")
_PLACE = re.compile(r"[\u4e00-\u9fffA-Za-z]{1,10}?(?:小区|社区|家园|花园|新村|公寓|苑|村|镇|庄|城)")
_LEAD = re.compile(r"^(?:我家?|我们家?|就|地址|家)?(?:是|住)?(?:在)?")


def area_of(address: str) -> str:
    """Return the street of an address, else its estate or village, else an empty text."""
    rest = _LEAD.sub("", address.strip())
    while (shorter := _ABOVE.sub("", rest)) != rest:
        rest = shorter
    found = _STREET.search(rest) or _PLACE.search(rest)
    return "" if found is None else found.group()
