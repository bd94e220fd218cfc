"""Data of a call that is about to begin."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from assist_api.calls.events import CallAnswered, CallState
from assist_api.calls.models import CallRow
from assist_api.calls.recordings import PreparedRecording
from assist_api.calls.schemas import CallSource, ReplaySpeed
from assist_api.calls.viewer import CallViewer

MAX_TITLE = 200
"""Width of the column."""


@dataclass(frozen=True, slots=True)
class NewCall:
    """A call to begin."""

    call_id: UUID
    source: CallSource
    title: str
    sector: str | None
    speed: ReplaySpeed
    viewer: CallViewer
    at: datetime

    @property
    def clean_title(self) -> str:
        """Return the title on one line and without characters that a database or a screen cannot hold."""
        printable = "".join(" " if unicodedata.category(char)[0] == "C" else char for char in self.title)
        return " ".join(printable.split())[:MAX_TITLE]


def call_row(new: NewCall, prepared: PreparedRecording, answered: CallAnswered, runner_id: UUID) -> CallRow:
    """Return the head of a new call."""
    return CallRow(
        id=new.call_id,
        source=new.source,
        state=CallState.ANSWERED.value,
        title=answered.title,
        sector=new.sector,
        customer_number_masked="",
        agent_account_id=new.viewer.account_id,
        agent_name=new.viewer.display_name,
        created_at=new.at,
        ended_at=None,
        end_reason=None,
        end_code="",
        end_message="",
        duration_ms=prepared.duration_ms,
        heard_ms=0,
        speed=new.speed,
        leg_roles=[role.value for role in answered.leg_roles],
        last_seq=0,
        recording_files=list(prepared.files),
        playable_file=prepared.playable,
        runner_id=runner_id,
    )
