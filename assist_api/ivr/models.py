"""Tables of speech flows: versions, the flow of each number, dialogues with their steps, marks, messages, callbacks."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, ForeignKey, Index, Integer, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from kit.db import Base, UTCDateTime


class FlowVersion(Base):
    """One version of a flow; written once. Callers meet the version that was published last."""

    __tablename__ = "ivr_flow_versions"

    flow: Mapped[str] = mapped_column(String(40), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    """From 1 for each flow, without gaps."""
    definition: Mapped[dict[str, Any]] = mapped_column(JSON)
    note: Mapped[str] = mapped_column(String(500))
    author_id: Mapped[UUID | None]
    author_name: Mapped[str] = mapped_column(String(100))
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    published_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    published_by: Mapped[str | None] = mapped_column(String(100))


class NumberRule(Base):
    """A line of the table that chooses a flow for a call; the first line that fits counts."""

    __tablename__ = "ivr_number_rules"

    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    number: Mapped[str] = mapped_column(String(20))
    """Number that was called; empty for every number."""
    hours: Mapped[str] = mapped_column(String(16))
    """`any`, `working`, `closed` or `holiday`."""
    flow: Mapped[str | None] = mapped_column(String(40))
    """None leads the call straight to its queue."""


class Dialogue(Base):
    """A dialogue of a caller with a flow. `context` is personal: it goes with the call."""

    __tablename__ = "ivr_dialogues"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    call_id: Mapped[UUID | None] = mapped_column(index=True)
    flow: Mapped[str] = mapped_column(String(40))
    version: Mapped[int]
    started_at: Mapped[datetime] = mapped_column(UTCDateTime, index=True)
    ended_at: Mapped[datetime] = mapped_column(UTCDateTime)
    end: Mapped[str] = mapped_column(String(16))
    queue: Mapped[str | None] = mapped_column(String(40))
    intent: Mapped[str | None] = mapped_column(String(40))
    node: Mapped[str] = mapped_column(String(40))
    """Where it ended."""
    failures: Mapped[int]
    mark: Mapped[int | None]
    context: Mapped[dict[str, Any]] = mapped_column(JSON)
    """Slots and everything that was said, keyed and answered, for the agent."""
    caller_number: Mapped[str] = mapped_column(String(20), default="", server_default=text("''"))
    """Number that the caller called from; tells who called again. Empty when withheld."""
    responses_ms: Mapped[list[int] | None] = mapped_column(JSON)
    """For each answer to something that was said: from the end of the words to its first sound. None: not measured."""

    __table_args__ = (
        Index("ix_ivr_dialogues_flow_started_at", "flow", "started_at"),
        Index("ix_ivr_dialogues_caller_number_started_at", "caller_number", "started_at"),
    )


class DialogueStep(Base):
    """One step of a dialogue without anybody's words, for the counts of the flow."""

    __tablename__ = "ivr_dialogue_steps"

    dialogue_id: Mapped[UUID] = mapped_column(ForeignKey("ivr_dialogues.id", ondelete="CASCADE"), primary_key=True)
    seq: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    flow: Mapped[str] = mapped_column(String(40))
    node: Mapped[str] = mapped_column(String(40))
    kind: Mapped[str] = mapped_column(String(16))
    detail: Mapped[str] = mapped_column(String(60))
    probability: Mapped[float | None]


class CallbackRequest(Base):
    """A caller who is to be called back. Its place in the line counts from `requested_at`, also after an attempt."""

    __tablename__ = "ivr_callbacks"
    __table_args__ = (Index("ix_ivr_callbacks_state_requested_at", "state", "requested_at"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    call_id: Mapped[UUID | None]
    number: Mapped[str] = mapped_column(String(20))
    queue: Mapped[str] = mapped_column(String(40))
    intent: Mapped[str | None] = mapped_column(String(40))
    requested_at: Mapped[datetime] = mapped_column(UTCDateTime, index=True)
    done_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    done_by: Mapped[str | None] = mapped_column(String(100))
    reason: Mapped[str] = mapped_column(String(16), default="asked", server_default="asked")
    """`asked`, `message` (of a voicemail) or `bad_mark` (of a survey)."""
    state: Mapped[str] = mapped_column(String(16), default="open", server_default="open")
    """`open`, `taken`, `done` or `given_up`."""
    taken_by_id: Mapped[UUID | None]
    taken_by: Mapped[str | None] = mapped_column(String(100))
    taken_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    attempts: Mapped[int] = mapped_column(default=0, server_default="0")
    due_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    """Not before; None for at once."""
    outcome: Mapped[str | None] = mapped_column(String(16))
    """Of the last attempt."""
    note: Mapped[str] = mapped_column(String(500), default="", server_default=text("''"))
    dialled_call_id: Mapped[UUID | None]
    """Call of the last attempt."""
    told_late_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    """When the supervisors were told that it waits too long."""


class Voicemail(Base):
    """A message that a caller left; the sound lies in `<data_dir>/ivr/voicemails/`."""

    __tablename__ = "ivr_voicemails"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    call_id: Mapped[UUID | None]
    number: Mapped[str] = mapped_column(String(20))
    seconds: Mapped[int]
    text: Mapped[str] = mapped_column(Text)
    intent: Mapped[str | None] = mapped_column(String(40))
    order_number: Mapped[str | None] = mapped_column(String(16))
    """Draft order that was made of it."""
    order_id: Mapped[UUID | None]
    handled_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    handled_by: Mapped[str | None] = mapped_column(String(100))
    received_at: Mapped[datetime] = mapped_column(UTCDateTime, index=True)
