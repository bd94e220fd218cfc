"""Heads of calls for tests that have no database."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

from assist_api.calls.events import CallInfo, EndReason
from assist_api.calls.states import CallState

AT = datetime(2026, 3, 1, 9, tzinfo=UTC)


def call_info(call_id: UUID) -> CallInfo:
    """Return the head of a call that failed, with a value in every field."""
    return CallInfo(
        id=call_id,
        state=CallState.ENDED,
        source="replay",
        title="",
        sector=None,
        customer_number_masked="",
        agent_name="",
        created_at=AT,
        ended_at=AT,
        end_reason=EndReason.FAILED,
        end_code="x",
        end_message="x",
        duration_ms=None,
        heard_ms=99,
        speed="1",
        leg_roles=[],
        has_audio=True,
    )
