"""A disk that fills up under the index: what was found is found, nothing is lost, and room is all it takes to go on."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.fakes.kb_search_small_disk import REBUILDS, SAW

pytestmark = pytest.mark.integration

ROOT = Path(__file__).parents[3]
NAMESPACE = ("unshare", "--user", "--map-root-user", "--mount")
DISK_MEGABYTES = 64
TIMEOUT_SECONDS = 120


@pytest.fixture(scope="module", autouse=True)
def small_disk_allowed() -> None:
    """A disk of a few megabytes is a memory file system in a namespace of our own."""
    allowed = shutil.which("unshare") and subprocess.run([*NAMESPACE, "true"], check=False, timeout=10).returncode == 0
    if not allowed:
        pytest.skip("this system lets nobody but root mount a file system (unshare --user --mount), so no disk is full")


def on_small_disk(folder: Path, what: str) -> list[dict[str, object]]:
    """Return what the program saw on a disk of its own."""
    mount = f'mount -t tmpfs -o size={DISK_MEGABYTES}m tmpfs "$1" && shift && exec "$@"'
    command = [sys.executable, "-m", "tests.fakes.kb_search_small_disk", what, str(folder)]
    done = subprocess.run(
        [*NAMESPACE, "sh", "-c", mount, "sh", str(folder), *command],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
        timeout=TIMEOUT_SECONDS,
    )
    return [json.loads(line.removeprefix(SAW)) for line in done.stdout.splitlines() if line.startswith(SAW)]


def test_changes_that_find_no_room_follow_once_there_is(tmp_path: Path):
    seen = on_small_disk(tmp_path, "indexing")
    causes = [look["cause"] for look in seen]
    # Either the rows or the words of a batch find no room; the words are what could be lost.
    assert {"ValueError"} <= {*causes} <= {"ValueError", "OperationalError"}
    for look in seen:
        assert (look["again"], look["while_full"]) == ("disk_full", ["暖气不热"])
        assert look["documents"] == look["change"] == look["words"] == look["wanted"]
        assert look["after"]


def test_rebuild_without_room_leaves_the_index_that_answers_with_its_vectors(tmp_path: Path):
    *full, last = on_small_disk(tmp_path, "rebuild")
    assert len(full) == REBUILDS
    for look in full:
        assert (look["outcome"], look["documents"], look["vectors"]) == ("disk_full", 68, 1.0)
        assert look["generations"] == [look["current"]]
        assert look["found"] == ["暖气不热"]
    assert last == {"documents": 68, "vectors": 1.0}
