"""The trainer's room: clips of calls, lessons, practice and exams."""

from __future__ import annotations

from assist_api.calls.reading import CallReading
from assist_api.calls.service import CallService
from assist_api.http.module import Module
from assist_api.training.endpoints import router
from assist_api.training.material import CallMaterial


def build(calls: CallService, reading: CallReading) -> Module[CallMaterial]:
    """Build the module."""
    return Module(name="training", service=CallMaterial(calls, reading), routers=(router,))
