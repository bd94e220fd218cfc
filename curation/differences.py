"""Shows in which words two texts differ. Pure."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

_WORD = re.compile(r"[A-Za-z0-9.,]+|\s+|.", re.DOTALL)
"""Chinese is compared by characters; numbers and Latin words stay whole, so that 45 and 54 differ as numbers."""


@dataclass(frozen=True, slots=True)
class Part:
    """A run of text that both sides have, or only one."""

    side: Literal["both", "left", "right"]
    text: str


def differences(left: str, right: str) -> Iterator[Part]:
    """Yield the parts of two texts in their order; the left side of a change comes before the right one."""
    ours, theirs = _WORD.findall(left), _WORD.findall(right)
    matcher = difflib.SequenceMatcher(None, ours, theirs, autojunk=False)
    for kind, a, b, c, d in matcher.get_opcodes():
        if kind == "equal":
            yield Part("both", "".join(ours[a:b]))
            continue
        if a < b:
            yield Part("left", "".join(ours[a:b]))
        if c < d:
            yield Part("right", "".join(theirs[c:d]))
