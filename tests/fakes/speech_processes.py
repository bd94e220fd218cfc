"""Finds the processes of recognisers, so that tests can do to them what a machine may do."""

from __future__ import annotations

import psutil


def own_processes(of: psutil.Process | None = None) -> list[psutil.Process]:
    """Return the recognisers' processes under a process, this one by default."""
    children = (of or psutil.Process()).children(recursive=True)
    return [child for child in children if "speech.stt.own_process.worker" in _command(child)]


def _command(process: psutil.Process) -> list[str]:
    try:
        return process.cmdline()
    except (psutil.ZombieProcess, psutil.NoSuchProcess):
        return []
