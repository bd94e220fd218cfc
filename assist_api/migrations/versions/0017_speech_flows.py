"""speech flows: versions, numbers, dialogues, callbacks, messages

Revision: 0017, after 0011.

Expand, backfill in batches, contract: the version that runs now must work before and after this migration.
Every statement waits at most `env.LOCK_TIMEOUT_SECONDS` for a lock.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "ivr_callbacks",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("call_id", sa.Uuid(), nullable=True),
        sa.Column("number", sa.String(length=20), nullable=False),
        sa.Column("queue", sa.String(length=40), nullable=False),
        sa.Column("intent", sa.String(length=40), nullable=True),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("done_by", sa.String(length=100), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ivr_callbacks")),
    )
    op.create_index(op.f("ix_ivr_callbacks_requested_at"), "ivr_callbacks", ["requested_at"], unique=False)
    op.create_table(
        "ivr_dialogues",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("call_id", sa.Uuid(), nullable=True),
        sa.Column("flow", sa.String(length=40), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("end", sa.String(length=16), nullable=False),
        sa.Column("queue", sa.String(length=40), nullable=True),
        sa.Column("intent", sa.String(length=40), nullable=True),
        sa.Column("node", sa.String(length=40), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("mark", sa.Integer(), nullable=True),
        sa.Column("context", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ivr_dialogues")),
    )
    op.create_index(op.f("ix_ivr_dialogues_call_id"), "ivr_dialogues", ["call_id"], unique=False)
    op.create_index("ix_ivr_dialogues_flow_started_at", "ivr_dialogues", ["flow", "started_at"], unique=False)
    op.create_index(op.f("ix_ivr_dialogues_started_at"), "ivr_dialogues", ["started_at"], unique=False)
    op.create_table(
        "ivr_flow_versions",
        sa.Column("flow", sa.String(length=40), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("definition", sa.JSON(), nullable=False),
        sa.Column("note", sa.String(length=500), nullable=False),
        sa.Column("author_id", sa.Uuid(), nullable=True),
        sa.Column("author_name", sa.String(length=100), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("published_by", sa.String(length=100), nullable=True),
        sa.PrimaryKeyConstraint("flow", "number", name=op.f("pk_ivr_flow_versions")),
    )
    op.create_table(
        "ivr_number_rules",
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("number", sa.String(length=20), nullable=False),
        sa.Column("hours", sa.String(length=16), nullable=False),
        sa.Column("flow", sa.String(length=40), nullable=True),
        sa.PrimaryKeyConstraint("position", name=op.f("pk_ivr_number_rules")),
    )
    op.create_table(
        "ivr_voicemails",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("call_id", sa.Uuid(), nullable=True),
        sa.Column("number", sa.String(length=20), nullable=False),
        sa.Column("seconds", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("intent", sa.String(length=40), nullable=True),
        sa.Column("order_number", sa.String(length=16), nullable=True),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ivr_voicemails")),
    )
    op.create_index(op.f("ix_ivr_voicemails_received_at"), "ivr_voicemails", ["received_at"], unique=False)
    op.create_table(
        "ivr_dialogue_steps",
        sa.Column("dialogue_id", sa.Uuid(), nullable=False),
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("flow", sa.String(length=40), nullable=False),
        sa.Column("node", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("detail", sa.String(length=60), nullable=False),
        sa.Column("probability", sa.Double(), nullable=True),
        sa.ForeignKeyConstraint(
            ["dialogue_id"],
            ["ivr_dialogues.id"],
            name=op.f("fk_ivr_dialogue_steps_dialogue_id_ivr_dialogues"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("dialogue_id", "seq", name=op.f("pk_ivr_dialogue_steps")),
    )


def downgrade() -> None:
    op.drop_table("ivr_dialogue_steps")
    op.drop_index(op.f("ix_ivr_voicemails_received_at"), table_name="ivr_voicemails")
    op.drop_table("ivr_voicemails")
    op.drop_table("ivr_number_rules")
    op.drop_table("ivr_flow_versions")
    op.drop_index(op.f("ix_ivr_dialogues_started_at"), table_name="ivr_dialogues")
    op.drop_index("ix_ivr_dialogues_flow_started_at", table_name="ivr_dialogues")
    op.drop_index(op.f("ix_ivr_dialogues_call_id"), table_name="ivr_dialogues")
    op.drop_table("ivr_dialogues")
    op.drop_index(op.f("ix_ivr_callbacks_requested_at"), table_name="ivr_callbacks")
    op.drop_table("ivr_callbacks")
