"""audit log, notifications, policies and units

Revision: 0009, after 0007.

Expand, backfill in batches, contract: the version that runs now must work before and after this migration.
Every statement waits at most `env.LOCK_TIMEOUT_SECONDS` for a lock.
"""

from __future__ import annotations

import secrets

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

KNOWLEDGE_TESTS = "knowledge_tests"


def upgrade() -> None:
    _add_units()
    _add_audit_log()
    _add_notifications()
    _add_policies()


def downgrade() -> None:
    op.drop_table("policy_versions")
    op.drop_table("notifications")
    op.drop_table("audit_head")
    op.drop_table("audit_entries")
    op.drop_index("ix_accounts_unit_id", "accounts")
    op.drop_column("accounts", "unit_id")
    op.drop_table("units")


def _add_units() -> None:
    op.create_table(
        "units",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("parent_id", sa.Uuid(), nullable=True),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("sector", sa.String(length=16), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["parent_id"], ["units.id"], name=op.f("fk_units_parent_id_units")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_units")),
    )
    op.create_index("ix_units_parent_id", "units", ["parent_id"])
    if op.get_bind().dialect.name == "sqlite":
        # A batch operation would drop the table of accounts, and with it the sessions that refer to them.
        op.execute(
            "ALTER TABLE accounts ADD COLUMN unit_id CHAR(32) "
            "CONSTRAINT fk_accounts_unit_id_units REFERENCES units (id)"
        )
    else:
        op.add_column("accounts", sa.Column("unit_id", sa.Uuid(), nullable=True))
        op.create_foreign_key("fk_accounts_unit_id_units", "accounts", "units", ["unit_id"], ["id"])
    op.create_index("ix_accounts_unit_id", "accounts", ["unit_id"])


def _add_audit_log() -> None:
    op.create_table(
        "audit_entries",
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=True),
        sa.Column("actor_name", sa.String(length=64), nullable=False),
        sa.Column("actor_role", sa.String(length=16), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=True),
        sa.Column("address", sa.String(length=64), nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=True),
        sa.Column("action", sa.String(length=64), nullable=False),
        sa.Column("object_kind", sa.String(length=32), nullable=False),
        sa.Column("object_id", sa.String(length=100), nullable=False),
        sa.Column("before_digest", sa.String(length=64), nullable=True),
        sa.Column("after_digest", sa.String(length=64), nullable=True),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.Column("previous_hash", sa.String(length=64), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_audit_entries")),
    )
    op.create_index("ix_audit_entries_at", "audit_entries", ["at"])
    op.create_index("ix_audit_entries_actor_id_number", "audit_entries", ["actor_id", "number"])
    op.create_index("ix_audit_entries_action_number", "audit_entries", ["action", "number"])
    op.create_index(
        "ix_audit_entries_object_kind_object_id_number", "audit_entries", ["object_kind", "object_id", "number"]
    )
    head = op.create_table(
        "audit_head",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("entries", sa.BigInteger(), nullable=False),
        sa.Column("last_hash", sa.String(length=64), nullable=False),
        sa.Column("digest_key", sa.LargeBinary(length=32), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_head")),
    )
    op.bulk_insert(head, [{"id": 1, "entries": 0, "last_hash": "0" * 64, "digest_key": secrets.token_bytes(32)}])


def _add_notifications() -> None:
    op.create_table(
        "notifications",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("recipient_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("parameters", sa.JSON(), nullable=False),
        sa.Column("object_kind", sa.String(length=32), nullable=False),
        sa.Column("object_id", sa.String(length=100), nullable=False),
        sa.Column("dedup_key", sa.String(length=200), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["recipient_id"], ["accounts.id"], name=op.f("fk_notifications_recipient_id_accounts"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notifications")),
        sa.UniqueConstraint("recipient_id", "dedup_key", name="uq_notifications_recipient_id_dedup_key"),
    )
    op.create_index(
        "ix_notifications_recipient_id_created_at_id", "notifications", ["recipient_id", "created_at", "id"]
    )
    op.create_index("ix_notifications_recipient_id_read_at", "notifications", ["recipient_id", "read_at"])


def _add_policies() -> None:
    versions = op.create_table(
        "policy_versions",
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("value", sa.JSON(), nullable=False),
        sa.Column("note", sa.String(length=500), nullable=False),
        sa.Column("author_id", sa.Uuid(), nullable=True),
        sa.Column("author_name", sa.String(length=100), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("kind", "number", name=op.f("pk_policy_versions")),
    )
    chosen = sa.table(
        "knowledge_test_policy",
        sa.column("policy", sa.String()),
        sa.column("chosen_by", sa.String()),
        sa.column("chosen_at", sa.DateTime(timezone=True)),
    )
    # What somebody chose before policies had versions is the first version; the interval stays the installation's.
    for row in op.get_bind().execute(sa.select(chosen)).all():
        first = {"kind": KNOWLEDGE_TESTS, "number": 1, "value": {"drop_policy": row.policy}, "note": ""}
        op.bulk_insert(versions, [first | {"author_id": None, "author_name": row.chosen_by, "since": row.chosen_at}])
