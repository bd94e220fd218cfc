"""Pure: what a caller says about how far a trouble reaches, and which entries that contradicts.

A caller who says 全都不热 contradicts the entry about one cold room, and one who says 只有我家 contradicts the entry
about the whole building, although both share most of their words with what was said. The newest statement counts.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import IntEnum


class Extent(IntEnum):
    """How far a trouble reaches."""

    PART = 1
    """One room, one device, one loop of a home."""
    HOME = 2
    """One home, all of it."""
    AREA = 3
    """A building, a street, a quarter."""


_AREA = (
    r"整栋|整幢|整个(?:单元|小区|楼|片区)|整片|全小区|全楼|一大片|我们(?:这|那)?一片|片区|家家户户|好几栋|几栋楼|"
    r"(?:邻居|隔壁|楼上|楼下|对门|别人家?|周围|几家)[^，。]{0,6}(?:也|都)[^，。有亮好正常]{0,3}(?:没|不|停|黑|灭|断|凉|坏)"
)
_ONLY_HOME = (
    r"(?:只有|就|单单|光)(?:是)?(?:我|咱|自)(?:们|己)?家|自己家|自家|"
    r"(?:邻居|隔壁|楼上|楼下|对门|别人家?|周围|其他家)[^，。没不停黑]{0,8}"
    r"(?:有电|有水|有气|亮着|都亮|正常|好好的|没事|是热的|都热)"
)
_WHOLE_HOME = (
    r"全都|全部|全家|所有(?:的)?(?:房间|屋|屋子|暖气|地方|灯|水龙头)|整个(?:家|屋|房子)|都不热|都没电|都没水|"
    r"每个(?:房间|屋)|家里[^，。]{0,4}都[^，。]{0,2}(?:不|没)"
)
_PART = (
    r"一个(?:房间|屋|卧室|插座|厕所)|一间|一组|一路|"
    r"(?:有的|部分)[^，。]{0,6}(?:房间|屋|地方|灯|插座)|有的[^，。]{1,8}有的"
)
_DENIED = re.compile(
    r"(?:不是|不止|不光|不只|并非)(?:是|说)?(?:只有|就)?(?:我家|我们家|自己家|一间|一组|一路|一个房间|一个屋)"
)
_STATEMENTS = re.compile(f"(?P<area>{_AREA})|(?P<only>{_ONLY_HOME})|(?P<home>{_WHOLE_HOME})|(?P<part>{_PART})")
_EXTENT_OF = {"area": Extent.AREA, "only": Extent.HOME, "home": Extent.HOME, "part": Extent.PART}
_DENIABLE = r"漏水|漏气|欠费|跳闸|停电|停水|停气|冒烟|着火|断线|没电"
_DENIED_FACTS = re.compile(rf"(?:不是|没有|没发现|没看到|没|并没有?)(?P<fact>{_DENIABLE})")


@dataclass(frozen=True, slots=True)
class Claims:
    """What a caller has stated so far.

    Attributes:
        extent: How far the trouble reaches; None while nothing was said about it.
        is_only: Whether it was said that it reaches no further.
        is_newest: Whether the newest utterance said so.
        denied: Facts that the newest utterance denies, such as 漏水.
    """

    extent: Extent | None = None
    is_only: bool = False
    is_newest: bool = False
    denied: frozenset[str] = frozenset()

    def heard(self, text: str) -> Claims:
        """Return the claims after another utterance of the caller."""
        denied = frozenset(match["fact"] for match in _DENIED_FACTS.finditer(text))
        stated = list(_STATEMENTS.finditer(_DENIED.sub("", text)))
        if not stated:
            return Claims(self.extent, self.is_only, denied=denied)
        kind = str(stated[-1].lastgroup)
        return Claims(_EXTENT_OF[kind], kind in {"only", "part"}, is_newest=True, denied=denied)

    def support(self, title: str) -> bool:
        """Tell whether an entry of this title is about a trouble that reaches as far as was said just now."""
        return self.is_newest and self.extent is not None and extent_of(title) is self.extent

    def contradict(self, title: str) -> bool:
        """Tell whether an entry of this title is about something that the caller has said is not so."""
        if any(fact in title for fact in self.denied):
            return True
        entry = extent_of(title)
        if entry is None or self.extent is None:
            return False
        return entry < self.extent or (self.is_only and entry > self.extent)


def extent_of(title: str) -> Extent | None:
    """Return how far the trouble of an entry reaches by its title; None where the title does not say."""
    stated = _STATEMENTS.search(title)
    return None if stated is None else _EXTENT_OF[str(stated.lastgroup)]
