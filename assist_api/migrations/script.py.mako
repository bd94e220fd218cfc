"""${message}

Revision: ${up_revision}, after ${down_revision | comma,n}.

Expand, backfill in batches, contract: the version that runs now must work before and after this migration.
Every statement waits at most `env.LOCK_TIMEOUT_SECONDS` for a lock.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
${imports if imports else ""}

revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}
branch_labels = ${repr(branch_labels)}
depends_on = ${repr(depends_on)}


def upgrade() -> None:
    ${upgrades if upgrades else "pass"}


def downgrade() -> None:
    ${downgrades if downgrades else "pass"}
