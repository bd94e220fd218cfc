"""Ten faults in the demo knowledge; the whole hundred: `python -m scripts.seed_faults`."""

from __future__ import annotations

from pathlib import Path

import pytest

from scripts.seed_faults import CONTROL, run, share_found

pytestmark = pytest.mark.module


async def test_seeded_faults_are_found_and_harmless_edits_are_not(tmp_path: Path) -> None:
    tallies = await run(10, tmp_path)
    assert share_found(tallies) >= 0.85
    assert {tally.seeded for tally in tallies.values()} == {2}
    assert tallies[CONTROL].on_desk == 0
