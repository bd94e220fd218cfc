"""imports that are taken back as a whole

Revision: 0024, after 0023.

Expand, backfill in batches, contract: the version that runs now must work before and after this migration.
Every statement waits at most `env.LOCK_TIMEOUT_SECONDS` for a lock.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("imports", sa.Column("taken_back_by", sa.String(length=100), nullable=True))
    op.add_column("imports", sa.Column("taken_back_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("import_units", sa.Column("is_taken_back", sa.Boolean(), nullable=True))


def downgrade() -> None:
    op.drop_column("import_units", "is_taken_back")
    op.drop_column("imports", "taken_back_at")
    op.drop_column("imports", "taken_back_by")
