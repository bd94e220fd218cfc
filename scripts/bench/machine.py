"""Which machine measured, and how busy it was with other things."""

from __future__ import annotations

import os
import platform
import sys
from importlib.metadata import version
from pathlib import Path

PACKAGES = ("faster-whisper", "ctranslate2", "onnxruntime", "haystack-ai", "tantivy", "scikit-learn")


def use_cores(count: int) -> str:
    """Keep this process and its children on `count` cores; return what came of it."""
    if not hasattr(os, "sched_setaffinity"):
        return f"all {os.cpu_count()} (this system cannot confine a process)"
    cores = sorted(os.sched_getaffinity(0))[:count]
    os.sched_setaffinity(0, cores)
    return f"{len(cores)} of {os.cpu_count()}"


def describe(cores: str) -> list[tuple[str, str]]:
    """Return what a reader of the numbers must know."""
    load = " ".join(f"{value:.1f}" for value in os.getloadavg())
    return [
        ("processor", _processor()),
        ("cores used", cores),
        ("load before the run (1, 5, 15 min)", load),
        ("system", f"{platform.system()} {platform.release()}"),
        ("Python", platform.python_version()),
        ("packages", ", ".join(f"{name} {version(name)}" for name in PACKAGES)),
        ("command", " ".join(["python", "-m", "scripts.bench", *sys.argv[1:]])),
    ]


def _processor() -> str:
    information = Path("/proc/cpuinfo")
    if information.is_file():
        for line in information.read_text("utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()
