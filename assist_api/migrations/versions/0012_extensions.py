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
    with op.batch_alter_table("accounts") as table:
        table.add_column(sa.Column("extension", sa.String(length=20), nullable=True))
        table.create_unique_constraint(op.f("uq_accounts_extension"), ["extension"])


def downgrade() -> None:
    with op.batch_alter_table("accounts") as table:
        table.drop_constraint(op.f("uq_accounts_extension"), type_="unique")
        table.drop_column("extension")
