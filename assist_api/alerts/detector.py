"""Finds danger in what a caller says, by rules alone: no model, no index and no server has a part in it. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass

from assist_api.alerts.rules import DangerKind, Pattern, RuleBook
from speech.text.correction import PinyinCorrector

_SENTENCE_END = re.compile(r"[。！？!?；;]")
_TOGETHER = 60
"""Characters within which the parts of one pattern must stand: longer texts speak of several things."""
_LETTER = 160
"""Characters of a breathless half minute; in longer texts, letters, danger counts only beside urgent words."""
_BEFORE, _AFTER = 30, 18
"""Characters around a hit in which a guard counts: about one spoken clause on either side."""


@dataclass(frozen=True, slots=True)
class Danger:
    """A danger that was said.

    Attributes:
        kind: What endangers people.
        start: First character of the words that say it (Unicode code points).
        end: One past the last.
        is_certain: Whether a partial transcript is enough to raise an alert.
        pattern: The rule, as the curator wrote it.
    """

    kind: DangerKind
    start: int
    end: int
    is_certain: bool
    pattern: str


class DangerDetector:
    """Applies one rule book; immutable, so that calls may share it."""

    def __init__(self, rules: RuleBook) -> None:
        self._rules = rules
        self._corrector = PinyinCorrector(rules.sounds)

    def find(self, text: str) -> tuple[Danger, ...]:
        """Return the first danger of each kind in a text, the one that counts most first; empty for none."""
        heard = self._corrector.correct(text)
        found: dict[DangerKind, Danger] = {}
        for pattern in self._rules.patterns:
            if pattern.kind in found and (found[pattern.kind].is_certain or not pattern.is_certain):
                continue
            if (danger := self._match(pattern, heard)) is not None:
                found[pattern.kind] = danger
        return tuple(found.values())

    def _match(self, pattern: Pattern, text: str) -> Danger | None:
        *conditions, core = pattern.parts
        for hit in core.finditer(text):
            if (
                not self._is_denied(hit, text)
                and all(self._stands_near(condition, hit, text) for condition in conditions)
                and self.guard_of(text, hit.start(), hit.end()) is None
                and not (pattern.unless and pattern.unless.search(self._stretch(text, hit.start(), hit.end())))
            ):
                return Danger(pattern.kind, *hit.span(), pattern.is_certain, pattern.says)
        return None

    def _stands_near(self, condition: re.Pattern[str], hit: re.Match[str], text: str) -> bool:
        """Whether a condition occurs near a hit without being denied."""
        around = condition.finditer(text, max(0, hit.start() - _TOGETHER), min(len(text), hit.end() + _TOGETHER))
        return any(not self._is_denied(found, text) for found in around)

    def _is_denied(self, found: re.Match[str], text: str) -> bool:
        before = text[: found.start()]
        return bool(self._rules.denial.search(before) or self._rules.denied_after.match(text[found.end() :]))

    def is_guarded(self, text: str) -> bool:
        """Whether a text as a whole is about something over, supposed, told, denied or priced."""
        if any(
            self._is_denied(hit, text) for pattern in self._rules.patterns for hit in pattern.parts[-1].finditer(text)
        ):
            return True
        guards = [
            self._rules.plain_denial,
            *self._rules.near.values(),
            self._rules.comparison,
            *self._rules.sentence.values(),
        ]
        return any(guard.search(text) for guard in guards)

    def guard_of(self, text: str, start: int, end: int) -> str | None:
        """Return the name of the guard that keeps words of a text from counting; None for none."""
        stretch = self._stretch(text, start, end)
        if len(text) > _LETTER and not self._rules.urgent.search(stretch):
            return "letter"
        for name, guard in self._rules.near.items():
            if guard.search(stretch):
                return name
        if any(found.start() <= start and end <= found.end() for found in self._rules.comparison.finditer(text)):
            return "comparison"
        if self._rules.urgent.search(text):
            return None
        return next((name for name, guard in self._rules.sentence.items() if guard.search(text)), None)

    def _stretch(self, text: str, start: int, end: int) -> str:
        """Return the words around a hit up to where the speaker turns to something else."""
        first = max(0, start - _BEFORE)
        for border in (_SENTENCE_END, self._rules.turning):
            for found in border.finditer(text, first, start + 1):
                first = max(first, found.start())
        last = min(len(text), end + _AFTER)
        for border in (_SENTENCE_END, self._rules.turning):
            if following := border.search(text, end, last):
                last = min(last, following.start())
        return text[first:last]
