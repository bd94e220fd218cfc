"""Hears steps of the talk track, prompts and forbidden words in single sentences, by one hint book. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from assist_api.hints.book import ForbiddenWord, HintBook, Prompt, Step
from assist_api.hints.diagnosis import Diagnosis
from assist_api.hints.phrases import PhraseSet, Place, Spoken
from assist_api.transcripts.utterances import LegRole

_SHORTEST_REPEAT = 4
"""Characters of a number or place that the agent repeats."""
_NUMBER_OR_PLACE = re.compile(r"[0-9零〇一二三四五六七八九十百幺两]|路|街|巷|小区|村|号|栋|楼|单元|室")


@dataclass(frozen=True, slots=True)
class Said:
    """A step that a sentence says."""

    step: Step
    place: Place


@dataclass(frozen=True, slots=True)
class Broken:
    """A prompt or a forbidden word that a sentence brings."""

    rule: Prompt | ForbiddenWord
    place: Place


class BookListener:
    """One hint book, compiled; immutable, so that calls may share it."""

    def __init__(self, book: HintBook) -> None:
        """Compile the book."""
        self.book = book
        self.diagnosis = Diagnosis(book.situations)
        self._steps = [(step, PhraseSet(step.heard, step.unless)) for step in book.steps]
        self._prompts = [(prompt, PhraseSet(prompt.heard, prompt.unless)) for prompt in book.prompts]
        self._forbidden = [(word, PhraseSet(word.heard, word.unless)) for word in book.forbidden]

    def steps(self, text: str, caller_said: Sequence[str] = ()) -> Iterator[Said]:
        """Yield the steps of the track that a sentence of the agent says.

        Args:
            text: The sentence.
            caller_said: What the caller said before; a number or place of it that the agent repeats is a read-back.
        """
        spoken = Spoken(text)
        for step, phrases in self._steps:
            place = phrases.find(spoken)
            if place is None and step.repeats:
                place = repeated_place(spoken, caller_said)
            if place is not None:
                yield Said(step, place)

    def prompts(self, speaker: LegRole, text: str, ticked: Iterable[str]) -> Iterator[Broken]:
        """Yield the prompts that a sentence brings while their step is not ticked."""
        known, spoken = frozenset(ticked), Spoken(text)
        for prompt, phrases in self._prompts:
            is_asked = prompt.speaker == speaker.value and prompt.missing_step not in known
            if is_asked and (place := phrases.find(spoken)) is not None:
                yield Broken(prompt, place)

    def forbidden(self, text: str) -> Iterator[Broken]:
        """Yield the forbidden words in a sentence of the agent."""
        spoken = Spoken(text)
        for word, phrases in self._forbidden:
            if (place := phrases.find(spoken)) is not None:
                yield Broken(word, place)


def repeated_place(agent: Spoken, caller_said: Sequence[str]) -> Place | None:
    """Return where the agent repeats a number or place that the caller gave; None where nothing is repeated."""
    known = [Spoken(text).letters for text in caller_said]
    for start in range(len(agent.letters) - _SHORTEST_REPEAT + 1):
        end = start + _SHORTEST_REPEAT
        part = agent.letters[start:end]
        if len(_NUMBER_OR_PLACE.findall(part)) < 2 or not any(part in text for text in known):
            continue
        while end < len(agent.letters) and any(agent.letters[start : end + 1] in text for text in known):
            end += 1
        return agent.place(start, end)
    return None
