"""Telephone, account and meter numbers of a dialogue: said in pieces, repeated, corrected, read back. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from difflib import SequenceMatcher

from assist_api.facts.cues import CORRECTION, NO, YES, asked_fields, nearest_cue
from assist_api.facts.fields import Evidence, Fact, FactField, Turn
from kb.deidentify.digits import Digits, digit_runs

IDENTIFIERS = (FactField.ACCOUNT_NUMBER, FactField.METER_NUMBER, FactField.PHONE)
_ANNOUNCED = (*IDENTIFIERS, FactField.METER_READING)
MOBILE = re.compile(r"1[3-9]\d{9}")
LANDLINE = re.compile(r"(?:0\d{2,3})?[2-9]\d{6,7}")
_HOTLINE = re.compile(r"9[56]\d{3,4}|1[12]\d(?:\d{2})?|[48]00\d{7}")
LENGTHS = {FactField.PHONE: (7, 12), FactField.ACCOUNT_NUMBER: (6, 20), FactField.METER_NUMBER: (5, 24)}
"""Digits that a number of each kind may have; a company's own check rule narrows the account number further."""
_SMALL = 2
_ALIKE = 0.7
"""Share of digits in common from which the agent's number is the caller's, read back."""
_FILLER = re.compile(r"(?:[\s，。、,.\-—…]|嗯|呃|额|啊|哦|那个|这个|然后|就是|再是|接着|完了|还有|是)*")
_UNIT_AFTER = re.compile(
    r"\s?(?:块|元|毛|角|分钱|度|方|吨|立方|号楼|号院|栋|幢|单元|楼|层|室|个|天|小时|分钟|点|月|日|年|期|平|千瓦|安|兆|路|米|次|回|十|百|千|万|位)"
)
_UNIT_BEFORE = re.compile(r"[十百千万第]$")
_OTHERS = re.compile(
    r"物业|邻居|中介|儿子|女儿|闺女|姑娘|老公|丈夫|老婆|媳妇|爱人|老伴|爸|妈|父亲|母亲|单位|公司|房东|租客|租户|哥|姐|弟|妹|"
    r"朋友|同事|他|她|师傅|经理|前任|原来|以前|旧|老户主|停用|不用了|别人|对门|楼上|楼下"
)
_OWN = re.compile(r"我的|我自己|我本人|我这|我手机|我电话|本人|打我|记我|留我|联系我")
_CONTACT = re.compile(r"打|联系|留|找|记")
_REFUSED = re.compile(r"^.{0,6}(?:别记|不要记|别打|不用了|停机|停用|打不通|别用|作废|那是(?!我))")
_CONTINUES = re.compile(r"后面|后边|后头|接着|剩下|剩的|然后|再|最后|下面|尾")
_TAIL_FIX = re.compile(r"(?:最后|末尾|尾数|尾号)[^，。]{0,4}(?:应该)?是")


@dataclass(slots=True)
class _Candidate:
    """A number that is being said."""

    kind: FactField
    digits: str
    evidence: list[Evidence]
    last_turn: int
    is_confirmed: bool = False
    is_others: bool = False

    @property
    def is_complete(self) -> bool:
        if self.kind is FactField.PHONE:
            return bool(MOBILE.fullmatch(self.digits) or LANDLINE.fullmatch(self.digits))
        least, most = LENGTHS[self.kind]
        return least <= len(self.digits) <= most


