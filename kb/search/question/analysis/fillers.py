"""Blanks out greetings, hesitation and asking phrases of callers."""

from __future__ import annotations

import re

_POLITE = r"(?:麻烦|劳驾)(?:你|您)?(?:们)?(?:一下)?|不好意思|打扰(?:一下|了)|谢谢(?:你|您|啊|了)*|再见|拜拜"
_GREETING = r"喂+|(?:你|您|大家)好(?:啊|呀|哈)?|哈喽|hello"
_HESITATION = r"[呃嗯唔哦噢喔哎唉诶欸咳]+|那个那个|这个这个|就是说|怎么说呢|反正就是|等一下|你听我说"
_ASKING = (
    r"(?:我|俺|咱)?(?:就)?(?:是)?(?:想|要)(?:跟(?:你|您))?(?:问|咨询|请教|打听|了解)(?:一?下|问)?(?:子)?"
    r"|请问(?:一?下)?|问一?下|请教一?下|帮(?:我|忙)(?:查|看|问)一?下|(?:你|您)(?:帮我|给我)(?:查|看|问)一?下"
)
_FILLERS = re.compile("|".join((_POLITE, _GREETING, _HESITATION, _ASKING)))
_ONLY_SOUND = re.compile(r"(?:^|(?<=[ ,，。.!！?？、]))(?:额|啊|呀|那个|这个|然后|那|就是)+(?=$|[ ,，。.!！?？、…])")


def mute_fillers(folded_text: str) -> str:
    """Return the text with greetings, hesitation and asking phrases blanked out; the length stays."""
    return _ONLY_SOUND.sub(_blank, _FILLERS.sub(_blank, folded_text))


def _blank(match: re.Match[str]) -> str:
    return " " * len(match[0])
