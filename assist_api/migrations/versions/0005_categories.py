"""categories: agents' choices, numbered models, taxonomy versions

Revision: 0005, after 0004.

Expand, backfill in batches, contract: the version that runs now must work before and after this migration.
Every statement waits at most `env.LOCK_TIMEOUT_SECONDS` for a lock.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "category_choices",
        sa.Column("call_id", sa.Uuid(), nullable=False),
        sa.Column("category_id", sa.String(length=97), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=True),
        sa.Column("chosen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("was_ranked", sa.String(length=97), nullable=True),
        sa.Column("is_correction", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["call_id"], ["calls.id"], name=op.f("fk_category_choices_call_id_calls")),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_category_choices_account_id_accounts"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("call_id", name=op.f("pk_category_choices")),
    )
    with op.batch_alter_table("category_choices", schema=None) as batch_op:
        batch_op.create_index("ix_category_choices_chosen_at", ["chosen_at"], unique=False)
    op.create_table(
        "category_models",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("reason", sa.String(length=16), nullable=False),
        sa.Column("trained_by", sa.String(length=100), nullable=False),
        sa.Column("trained_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("fit_seconds", sa.Float(), nullable=False),
        sa.Column("data_hash", sa.String(length=64), nullable=False),
        sa.Column("embedder", sa.String(length=100), nullable=False),
        sa.Column("counts", sa.JSON(), nullable=False),
        sa.Column("quality", sa.JSON(), nullable=False),
        sa.Column("comparison", sa.JSON(), nullable=False),
        sa.Column("file_hash", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_category_models")),
    )
    with op.batch_alter_table("category_models", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_category_models_data_hash"), ["data_hash"], unique=False)
    op.create_table(
        "category_model_events",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("what", sa.String(length=16), nullable=False),
        sa.Column("done_by", sa.String(length=100), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_category_model_events")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "taxonomy_versions",
        sa.Column("pack", sa.String(length=16), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("change", sa.JSON(), nullable=False),
        sa.Column("author", sa.String(length=100), nullable=False),
        sa.Column("note", sa.String(length=500), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("pack", "number", name=op.f("pk_taxonomy_versions")),
    )


def downgrade() -> None:
    op.drop_table("taxonomy_versions")
    op.drop_table("category_model_events")
    with op.batch_alter_table("category_models", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_category_models_data_hash"))
    op.drop_table("category_models")
    with op.batch_alter_table("category_choices", schema=None) as batch_op:
        batch_op.drop_index("ix_category_choices_chosen_at")
    op.drop_table("category_choices")
