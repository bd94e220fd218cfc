"""What of an utterance still holds: mistakes that the speaker put right are left out. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

_SENTENCE = re.compile(r"[^。！？!?；;…]+[。！？!?；;…]*")
_CLAUSE = re.compile(r"[^，,、。！？!?；;…]+[，,、。！？!?；;…]*")
_CORRECTION = re.compile(
    r"^(?:嗯|呃|啊|哎|哦|噢|额|唉|喔)*[，]?(?:哦不|噢不|啊不|哎不|呃不|喔不|不对|不是|错了|说错|记错|看错|报错|念错|弄错|搞错|口误|更正|等一?下|应该是|我再|sorry)"
)
_OR = re.compile(r"(?:还是|要不|或者)(?:是)?(?P<value>[0-9０-９零〇一二两三四五六七八九十百幺]{2,})")
_VALUE = re.compile(r"[0-9０-９零〇一二两三四五六七八九十百幺]|今|明|后天|昨|周|星期|礼拜|上午|下午|晚上")


@dataclass(frozen=True, slots=True)
class Clause:
    """A clause that still holds.

    Attributes:
        text: Without the mark at its end.
        start: First character in the utterance.
        is_question: Whether it ends a sentence that asks something.
    """

    text: str
    start: int
    is_question: bool


def sentences(text: str) -> Iterator[tuple[int, str]]:
    """Yield the sentences of an utterance with where they begin."""
    for found in _SENTENCE.finditer(text):
        yield found.start(), found.group()


def standing_clauses(text: str) -> list[Clause]:
    """Return the clauses of an utterance, without what the speaker took back and without the words for taking back."""
    kept: list[Clause] = []
    for start, sentence in sentences(text):
        for found in _CLAUSE.finditer(sentence):
            is_question = found.group().rstrip().endswith(("？", "?"))
            clause = found.group().rstrip("，,、。！？!?；;… ")
            if taken_back := _CORRECTION.match(clause):
                while kept and not _VALUE.search(kept[-1].text):
                    kept.pop()
                if kept:
                    kept.pop()
                clause = clause[taken_back.end() :].lstrip("不对错了是，的")
            if clause:
                kept.append(Clause(clause, start + found.start(), is_question))
    return _without_doubts(kept)


def _without_doubts(clauses: Sequence[Clause]) -> list[Clause]:
    """Leave out two values between which the speaker wavers before one is settled on: 零四七，还是零七四，对."""
    left_out: set[int] = set()
    for place, clause in enumerate(clauses[1:], start=1):
        wavering = _OR.match(clause.text)
        if (
            wavering
            and _VALUE.search(clauses[place - 1].text)
            and any(wavering["value"] in later.text for later in clauses[place + 1 :])
        ):
            left_out |= {place - 1, place}
    return [clause for place, clause in enumerate(clauses) if place not in left_out]


def is_taken_back(texts: Sequence[str]) -> list[bool]:
    """Return for each utterance of one side whether a later one of the same side begins by taking it back."""
    return [
        place + 1 < len(texts)
        and re.match(
            r"(?:不好意思|抱歉|对不起)?[，]?(?:我)?(?:刚才)?(?:说错|看错|搞错|弄错|查错|记错|报错)", texts[place + 1]
        )
        is not None
        for place in range(len(texts))
    ]
