"""Reads the manifest of the demo calls."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import yaml
from pydantic import BaseModel, ConfigDict, Field

from assist_api.calls.schemas import DemoCallInfo, Sector
from assist_api.transcripts.utterances import LegRole

DEMO_CALLS_DIR = Path(__file__).parent / "calls"


class DemoLine(BaseModel):
    """One sentence of a demo call."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    role: LegRole
    text: str


class DemoScript(BaseModel):
    """One call of the manifest: what is said, and what should be found.

    Attributes:
        demo_id: Stable name, part of URLs.
        title: Chinese title.
        title_en: English title.
        sector: Sector of the matter; not told to the search.
        file: Recording, beside the manifest.
        duration_ms: Its length.
        expected_entry: Key of the entry that answers it.
        expected_category: Its work-order category.
        lines: What is said, in order.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    demo_id: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,63}$")]
    title: str
    title_en: str
    sector: Sector
    file: str
    duration_ms: int
    expected_entry: str
    expected_category: str
    lines: tuple[DemoLine, ...]


@dataclass(frozen=True, slots=True)
class DemoCall:
    """A demo call and where its recording lies."""

    script: DemoScript
    path: Path

    @property
    def info(self) -> DemoCallInfo:
        """Return what the page lists."""
        script = self.script
        return DemoCallInfo(
            demo_id=script.demo_id,
            title=script.title,
            title_en=script.title_en,
            sector=script.sector,
            duration_ms=script.duration_ms,
        )


def load_demo_calls(folder: Path = DEMO_CALLS_DIR) -> tuple[DemoCall, ...]:
    """Return the demo calls in the manifest's order; none when the folder has no manifest.

    Raises:
        pydantic.ValidationError: The manifest is malformed; it ships with the product, so this is a bug.
    """
    manifest = folder / "manifest.yaml"
    if not manifest.is_file():
        return ()
    raw = yaml.safe_load(manifest.read_text("utf-8"))
    items = raw["calls"] if isinstance(raw, dict) else raw
    scripts = [DemoScript.model_validate(item) for item in items]
    return tuple(DemoCall(script, folder / script.file) for script in scripts)
