"""Makes `tests/fixtures/old_installation.tar.xz`: the data folder of the version before jobs, audit and modules.

It checks that version out into a temporary folder, fills an installation with it over HTTP, cuts the power in the
middle of an import and packs the data folder. Run it from the root: `python -m scripts.make_old_installation`.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

OLD_COMMIT = "cc957d3"
ROOT = Path(__file__).parent.parent
TARGET = ROOT / "tests" / "fixtures" / "old_installation.tar.xz"
LARGEST_BYTES = 500_000


def main() -> None:
    """Make the archive; the last one is replaced."""
    with tempfile.TemporaryDirectory() as folder:
        checkout, data = Path(folder, "checkout"), Path(folder, "data")
        data.mkdir()
        subprocess.run(["git", "worktree", "add", "--detach", checkout, OLD_COMMIT], cwd=ROOT, check=True)
        try:
            fill(checkout, data)
        finally:
            subprocess.run(["git", "worktree", "remove", "--force", checkout], cwd=ROOT, check=True)
        pack(data)
    print(f"{TARGET.relative_to(ROOT)}: {TARGET.stat().st_size} bytes")


def fill(checkout: Path, data: Path) -> None:
    """Run the story on the old code until it kills itself.

    Raises:
        SystemExit: It ended otherwise.
    """
    story = shutil.copy(Path(__file__).parent / "old_installation_story.py", checkout / "story.py")
    environment = {**os.environ, "PYTHONPATH": str(checkout), "KB_EMBEDDER": "none"}
    ended = subprocess.run([sys.executable, story, data], cwd=checkout, env=environment, check=False)
    if ended.returncode != -signal.SIGKILL:
        sys.exit(f"the story ended with {ended.returncode} before its power cut")


def pack(data: Path) -> None:
    """Write the archive without the search index, which is derived from the database.

    Raises:
        SystemExit: It is too large for a repository.
    """
    with tarfile.open(TARGET, "w:xz", preset=9) as archive:
        for path in sorted(data.rglob("*")):
            name = path.relative_to(data)
            if path.is_file() and name.parts[0] != "search":
                archive.add(path, str(name))
    if TARGET.stat().st_size > LARGEST_BYTES:
        sys.exit(f"{TARGET} is larger than {LARGEST_BYTES} bytes")


if __name__ == "__main__":
    main()
