"""must-read publications, comments on entries, meaning of calls, skill proposals

Revision: 0029, after 0028.

Expand, backfill in batches, contract: the version that runs now must work before and after this migration.
Every statement waits at most `env.LOCK_TIMEOUT_SECONDS` for a lock.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None


def _reference(table: str, column: str, target: str, on_delete: str = "CASCADE") -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_{column}_{target}")
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=name, ondelete=on_delete)


def _must_reads() -> None:
    op.create_table(
        "must_reads",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("entry_id", sa.Uuid(), nullable=False),
        sa.Column("revision_id", sa.Uuid(), nullable=False),
        sa.Column("roles", sa.JSON(), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=True),
        sa.Column("note", sa.String(length=500), nullable=False),
        sa.Column("author_id", sa.Uuid(), nullable=True),
        sa.Column("author_name", sa.String(length=100), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        _reference("must_reads", "author_id", "accounts", "SET NULL"),
        _reference("must_reads", "entry_id", "entries"),
        _reference("must_reads", "revision_id", "revisions"),
        _reference("must_reads", "unit_id", "units", "SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_must_reads")),
        sa.UniqueConstraint("revision_id", name=op.f("uq_must_reads_revision_id")),
    )
    op.create_index("ix_must_reads_created_at_id", "must_reads", ["created_at", "id"])
    op.create_index(op.f("ix_must_reads_entry_id"), "must_reads", ["entry_id"])
    op.create_table(
        "must_read_acknowledgements",
        sa.Column("must_read_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        _reference("must_read_acknowledgements", "account_id", "accounts"),
        _reference("must_read_acknowledgements", "must_read_id", "must_reads"),
        sa.PrimaryKeyConstraint("must_read_id", "account_id", name=op.f("pk_must_read_acknowledgements")),
    )
    op.create_index(op.f("ix_must_read_acknowledgements_account_id"), "must_read_acknowledgements", ["account_id"])


def _comments() -> None:
    op.create_table(
        "entry_comments",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("entry_id", sa.Uuid(), nullable=False),
        sa.Column("author_id", sa.Uuid(), nullable=True),
        sa.Column("author_name", sa.String(length=100), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        _reference("entry_comments", "author_id", "accounts", "SET NULL"),
        _reference("entry_comments", "entry_id", "entries"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_entry_comments")),
    )
    op.create_index("ix_entry_comments_entry_id_created_at", "entry_comments", ["entry_id", "created_at"])
    op.create_table(
        "entry_subscriptions",
        sa.Column("entry_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        _reference("entry_subscriptions", "account_id", "accounts"),
        _reference("entry_subscriptions", "entry_id", "entries"),
        sa.PrimaryKeyConstraint("entry_id", "account_id", name=op.f("pk_entry_subscriptions")),
    )
    op.create_index(op.f("ix_entry_subscriptions_account_id"), "entry_subscriptions", ["account_id"])


def _calls() -> None:
    op.create_table(
        "call_vectors",
        sa.Column("call_id", sa.Uuid(), nullable=False),
        sa.Column("embedder", sa.String(length=200), nullable=False),
        sa.Column("places", sa.JSON(), nullable=False),
        sa.Column("speakers", sa.String(length=120), nullable=False),
        sa.Column("vectors", sa.LargeBinary(), nullable=False),
        _reference("call_vectors", "call_id", "calls"),
        sa.PrimaryKeyConstraint("call_id", name=op.f("pk_call_vectors")),
    )
    op.create_table(
        "cards_read_out",
        sa.Column("call_id", sa.Uuid(), nullable=False),
        sa.Column("suggestion_id", sa.Uuid(), nullable=False),
        _reference("cards_read_out", "call_id", "calls"),
        sa.PrimaryKeyConstraint("call_id", "suggestion_id", name=op.f("pk_cards_read_out")),
    )
    op.create_index(op.f("ix_cards_read_out_suggestion_id"), "cards_read_out", ["suggestion_id"])


def _training() -> None:
    # The default stays: the version that runs now writes lessons without a skill.
    op.add_column(
        "training_lessons", sa.Column("skill", sa.String(length=60), nullable=False, server_default=sa.text("''"))
    )
    op.create_table(
        "skill_proposals",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("attempt_id", sa.Uuid(), nullable=False),
        sa.Column("skill", sa.String(length=60), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("decided_by_name", sa.String(length=100), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        _reference("skill_proposals", "account_id", "accounts"),
        _reference("skill_proposals", "attempt_id", "training_attempts"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_skill_proposals")),
        sa.UniqueConstraint("attempt_id", name=op.f("uq_skill_proposals_attempt_id")),
    )
    op.create_index("ix_skill_proposals_state_created_at", "skill_proposals", ["state", "created_at"])
    op.create_index(op.f("ix_skill_proposals_account_id"), "skill_proposals", ["account_id"])


def upgrade() -> None:
    _must_reads()
    _comments()
    _calls()
    _training()


def downgrade() -> None:
    op.drop_table("skill_proposals")
    op.drop_column("training_lessons", "skill")
    for table in ("cards_read_out", "call_vectors", "entry_subscriptions", "entry_comments"):
        op.drop_table(table)
    op.drop_table("must_read_acknowledgements")
    op.drop_table("must_reads")
