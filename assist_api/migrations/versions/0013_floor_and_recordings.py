"""alerts of the floor, recordings of telephone calls and legal holds

Revision: 0013, after 0011.

Expand, backfill in batches, contract: the version that runs now must work before and after this migration.
Every statement waits at most `env.LOCK_TIMEOUT_SECONDS` for a lock.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

_ALERTS = sa.text("type IN ('alert.raised', 'alert.confirmed')")


def upgrade() -> None:
    op.create_index(
        "ix_call_events_alerts_at", "call_events", ["at"], unique=False, sqlite_where=_ALERTS, postgresql_where=_ALERTS
    )
    op.create_table(
        "call_recordings",
        sa.Column("call_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("legs", sa.JSON(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("duration_ms", sa.Integer(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["call_id"], ["calls.id"], name=op.f("fk_call_recordings_call_id_calls"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("call_id", name=op.f("pk_call_recordings")),
    )
    op.create_table(
        "recording_holds",
        sa.Column("call_id", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("placed_by", sa.String(length=100), nullable=False),
        sa.Column("placed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["call_id"], ["calls.id"], name=op.f("fk_recording_holds_call_id_calls"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("call_id", name=op.f("pk_recording_holds")),
    )


def downgrade() -> None:
    op.drop_table("recording_holds")
    op.drop_table("call_recordings")
    op.drop_index("ix_call_events_alerts_at", table_name="call_events")
