"""Pure: which lines of a card the agent has said already, recognised in the agent's own words.

A recogniser writes other characters for the same sounds, and people reorder what they read. So a line counts as said
when most of its syllables stand, in runs of at least two, in what the agent has said since the card appeared.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher

from kb.search.question.analysis.folding import fold
from kb.search.question.analysis.sounds import similar_sounds, sounds

SAID_SHARE = 0.6
"""Share of a line's syllables that must be found: what is read aloud reaches 0.8 through a recogniser that errs in one
character of ten, another sentence about the same matter 0.4."""
SHORTEST_RUN = 2
SHORTEST_LINE = 4
"""Syllables; a shorter line, such as 好的, is said all the time."""
REMEMBERED = 160
"""Syllables of the agent that a line is looked for in: some 40 s of speech."""
_SENTENCE = re.compile(r"[^。！？!?；;\n]+[。！？!?；;]?")
_STEP = re.compile(r"^\s*\d+[.)、．]\s*(?P<text>.*)$")
_SILENT = re.compile(r"[^\w]|_")


@dataclass(frozen=True, slots=True)
class ScriptLine:
    """A sentence of a script.

    Attributes:
        start: First character in the script.
        end: One past the last.
        sounds: Its syllables, one character each.
    """

    start: int
    end: int
    sounds: str


@dataclass(frozen=True, slots=True)
class Progress:
    """What of a card has been said.

    Attributes:
        lines: Sentences of the script.
        steps: Numbers of the steps of the answer, from 0.
        is_finished: Whether the whole script has been said.
    """

    lines: tuple[ScriptLine, ...]
    steps: tuple[int, ...]
    is_finished: bool


@dataclass(slots=True)
class _Watched:
    lines: tuple[ScriptLine, ...]
    steps: tuple[str, ...]
    heard: str = ""

    def hear(self, spoken: str) -> None:
        self.heard = (self.heard + spoken)[-REMEMBERED:]


class SpokenLines:
    """Follows the agent of one call."""

    def __init__(self) -> None:
        self._watched: dict[str, _Watched] = {}
        self._said: dict[str, tuple[set[ScriptLine], set[int]]] = {}

    def watch(self, texts: Mapping[str, tuple[str, str]]) -> None:
        """Begin to listen for cards.

        Args:
            texts: Script and answer by the id of the card; those that are listened for already stay as they are.
        """
        for card, (script, answer) in texts.items():
            if card not in self._watched:
                steps = tuple(sounded(step) for step in steps_of(answer))
                self._watched[card] = _Watched(tuple(script_lines(script)), steps)
                self._said[card] = (set(), set())

    def hear(self, text: str) -> dict[str, Progress]:
        """Take in what the agent said; return the progress of each card of which something new was said."""
        spoken, changed = sounded(text), {}
        for card, watched in self._watched.items():
            watched.hear(spoken)
            lines, steps = self._said[card]
            before = len(lines) + len(steps)
            lines |= {line for line in watched.lines if line not in lines and is_said(line.sounds, watched.heard)}
            steps |= {
                number
                for number, step in enumerate(watched.steps)
                if number not in steps and is_said(step, watched.heard)
            }
            if len(lines) + len(steps) > before:
                changed[card] = self._progress(watched, lines, steps)
        return changed

    @staticmethod
    def _progress(watched: _Watched, lines: Iterable[ScriptLine], steps: Iterable[int]) -> Progress:
        said = tuple(sorted(lines, key=lambda line: line.start))
        to_say = [line for line in watched.lines if len(line.sounds) >= SHORTEST_LINE]
        return Progress(said, tuple(sorted(steps)), is_finished=bool(to_say) and len(said) == len(to_say))


def sounded(text: str) -> str:
    """Return the syllables of a text, one character each, without punctuation; easily confused ones are equal."""
    return similar_sounds(sounds(_SILENT.sub("", fold(text).text)))


def script_lines(script: str) -> Iterable[ScriptLine]:
    """Yield the sentences of a script."""
    for match in _SENTENCE.finditer(script):
        if match[0].strip():
            yield ScriptLine(match.start(), match.end(), sounded(match[0]))


def steps_of(answer: str) -> list[str]:
    """Return the steps of an answer: the items of its first numbered list, as the page numbers them."""
    steps: list[str] = []
    for line in answer.splitlines():
        if (match := _STEP.match(line)) is not None:
            steps.append(match["text"])
        elif steps and not line.strip():
            continue
        elif steps:
            break
    return steps


def is_said(line: str, heard: str) -> bool:
    """Tell whether the syllables of a line stand in what was heard."""
    if len(line) < SHORTEST_LINE or len(heard) < SHORTEST_LINE:
        return False
    blocks = SequenceMatcher(None, heard, line, autojunk=False).get_matching_blocks()
    found = sum(block.size for block in blocks if block.size >= SHORTEST_RUN)
    return found >= SAID_SHARE * len(line)
