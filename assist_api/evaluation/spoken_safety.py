"""How surely danger is heard in recordings: the recogniser first, then the rules, as in a call."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from pydantic import AliasChoices, Field

from assist_api.alerts.detector import Danger
from assist_api.alerts.rules import DangerKind
from assist_api.evaluation.layouts import ManifestLine, read_recordings
from assist_api.evaluation.safety import LabelledUtterance, Listen, SafetyReport, evaluate_safety
from speech.engine import SpeechEngine
from speech.evaluate import hear
from speech.recording import RecordingLimits, open_recording


class SpokenUtterance(ManifestLine):
    """One line of `manifest.jsonl`: a mono recording of one caller and the danger in it."""

    id: str
    file: str = Field(validation_alias=AliasChoices("file", "audio", "wav"), description="Beside the manifest")
    expected: DangerKind | Literal["none"]


async def evaluate_spoken_safety(folder: Path, engine: SpeechEngine, listen: Listen) -> SafetyReport:
    """Recognise every recording of a folder and listen to each final, as a call does.

    Args:
        folder: Holds `manifest.jsonl` and the recordings it names.
        engine: Warmed up.
        listen: Hears danger in a text.

    Raises:
        InvalidInputError: The folder is not as described, or a recording cannot be read.
    """
    utterances = read_recordings(folder, SpokenUtterance)
    heard: list[LabelledUtterance] = []
    dangers: dict[str, Sequence[Danger]] = {}
    for utterance in utterances:
        recording = open_recording([folder / utterance.file], limits=RecordingLimits())
        finals = [final.text for final in await hear(engine, recording)]
        text = " ".join(finals)
        dangers[text] = next((found for final in finals if (found := listen(final))), ())
        heard.append(LabelledUtterance(id=utterance.id, text=text, expected=utterance.expected))
    return evaluate_safety(heard, dangers.__getitem__)
