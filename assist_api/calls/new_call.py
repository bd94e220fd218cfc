"""Data of a call that is about to begin."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from assist_api.calls.models import CallRow
from assist_api.calls.recordings import PreparedRecording
from assist_api.calls.schemas import ReplaySpeed, SourceKind
from assist_api.calls.states import CallState
from assist_api.calls.viewer import CallViewer
from assist_api.transcripts.utterances import LegRole

MAX_TITLE = 200
"""Width of the column."""
_SHOWN_DIGITS = 7


@dataclass(frozen=True, slots=True)
class NewCall:
    """A call to begin; `customer_number` is personal and only its masked form is stored."""

    call_id: UUID
    source: SourceKind
    title: str
    sector: str | None
    speed: ReplaySpeed
    viewer: CallViewer
    at: datetime
    customer_number: str = ""

    @property
    def clean_title(self) -> str:
        """Return the title on one line and without characters that a database or a screen cannot hold."""
        printable = "".join(" " if unicodedata.category(char)[0] == "C" else char for char in self.title)
        return " ".join(printable.split())[:MAX_TITLE]


def masked(number: str) -> str:
    """Return a telephone number with its middle hidden, as screens show it: 138****8000."""
    digits = "".join(char for char in number if char.isascii() and char.isdigit())
    if len(digits) < _SHOWN_DIGITS + 1:
        return "*" * len(digits)
    return f"{digits[:3]}****{digits[-4:]}"


def call_row(new: NewCall, roles: Sequence[LegRole], runner_id: UUID, prepared: PreparedRecording | None) -> CallRow:
    """Return the head of a new call."""
    return CallRow(
        id=new.call_id,
        source=new.source,
        state=CallState.OFFERED.value,
        title=new.clean_title,
        sector=new.sector,
        customer_number_masked=masked(new.customer_number),
        agent_account_id=new.viewer.account_id,
        agent_name=new.viewer.display_name,
        created_at=new.at,
        ended_at=None,
        end_reason=None,
        end_code="",
        end_message="",
        duration_ms=prepared.duration_ms if prepared is not None else None,
        heard_ms=0,
        speed=new.speed,
        leg_roles=[role.value for role in roles],
        last_seq=0,
        recording_files=list(prepared.files) if prepared is not None else [],
        playable_file=prepared.playable if prepared is not None else None,
        runner_id=runner_id,
    )
