"""callbacks that people work with, voicemails with their order, surveys

Revision: 0023, after 0022.

Expand, backfill in batches, contract: the version that runs now must work before and after this migration.
Every statement waits at most `env.LOCK_TIMEOUT_SECONDS` for a lock.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def _callback_columns() -> list[sa.Column[Any]]:
    return [
        sa.Column("reason", sa.String(length=16), nullable=False, server_default="asked"),
        sa.Column("state", sa.String(length=16), nullable=False, server_default="open"),
        sa.Column("taken_by_id", sa.Uuid(), nullable=True),
        sa.Column("taken_by", sa.String(length=100), nullable=True),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("outcome", sa.String(length=16), nullable=True),
        sa.Column("note", sa.String(length=500), nullable=False, server_default=""),
        sa.Column("dialled_call_id", sa.Uuid(), nullable=True),
        sa.Column("told_late_at", sa.DateTime(timezone=True), nullable=True),
    ]


def _voicemail_columns() -> list[sa.Column[Any]]:
    return [
        sa.Column("order_id", sa.Uuid(), nullable=True),
        sa.Column("handled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("handled_by", sa.String(length=100), nullable=True),
    ]


def upgrade() -> None:
    # The defaults stay: the version that runs now writes rows without these columns.
    for column in _callback_columns():
        op.add_column("ivr_callbacks", column)
    op.execute("UPDATE ivr_callbacks SET state = 'done' WHERE done_at IS NOT NULL")
    op.create_index("ix_ivr_callbacks_state_requested_at", "ivr_callbacks", ["state", "requested_at"])
    for column in _voicemail_columns():
        op.add_column("ivr_voicemails", column)
    op.create_table(
        "survey_answers",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("call_id", sa.Uuid(), nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("mark", sa.Integer(), nullable=True),
        sa.Column("way", sa.String(length=8), nullable=True),
        sa.Column("served_by", sa.String(length=8), nullable=False),
        sa.Column("agent_account_id", sa.Uuid(), nullable=True),
        sa.Column("agent_name", sa.String(length=100), nullable=False),
        sa.Column("intent", sa.String(length=40), nullable=True),
        sa.Column("area", sa.String(length=60), nullable=False),
        sa.Column("queue", sa.String(length=40), nullable=False),
        sa.Column("wants_call", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_survey_answers")),
    )
    op.create_index(op.f("ix_survey_answers_asked_at"), "survey_answers", ["asked_at"])
    op.create_index(op.f("ix_survey_answers_call_id"), "survey_answers", ["call_id"])


def downgrade() -> None:
    op.drop_table("survey_answers")
    for column in _voicemail_columns():
        op.drop_column("ivr_voicemails", column.name)
    op.drop_index("ix_ivr_callbacks_state_requested_at", table_name="ivr_callbacks")
    for column in _callback_columns():
        op.drop_column("ivr_callbacks", column.name)
