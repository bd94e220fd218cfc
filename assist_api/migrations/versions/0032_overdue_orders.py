"""the index of the moments at which limits are reached holds only orders with a running clock

Revision: 0032, after 0030.

Expand, backfill in batches, contract: the version that runs now must work before and after this migration.
Every statement waits at most `env.LOCK_TIMEOUT_SECONDS` for a lock.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0030"
branch_labels = None
depends_on = None

_NAME, _TABLE, _COLUMNS = "ix_work_orders_due_at", "work_orders", ["due_at"]
_HAS_LIMIT = sa.text("due_at IS NOT NULL")


def upgrade() -> None:
    """Make the index partial."""
    op.drop_index(_NAME, _TABLE)
    op.create_index(_NAME, _TABLE, _COLUMNS, sqlite_where=_HAS_LIMIT, postgresql_where=_HAS_LIMIT)


def downgrade() -> None:
    """Let the index hold every order again."""
    op.drop_index(_NAME, _TABLE)
    op.create_index(_NAME, _TABLE, _COLUMNS)
