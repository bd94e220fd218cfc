"""How well callers' intents are heard, and how often a flow would act on a wrong one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import AliasChoices, BaseModel, ConfigDict, Field
from rich.console import RenderableType
from rich.table import Table

from assist_api.evaluation.layouts import MANIFEST_JSONL, layout_error, read_jsonl
from assist_api.ivr.hearing import heard_in
from assist_api.ivr.intents import Embed, Handling, shipped_intents
from assist_api.ivr.readings import Spoken, learned_intents
from speech.engine import SpeechEngine
from speech.events import Alternative


class LabelledIntent(BaseModel):
    """One line: what a caller says and what the caller wants."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    id: str
    text: str = ""
    intent: str
    file: str | None = Field(
        default=None, validation_alias=AliasChoices("file", "audio", "wav"), description="Sound, beside the manifest"
    )
    alternatives: tuple[Alternative, ...] = Field(default=(), description="What else the recogniser may have heard")


@dataclass(frozen=True, slots=True)
class IntentError:
    """A sentence where label and answer differ."""

    id: str
    intent: str
    found: str
    probability: float
    handling: str
    text: str


@dataclass(frozen=True, slots=True)
class IntentsReport:
    """The figures of `tingzhi evaluate intents`.

    Attributes:
        sentences: How many were asked.
        accuracy: Share with the right intent; a sentence that is asked again counts as `other`.
        wrong_actions: Share that a flow would act on wrongly without asking for a yes.
        rejected: Share that a flow would ask again.
        confirmed: Share that a flow would ask a yes for, or which of two it is.
        by_intent: Accuracy of each intent.
        errors: Where label and answer differ.
    """

    sentences: int
    accuracy: float
    wrong_actions: float
    rejected: float
    confirmed: float
    by_intent: Mapping[str, float]
    errors: tuple[IntentError, ...]


def read_intents(path: Path) -> list[LabelledIntent]:
    """Return the sentences of a file, or of a folder's `manifest.jsonl`.

    Raises:
        InvalidInputError: A file is missing, empty or malformed, or an intent is none that the product knows.
    """
    file = path / MANIFEST_JSONL if path.is_dir() else path
    rows = read_jsonl(file, LabelledIntent)
    known = shipped_intents().intents
    for row in rows:
        if row.intent not in known:
            raise layout_error(file, f"{row.id}: there is no intent {row.intent}; the intents are {', '.join(known)}")
        if not row.text and row.file is None:
            raise layout_error(file, f"{row.id}: there is neither a text nor a file; give one of the two")
    return rows


async def hear_intents(sentences: Sequence[LabelledIntent], folder: Path, engine: SpeechEngine) -> list[LabelledIntent]:
    """Return the sentences as the recogniser of calls hears them at 8 kHz; those without a sound stay.

    Raises:
        InvalidInputError: A sound cannot be read.
    """
    return [
        item if item.file is None else _as_heard(item, await heard_in(engine, folder / item.file)) for item in sentences
    ]


def _as_heard(item: LabelledIntent, spoken: Spoken) -> LabelledIntent:
    return item.model_copy(update={"text": spoken.text, "alternatives": spoken.alternatives})


def evaluate_intents(sentences: Sequence[LabelledIntent], embed: Embed) -> IntentsReport:
    """Ask the shipped classifier for every sentence and compare."""
    intents = learned_intents(embed)
    pairs = [(item, intents.understand(item.text, item.alternatives)) for item in sentences]

    def share(flags: Sequence[bool]) -> float:
        return sum(flags) / len(flags)

    rights = [ranking.best == item.intent for item, ranking in pairs]
    return IntentsReport(
        sentences=len(pairs),
        accuracy=share(rights),
        wrong_actions=share(
            [ranking.handling is Handling.ACT and ranking.best != item.intent for item, ranking in pairs]
        ),
        rejected=share([ranking.handling is Handling.REJECT for _, ranking in pairs]),
        confirmed=share([ranking.handling in {Handling.CONFIRM, Handling.CHOOSE} for _, ranking in pairs]),
        by_intent={
            name: share([right for (item, _), right in zip(pairs, rights, strict=True) if item.intent == name])
            for name in sorted({item.intent for item in sentences})
        },
        errors=tuple(
            IntentError(
                item.id,
                item.intent,
                ranking.ranked[0].intent,
                ranking.ranked[0].probability,
                ranking.handling.value,
                item.text,
            )
            for (item, ranking), right in zip(pairs, rights, strict=True)
            if not right
        ),
    )


def intents_tables(report: IntentsReport) -> Sequence[RenderableType]:
    """Show the figures, then every difference."""
    table = Table("sentences", "accuracy", "wrong actions", "asked again", "asked for a yes")
    shares = (report.accuracy, report.wrong_actions, report.rejected, report.confirmed)
    table.add_row(str(report.sentences), *(f"{share:.1%}" for share in shares))
    intents = Table("intent", "accuracy")
    for name, accuracy in report.by_intent.items():
        intents.add_row(name, f"{accuracy:.1%}")
    errors = Table("id", "intent", "found", "probability", "handling", "text")
    for error in report.errors:
        errors.add_row(error.id, error.intent, error.found, f"{error.probability:.2f}", error.handling, error.text)
    return [table, intents, errors] if report.errors else [table, intents]
