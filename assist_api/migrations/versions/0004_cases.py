"""cases of calls

Revision: 0004, after 0003.

Expand, backfill in batches, contract: the version that runs now must work before and after this migration.
Every statement waits at most `env.LOCK_TIMEOUT_SECONDS` for a lock.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("cases", sa.Column("version", sa.Integer(), server_default="1", nullable=False))
    op.add_column("cases", sa.Column("author", sa.String(length=100), nullable=True))
    op.add_column("cases", sa.Column("author_id", sa.Uuid(), nullable=True))
    op.add_column("cases", sa.Column("updated_at", sa.DateTime(timezone=True), nullable=True))
    # No version before this one stores the call of a case, so that no two rows can share one.
    op.drop_index(op.f("ix_cases_call_id"), table_name="cases")
    op.create_index(op.f("ix_cases_call_id"), "cases", ["call_id"], unique=True)
    op.add_column("case_entries", sa.Column("revision_id", sa.Uuid(), nullable=True))
    op.create_table(
        "case_evidence",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("lines", sa.JSON(), nullable=False),
        sa.Column("frozen_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"], ["cases.id"], name=op.f("fk_case_evidence_case_id_cases"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("case_id", name=op.f("pk_case_evidence")),
    )


def downgrade() -> None:
    op.drop_table("case_evidence")
    op.drop_column("case_entries", "revision_id")
    op.drop_index(op.f("ix_cases_call_id"), table_name="cases")
    op.create_index(op.f("ix_cases_call_id"), "cases", ["call_id"], unique=False)
    for name in ("updated_at", "author_id", "author", "version"):
        op.drop_column("cases", name)
