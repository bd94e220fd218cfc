"""imports are tested before they are published

Revision: 0007, after 0006.

Expand, backfill in batches, contract: the version that runs now must work before and after this migration.
Every statement waits at most `env.LOCK_TIMEOUT_SECONDS` for a lock.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("imports", sa.Column("ask_before_drop", sa.Boolean(), nullable=True))
    op.add_column("imports", sa.Column("override_reason", sa.String(length=500), nullable=True))
    op.add_column("imports", sa.Column("test_refusal", sa.JSON(), nullable=True))
    op.add_column("imports", sa.Column("admitted_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("imports", sa.Column("test_run_id", sa.Uuid(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("imports", schema=None) as batch_op:
        for name in ("test_run_id", "admitted_at", "test_refusal", "override_reason", "ask_before_drop"):
            batch_op.drop_column(name)
