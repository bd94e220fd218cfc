"""customers and work orders

Revision: 0011, after 0010.

Expand, backfill in batches, contract: the version that runs now must work before and after this migration.
Every statement waits at most `env.LOCK_TIMEOUT_SECONDS` for a lock.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "work_order_counts",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("given", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_work_order_counts")),
    )
    op.create_table(
        "customers",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("account_number", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("sector", sa.String(length=16), nullable=False),
        sa.Column("customer_class", sa.String(length=16), nullable=False),
        sa.Column("class_reason", sa.String(length=200), nullable=False),
        sa.Column("class_until", sa.Date(), nullable=True),
        sa.Column("agent_account_id", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["agent_account_id"],
            ["accounts.id"],
            name=op.f("fk_customers_agent_account_id_accounts"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_customers")),
        sa.UniqueConstraint("account_number", name=op.f("uq_customers_account_number")),
    )
    op.create_index(op.f("ix_customers_name"), "customers", ["name"], unique=False)
    op.create_table(
        "customer_calls",
        sa.Column("call_id", sa.Uuid(), nullable=False),
        sa.Column("customer_id", sa.Uuid(), nullable=False),
        sa.Column("bound_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["call_id"], ["calls.id"], name=op.f("fk_customer_calls_call_id_calls"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customers.id"], name=op.f("fk_customer_calls_customer_id_customers"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("call_id", name=op.f("pk_customer_calls")),
    )
    op.create_index(op.f("ix_customer_calls_customer_id"), "customer_calls", ["customer_id"], unique=False)
    op.create_table(
        "customer_file_reads",
        sa.Column("customer_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_customer_file_reads_account_id_accounts"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["customer_id"],
            ["customers.id"],
            name=op.f("fk_customer_file_reads_customer_id_customers"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("customer_id", "account_id", name=op.f("pk_customer_file_reads")),
    )
    op.create_table(
        "customer_phones",
        sa.Column("customer_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.String(length=20), nullable=False),
        sa.Column("label", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customers.id"], name=op.f("fk_customer_phones_customer_id_customers"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("customer_id", "number", name=op.f("pk_customer_phones")),
    )
    op.create_index(op.f("ix_customer_phones_number"), "customer_phones", ["number"], unique=False)
    op.create_table(
        "premises",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("customer_id", sa.Uuid(), nullable=False),
        sa.Column("address", sa.String(length=200), nullable=False),
        sa.Column("area", sa.String(length=100), nullable=False),
        sa.Column("area_class", sa.String(length=16), nullable=False),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customers.id"], name=op.f("fk_premises_customer_id_customers"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_premises")),
    )
    op.create_index(op.f("ix_premises_customer_id"), "premises", ["customer_id"], unique=False)
    op.create_table(
        "work_orders",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.String(length=16), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("business_type", sa.String(length=16), nullable=False),
        sa.Column("category_id", sa.String(length=97), nullable=True),
        sa.Column("sector", sa.String(length=16), nullable=False),
        sa.Column("area", sa.String(length=100), nullable=False),
        sa.Column("area_class", sa.String(length=16), nullable=False),
        sa.Column("customer_id", sa.Uuid(), nullable=True),
        sa.Column("call_id", sa.Uuid(), nullable=True),
        sa.Column("contact_name", sa.String(length=100), nullable=False),
        sa.Column("contact_phone", sa.String(length=20), nullable=False),
        sa.Column("address", sa.String(length=200), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("fields", sa.JSON(), nullable=False),
        sa.Column("responsible_unit_id", sa.Uuid(), nullable=True),
        sa.Column("unit_id", sa.Uuid(), nullable=True),
        sa.Column("origin_unit_id", sa.Uuid(), nullable=True),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.Column("created_by_name", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("parent_id", sa.Uuid(), nullable=True),
        sa.Column("urges", sa.Integer(), nullable=False),
        sa.Column("last_seq", sa.Integer(), nullable=False),
        sa.Column("idempotency_key", sa.String(length=64), nullable=False),
        sa.Column("external_reference", sa.String(length=64), nullable=True),
        sa.Column("acknowledged_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["call_id"], ["calls.id"], name=op.f("fk_work_orders_call_id_calls"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["created_by"], ["accounts.id"], name=op.f("fk_work_orders_created_by_accounts"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customers.id"], name=op.f("fk_work_orders_customer_id_customers"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["parent_id"], ["work_orders.id"], name=op.f("fk_work_orders_parent_id_work_orders")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_work_orders")),
        sa.UniqueConstraint("created_by", "idempotency_key", name="uq_work_orders_created_by_idempotency_key"),
        sa.UniqueConstraint("number", name=op.f("uq_work_orders_number")),
    )
    op.create_index(op.f("ix_work_orders_call_id"), "work_orders", ["call_id"], unique=False)
    op.create_index(op.f("ix_work_orders_contact_phone"), "work_orders", ["contact_phone"], unique=False)
    op.create_index("ix_work_orders_created_at_id", "work_orders", ["created_at", "id"], unique=False)
    op.create_index("ix_work_orders_customer_id_created_at", "work_orders", ["customer_id", "created_at"], unique=False)
    op.create_index(op.f("ix_work_orders_parent_id"), "work_orders", ["parent_id"], unique=False)
    op.create_index("ix_work_orders_state_created_at_id", "work_orders", ["state", "created_at", "id"], unique=False)
    op.create_index(
        "ix_work_orders_unit_id_created_at_id", "work_orders", ["unit_id", "created_at", "id"], unique=False
    )
    op.create_table(
        "crew_links",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("order_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("signing_key", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["order_id"], ["work_orders.id"], name=op.f("fk_crew_links_order_id_work_orders"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_crew_links")),
    )
    op.create_index(op.f("ix_crew_links_order_id"), "crew_links", ["order_id"], unique=False)
    op.create_table(
        "meters",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("premise_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(
            ["premise_id"], ["premises.id"], name=op.f("fk_meters_premise_id_premises"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meters")),
    )
    op.create_index(op.f("ix_meters_number"), "meters", ["number"], unique=False)
    op.create_index(op.f("ix_meters_premise_id"), "meters", ["premise_id"], unique=False)
    op.create_table(
        "work_order_events",
        sa.Column("order_id", sa.Uuid(), nullable=False),
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("action", sa.String(length=16), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=True),
        sa.Column("actor_name", sa.String(length=64), nullable=False),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["order_id"], ["work_orders.id"], name=op.f("fk_work_order_events_order_id_work_orders"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("order_id", "seq", name=op.f("pk_work_order_events")),
    )
    op.create_table(
        "work_order_photos",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("order_id", sa.Uuid(), nullable=False),
        sa.Column("media_type", sa.String(length=32), nullable=False),
        sa.Column("size_bytes", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["order_id"], ["work_orders.id"], name=op.f("fk_work_order_photos_order_id_work_orders"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_work_order_photos")),
    )
    op.create_index(op.f("ix_work_order_photos_order_id"), "work_order_photos", ["order_id"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_work_order_photos_order_id"), table_name="work_order_photos")
    op.drop_table("work_order_photos")
    op.drop_table("work_order_events")
    op.drop_index(op.f("ix_meters_premise_id"), table_name="meters")
    op.drop_index(op.f("ix_meters_number"), table_name="meters")
    op.drop_table("meters")
    op.drop_index(op.f("ix_crew_links_order_id"), table_name="crew_links")
    op.drop_table("crew_links")
    op.drop_index("ix_work_orders_unit_id_created_at_id", table_name="work_orders")
    op.drop_index("ix_work_orders_state_created_at_id", table_name="work_orders")
    op.drop_index(op.f("ix_work_orders_parent_id"), table_name="work_orders")
    op.drop_index("ix_work_orders_customer_id_created_at", table_name="work_orders")
    op.drop_index("ix_work_orders_created_at_id", table_name="work_orders")
    op.drop_index(op.f("ix_work_orders_contact_phone"), table_name="work_orders")
    op.drop_index(op.f("ix_work_orders_call_id"), table_name="work_orders")
    op.drop_table("work_orders")
    op.drop_index(op.f("ix_premises_customer_id"), table_name="premises")
    op.drop_table("premises")
    op.drop_index(op.f("ix_customer_phones_number"), table_name="customer_phones")
    op.drop_table("customer_phones")
    op.drop_table("customer_file_reads")
    op.drop_index(op.f("ix_customer_calls_customer_id"), table_name="customer_calls")
    op.drop_table("customer_calls")
    op.drop_index(op.f("ix_customers_name"), table_name="customers")
    op.drop_table("customers")
    op.drop_table("work_order_counts")
