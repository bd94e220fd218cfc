"""telephone extensions of accounts

Revision: 0012, after 0011.

Expand, backfill in batches, contract: the version that runs now must work before and after this migration.
Every statement waits at most `env.LOCK_TIMEOUT_SECONDS` for a lock.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # An index and no constraint: SQLite would copy the table for one, and could not take earlier columns back then.
    op.add_column("accounts", sa.Column("extension", sa.String(length=20), nullable=True))
    op.create_index(op.f("ix_accounts_extension"), "accounts", ["extension"], unique=True)


def downgrade() -> None:
    op.drop_index(op.f("ix_accounts_extension"), table_name="accounts")
    op.drop_column("accounts", "extension")