@dataclass(slots=True)
class _Collector:
    """Walks through a dialogue and keeps every number that was announced."""

    turns: Sequence[Turn]
    found: list[_Candidate] = field(default_factory=list)
    asked: tuple[FactField, ...] = ()
    is_open: bool = False
    """Whether the number said last may go on in the next utterance."""

    def run(self) -> list[_Candidate]:
        for place, turn in enumerate(self.turns):
            if turn.is_customer:
                self._hear_customer(place, turn.text)
            else:
                self._hear_agent(place, turn)
        return self.found

    def _hear_customer(self, place: int, text: str) -> None:
        if self.found and self.found[-1].is_confirmed and NO.search(text) and self._follows_read_back(place):
            self.found[-1].is_confirmed = False
        kind: FactField | None = None
        for piece in number_pieces(text):
            announced = nearest_cue(text, piece.start, _ANNOUNCED)
            kind = announced or kind or self._expected(piece.text)
            if kind in IDENTIFIERS and kind is not None:
                self._take(kind, place, text, piece)

    def _expected(self, digits: str) -> FactField | None:
        if MOBILE.fullmatch(digits):
            return FactField.PHONE
        wanted = [kind for kind in self.asked if kind in _ANNOUNCED]
        return wanted[0] if wanted else None

    def _take(self, kind: FactField, place: int, text: str, piece: Digits) -> None:
        if kind is not FactField.PHONE and MOBILE.fullmatch(piece.text) and FactField.PHONE in self.asked:
            kind = FactField.PHONE
        evidence = Evidence(place, piece.start, piece.end)
        current = next((item for item in reversed(self.found) if item.kind is kind), None)
        if current is not None and self._patch(current, text, piece, evidence):
            return
        if current is not None and self._goes_on(current, place, text, piece):
            current.digits = joined(current.digits, piece.text, kind)
            current.evidence.append(evidence)
            current.last_turn = place
            return
        self.found.append(_Candidate(kind, piece.text, [evidence], place, is_others=_belongs_to_others(text, piece)))

    def _goes_on(self, current: _Candidate, place: int, text: str, piece: Digits) -> bool:
        if current.last_turn == place:
            if _begins_anew(current.digits, piece.text, text[: piece.start]):
                return False
            between = text[current.evidence[-1].end : piece.start]
            return not current.is_complete and not CORRECTION.search(between) and len(between) <= 12
        if place - current.last_turn > 2 or CORRECTION.search(text[: piece.start]):
            return False
        announces = bool(_CONTINUES.search(text[: piece.start]))
        if current.kind is FactField.PHONE:
            whole = joined(current.digits, piece.text, current.kind)
            return not current.is_complete and len(whole) <= 12 and not MOBILE.fullmatch(piece.text)
        return self.is_open and (announces or len(current.digits) < 10) and piece.text not in current.digits

    @staticmethod
    def _patch(current: _Candidate, text: str, piece: Digits, evidence: Evidence) -> bool:
        """Put a few corrected digits in the place of the wrong ones: `最后是五七，不是七五`."""
        if len(piece.text) > 4 or len(current.digits) < 6:
            return False
        before = text[max(0, piece.start - 8) : piece.start]
        if re.search(r"不是[^，。]{0,3}$", before):
            return True
        if not (_TAIL_FIX.search(before) or (CORRECTION.search(text[: piece.start]) and current.is_complete)):
            return False
        wrong = re.search(r"(?:不是|不要)([^，。]+)", text[piece.end : piece.end + 12])
        wrong_digits = "".join(run.text for runs in digit_runs(wrong[1]) for run in runs) if wrong else ""
        if wrong_digits and wrong_digits in current.digits:
            head, _, tail = current.digits.rpartition(wrong_digits)
            current.digits = head + piece.text + tail
        elif _TAIL_FIX.search(before):
            current.digits = current.digits[: -len(piece.text)] + piece.text
        else:
            return False
        current.evidence.append(evidence)
        return True

    def _hear_agent(self, place: int, turn: Turn) -> None:
        for piece in number_pieces(turn.text):
            self._read_back(place, turn.text, piece)
        asked = asked_fields(turn)
        self.is_open = not asked
        if asked:
            self.asked = asked

    def _read_back(self, place: int, text: str, piece: Digits) -> None:
        for candidate in reversed(self.found):
            if _is_read_back(candidate, piece.text):
                candidate.digits, candidate.is_confirmed = piece.text, True
                candidate.evidence.append(Evidence(place, piece.start, piece.end))
                candidate.is_others = False if place - candidate.last_turn <= 1 else candidate.is_others
                return
        kind = nearest_cue(text, piece.start, IDENTIFIERS) or (
            FactField.PHONE if MOBILE.fullmatch(piece.text) else None
        )
        following = self.turns[place + 1] if place + 1 < len(self.turns) else None
        accepted = following is not None and following.is_customer and bool(YES.search(following.text))
        if kind is not None and accepted and not NO.search(following.text if following else ""):
            self.found.append(_Candidate(kind, piece.text, [Evidence(place, piece.start, piece.end)], place, True))

    def _follows_read_back(self, place: int) -> bool:
        return bool(self.found[-1].evidence) and self.found[-1].evidence[-1].turn == place - 1


def find_identifiers(turns: Sequence[Turn]) -> Iterator[Fact]:
    """Yield the caller's telephone, account and meter number as last corrected, each at most once."""
    candidates = _Collector(turns).run()
    for kind in IDENTIFIERS:
        usable = [item for item in candidates if item.kind is kind and item.is_complete and not item.is_others]
        if not usable:
            continue
        best = max(enumerate(usable), key=lambda pair: (pair[1].is_confirmed, pair[0]))[1]
        yield Fact(kind, best.digits, tuple(dict.fromkeys(best.evidence)), best.is_confirmed)


