"""callers who called again, time to answer, surveys by text message

Revision: 0030, after 0029.

Expand, backfill in batches, contract: the version that runs now must work before and after this migration.
Every statement waits at most `env.LOCK_TIMEOUT_SECONDS` for a lock.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # The defaults stay: the version that runs now writes rows without these columns.
    op.add_column(
        "ivr_dialogues", sa.Column("caller_number", sa.String(length=20), nullable=False, server_default=sa.text("''"))
    )
    op.add_column("ivr_dialogues", sa.Column("responses_ms", sa.JSON(), nullable=True))
    op.create_index("ix_ivr_dialogues_caller_number_started_at", "ivr_dialogues", ["caller_number", "started_at"])
    op.add_column("survey_answers", sa.Column("texted_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("survey_answers", sa.Column("texted_to", sa.String(length=20), nullable=True))
    op.create_index("ix_survey_answers_texted_to", "survey_answers", ["texted_to"])


def downgrade() -> None:
    op.drop_index("ix_survey_answers_texted_to", "survey_answers")
    op.drop_column("survey_answers", "texted_to")
    op.drop_column("survey_answers", "texted_at")
    op.drop_index("ix_ivr_dialogues_caller_number_started_at", "ivr_dialogues")
    op.drop_column("ivr_dialogues", "responses_ms")
    op.drop_column("ivr_dialogues", "caller_number")
