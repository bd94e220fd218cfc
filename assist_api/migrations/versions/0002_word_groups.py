"""curated words

Revision: 0002, after 0001.

Expand, backfill in batches, contract: the version that runs now must work before and after this migration.
Every statement waits at most `env.LOCK_TIMEOUT_SECONDS` for a lock.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "word_groups",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.String(length=100), nullable=True),
        sa.Column("use", sa.String(length=16), nullable=False),
        sa.Column("sector", sa.String(length=16), nullable=True),
        sa.Column("words", sa.JSON(), nullable=False),
        sa.Column("search_text", sa.Text(), nullable=False),
        sa.Column("note", sa.String(length=200), nullable=False),
        sa.Column("origin", sa.String(length=16), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("is_removed", sa.Boolean(), nullable=False),
        sa.Column("author", sa.String(length=100), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_word_groups")),
        sa.UniqueConstraint("key", name=op.f("uq_word_groups_key")),
    )
    with op.batch_alter_table("word_groups", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_word_groups_sector"), ["sector"], unique=False)
        batch_op.create_index(batch_op.f("ix_word_groups_updated_at"), ["updated_at"], unique=False)
    op.create_table(
        "word_list",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("change_number", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_word_list")),
    )


def downgrade() -> None:
    op.drop_table("word_list")
    with op.batch_alter_table("word_groups", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_word_groups_updated_at"))
        batch_op.drop_index(batch_op.f("ix_word_groups_sector"))
    op.drop_table("word_groups")