def number_pieces(text: str) -> list[Digits]:
    """Return the digit strings of a text that may be part of an identifier; counts and measures are left out.

    What is separated only by pauses and fillers is one piece; a group that is repeated at once counts once.
    """
    pieces: list[Digits] = []
    for run in digit_runs(text):
        chunks = [chunk for chunk in run if not _is_measure(text, chunk)]
        for chunk in chunks:
            last = pieces[-1] if pieces else None
            if last is not None and _joins(last, chunk, text):
                is_repeated = last.text.endswith(chunk.text) and len(last.text) > len(chunk.text) > _SMALL
                if is_repeated or (last.text == chunk.text and len(last.text) >= LENGTHS[FactField.ACCOUNT_NUMBER][0]):
                    pieces[-1] = replace(last, end=chunk.end)
                else:
                    pieces[-1] = Digits(last.text + chunk.text, last.start, chunk.end)
            else:
                pieces.append(chunk)
    return [piece for piece in pieces if len(piece.text) >= _SMALL and not _is_hotline(text, piece)]


def _is_hotline(text: str, piece: Digits) -> bool:
    announced = nearest_cue(text, piece.start, IDENTIFIERS)
    return _HOTLINE.fullmatch(piece.text) is not None and announced not in (
        FactField.ACCOUNT_NUMBER,
        FactField.METER_NUMBER,
    )


def joined(head: str, tail: str, kind: FactField) -> str:
    """Return two pieces as one; digits that were said again at the seam count once."""
    if kind is FactField.PHONE and MOBILE.fullmatch(head + tail):
        return head + tail
    for overlap in range(min(len(head), len(tail)), _SMALL, -1):
        if head.endswith(tail[:overlap]):
            return head + tail[overlap:]
    return head + tail


def _joins(last: Digits, chunk: Digits, text: str) -> bool:
    if MOBILE.fullmatch(last.text) or len(last.text) + len(chunk.text) > 20:
        return False
    if MOBILE.fullmatch(chunk.text):
        return False
    if _begins_anew(last.text, chunk.text, text[: last.start]):
        return False
    return _FILLER.fullmatch(text[last.end : chunk.start]) is not None


def _begins_anew(said: str, digits: str, before: str) -> bool:
    """Whether a whole number follows the few corrected digits: 不是，是二九，三零零五六六幺二九."""
    is_whole = len(digits) >= LENGTHS[FactField.ACCOUNT_NUMBER][0] + _SMALL
    return is_whole and len(said) <= _SMALL + 1 and CORRECTION.search(before) is not None


def _is_measure(text: str, chunk: Digits) -> bool:
    is_short = len(chunk.text) <= 4
    after, before = text[chunk.end : chunk.end + 3], text[: chunk.start]
    return (
        (is_short and bool(_UNIT_AFTER.match(after)))
        or bool(_UNIT_BEFORE.search(before))
        or after[:1] in tuple("十百千万")
    )


def _is_read_back(candidate: _Candidate, digits: str) -> bool:
    if len(digits) < LENGTHS[candidate.kind][0]:
        return False
    if candidate.kind is FactField.PHONE and not (MOBILE.fullmatch(digits) or LANDLINE.fullmatch(digits)):
        return False
    if candidate.kind is not FactField.PHONE and MOBILE.fullmatch(digits) and not MOBILE.fullmatch(candidate.digits):
        return False
    return SequenceMatcher(None, candidate.digits, digits, autojunk=False).ratio() >= _ALIKE


def _belongs_to_others(text: str, piece: Digits) -> bool:
    """Whether the words before a number say that it is somebody else's and not to be called."""
    clause_start = max(text.rfind(mark, 0, piece.start) for mark in "。！？；")
    before = text[max(clause_start + 1, piece.start - 24) : piece.start]
    if _REFUSED.search(text[piece.end :].lstrip("，, ")):
        return True
    owners = [match.end() for match in _OTHERS.finditer(before)]
    if not owners:
        return False
    own = [match.end() for match in _OWN.finditer(before)]
    if own and max(own) > max(owners):
        return False
    first = next(_OTHERS.finditer(before))
    return _CONTACT.search(before[max(0, first.start() - 4) : first.start()]) is None
