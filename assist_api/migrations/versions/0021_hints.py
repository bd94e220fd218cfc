"""hints: versions of hint books

Revision: 0021, after 0018.

Expand, backfill in batches, contract: the version that runs now must work before and after this migration.
Every statement waits at most `env.LOCK_TIMEOUT_SECONDS` for a lock.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "hint_book_versions",
        sa.Column("sector", sa.String(length=16), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("book", sa.JSON(), nullable=False),
        sa.Column("note", sa.String(length=500), nullable=False),
        sa.Column("author_id", sa.Uuid(), nullable=True),
        sa.Column("author_name", sa.String(length=100), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("sector", "number", name=op.f("pk_hint_book_versions")),
    )


def downgrade() -> None:
    op.drop_table("hint_book_versions")
