"""curation: items, moments, captured calls, and who submitted a draft

Revision: 0015, after 0011.

Expand, backfill in batches, contract: the version that runs now must work before and after this migration.
Every statement waits at most `env.LOCK_TIMEOUT_SECONDS` for a lock.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "curation_items",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("subject_key", sa.String(length=120), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("sector", sa.String(length=16), nullable=True),
        sa.Column("weight", sa.Integer(), nullable=False),
        sa.Column("entry_id", sa.Uuid(), nullable=True),
        sa.Column("revision_id", sa.Uuid(), nullable=True),
        sa.Column("other_entry_id", sa.Uuid(), nullable=True),
        sa.Column("other_revision_id", sa.Uuid(), nullable=True),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.Column("assignee_id", sa.Uuid(), nullable=True),
        sa.Column("assignee_name", sa.String(length=100), nullable=False),
        sa.Column("snoozed_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("draft_entry_id", sa.Uuid(), nullable=True),
        sa.Column("draft_revision_id", sa.Uuid(), nullable=True),
        sa.Column("questions", sa.JSON(), nullable=False),
        sa.Column("drafted_by", sa.Uuid(), nullable=True),
        sa.Column("merged_into", sa.Uuid(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("decided_by_name", sa.String(length=100), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["assignee_id"], ["accounts.id"], name=op.f("fk_curation_items_assignee_id_accounts"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["draft_entry_id"],
            ["entries.id"],
            name=op.f("fk_curation_items_draft_entry_id_entries"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["drafted_by"], ["accounts.id"], name=op.f("fk_curation_items_drafted_by_accounts"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["entries.id"], name=op.f("fk_curation_items_entry_id_entries"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["merged_into"],
            ["curation_items.id"],
            name=op.f("fk_curation_items_merged_into_curation_items"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["other_entry_id"],
            ["entries.id"],
            name=op.f("fk_curation_items_other_entry_id_entries"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_curation_items")),
        sa.UniqueConstraint("subject_key", name=op.f("uq_curation_items_subject_key")),
    )
    with op.batch_alter_table("curation_items", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_curation_items_entry_id"), ["entry_id"], unique=False)
        batch_op.create_index("ix_curation_items_state_weight_id", ["state", "weight", "id"], unique=False)

    op.create_table(
        "curation_captured_calls",
        sa.Column("call_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["call_id"], ["calls.id"], name=op.f("fk_curation_captured_calls_call_id_calls"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("call_id", name=op.f("pk_curation_captured_calls")),
    )
    op.create_table(
        "curation_moments",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("item_id", sa.Uuid(), nullable=True),
        sa.Column("reason", sa.String(length=16), nullable=False),
        sa.Column("call_id", sa.Uuid(), nullable=False),
        sa.Column("segment_id", sa.Uuid(), nullable=True),
        sa.Column("start_ms", sa.Integer(), nullable=False),
        sa.Column("sentence", sa.Text(), nullable=False),
        sa.Column("reply", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("sector", sa.String(length=16), nullable=True),
        sa.Column("entry_id", sa.Uuid(), nullable=True),
        sa.Column("revision_id", sa.Uuid(), nullable=True),
        sa.Column("account_id", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_curation_moments_account_id_accounts"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["call_id"], ["calls.id"], name=op.f("fk_curation_moments_call_id_calls"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["entries.id"], name=op.f("fk_curation_moments_entry_id_entries"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["item_id"],
            ["curation_items.id"],
            name=op.f("fk_curation_moments_item_id_curation_items"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_curation_moments")),
    )
    with op.batch_alter_table("curation_moments", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_curation_moments_call_id"), ["call_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_curation_moments_item_id"), ["item_id"], unique=False)

    with op.batch_alter_table("revisions", schema=None) as batch_op:
        batch_op.add_column(sa.Column("author_id", sa.Uuid(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("revisions", schema=None) as batch_op:
        batch_op.drop_column("author_id")

    with op.batch_alter_table("curation_moments", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_curation_moments_item_id"))
        batch_op.drop_index(batch_op.f("ix_curation_moments_call_id"))

    op.drop_table("curation_moments")
    op.drop_table("curation_captured_calls")
    with op.batch_alter_table("curation_items", schema=None) as batch_op:
        batch_op.drop_index("ix_curation_items_state_weight_id")
        batch_op.drop_index(batch_op.f("ix_curation_items_entry_id"))

    op.drop_table("curation_items")
