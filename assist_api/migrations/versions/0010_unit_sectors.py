"""a document may state the sector of a unit

Revision: 0010, after 0009.

Expand, backfill in batches, contract: the version that runs now must work before and after this migration.
Every statement waits at most `env.LOCK_TIMEOUT_SECONDS` for a lock.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("import_units", sa.Column("sector", sa.String(length=16), nullable=False, server_default=""))
    # The default was for the rows that were there; new ones say it themselves.
    with op.batch_alter_table("import_units", schema=None) as batch_op:
        batch_op.alter_column("sector", server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("import_units", schema=None) as batch_op:
        batch_op.drop_column("sector")
