"""Which machine measured, and how busy it was with other things."""

from __future__ import annotations

import os
import platform
import sys
import time
from importlib.metadata import version
from pathlib import Path

import psutil

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


class Neighbours:
    """How busy the cores of the run are with other things than what is measured, from its making on."""

    def __init__(self) -> None:
        self._cores = _own_cores()
        self._began_at, self._busy_before = time.monotonic(), self._busy_seconds()

    def cores_taken(self, measured_cpu_seconds: float) -> float:
        """Return how many cores others used on average; 0 on a machine fit to measure on.

        Args:
            measured_cpu_seconds: CPU time since then of the processes that are measured.
        """
        passed = max(1e-3, time.monotonic() - self._began_at)
        busy = self._busy_seconds() - self._busy_before
        return max(0.0, busy - measured_cpu_seconds) / passed

    def _busy_seconds(self) -> float:
        times = psutil.cpu_times(percpu=True)
        chosen = [times[core] for core in self._cores if core < len(times)]
        return float(sum(sum(core) - core.idle - getattr(core, "iowait", 0.0) for core in chosen))


def _own_cores() -> list[int]:
    if hasattr(os, "sched_getaffinity"):
        return sorted(os.sched_getaffinity(0))
    return list(range(os.cpu_count() or 1))


def _processor() -> str:
    information = Path("/proc/cpuinfo")
    if information.is_file():
        for line in information.read_text("utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()
