"""How long audio of calls is kept. Pure."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from assist_api.policies.kinds import PolicyKind, PolicyModel


class RecordingRetention(PolicyModel):
    """How long audio is kept; what is on legal hold stays whatever the number says."""

    keep_days: Annotated[int, Field(ge=0, le=3_650)] = 0
    """Days after which the audio of a call is deleted; 0 keeps it for ever. Text and figures stay."""


RETENTION = PolicyKind("recording_retention", RecordingRetention, RecordingRetention)
