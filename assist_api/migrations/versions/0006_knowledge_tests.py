"""gold questions, runs and policy of the knowledge tests

Revision: 0006, after 0005.

Expand, backfill in batches, contract: the version that runs now must work before and after this migration.
Every statement waits at most `env.LOCK_TIMEOUT_SECONDS` for a lock.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "gold_questions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("entry_id", sa.Uuid(), nullable=False),
        sa.Column("text", sa.String(length=200), nullable=False),
        sa.Column("comparable", sa.String(length=200), nullable=False),
        sa.Column("origin", sa.String(length=16), nullable=False),
        sa.Column("author", sa.String(length=100), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["entry_id"], ["entries.id"], name=op.f("fk_gold_questions_entry_id_entries")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_gold_questions")),
        sa.UniqueConstraint("entry_id", "comparable", name=op.f("uq_gold_questions_entry_id_comparable")),
    )
    op.create_table(
        "knowledge_test_policy",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("policy", sa.String(length=16), nullable=False),
        sa.Column("chosen_by", sa.String(length=100), nullable=False),
        sa.Column("chosen_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_knowledge_test_policy")),
    )
    op.create_table(
        "knowledge_test_runs",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("trigger", sa.String(length=16), nullable=False),
        sa.Column("author", sa.String(length=100), nullable=False),
        sa.Column("entry_id", sa.Uuid(), nullable=True),
        sa.Column("revision_id", sa.Uuid(), nullable=True),
        sa.Column("revision_number", sa.Integer(), nullable=True),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("question_count", sa.Integer(), nullable=False),
        sa.Column("available_count", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("before", sa.JSON(), nullable=False),
        sa.Column("after", sa.JSON(), nullable=False),
        sa.Column("better", sa.Integer(), nullable=False),
        sa.Column("worse", sa.Integer(), nullable=False),
        sa.Column("drops", sa.Integer(), nullable=False),
        sa.Column("changes", sa.JSON(), nullable=False),
        sa.Column("placements", sa.JSON(), nullable=False),
        sa.Column("policy", sa.String(length=16), nullable=False),
        sa.Column("override_reason", sa.String(length=500), nullable=False),
        sa.ForeignKeyConstraint(["entry_id"], ["entries.id"], name=op.f("fk_knowledge_test_runs_entry_id_entries")),
        sa.ForeignKeyConstraint(
            ["revision_id"], ["revisions.id"], name=op.f("fk_knowledge_test_runs_revision_id_revisions")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_knowledge_test_runs")),
        sa.UniqueConstraint("revision_id", name=op.f("uq_knowledge_test_runs_revision_id")),
    )
    op.create_index("ix_knowledge_test_runs_at", "knowledge_test_runs", ["at"], unique=False)
    op.create_index(op.f("ix_knowledge_test_runs_entry_id"), "knowledge_test_runs", ["entry_id"], unique=False)


def downgrade() -> None:
    op.drop_table("knowledge_test_runs")
    op.drop_table("knowledge_test_policy")
    op.drop_table("gold_questions")
