"""The trainer's room: clips of calls, lessons, practice and exams, and the skills that exams propose."""

from __future__ import annotations

from assist_api.calls.reading import CallReading
from assist_api.calls.service import CallService
from assist_api.http.module import Module
from assist_api.notifications.service import Notifier
from assist_api.training.endpoints import router
from assist_api.training.material import CallMaterial
from assist_api.training.skills import DECIDED, PROPOSED
from assist_api.transcripts.dictation import MOST_BYTES


def build(calls: CallService, reading: CallReading, notifier: Notifier) -> Module[CallMaterial]:
    """Build the module; it declares its notifications."""
    for rule in (PROPOSED, DECIDED):
        notifier.rules.add(rule)
    return Module(
        name="training",
        service=CallMaterial(calls, reading),
        routers=(router,),
        upload_limits={"/training/speech": MOST_BYTES},
    )
