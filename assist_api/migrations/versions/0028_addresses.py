"""address tree, appointments of work orders, rotated secrets of webhooks

Revision: 0028, after 0026.

Expand, backfill in batches, contract: the version that runs now must work before and after this migration.
Every statement waits at most `env.LOCK_TIMEOUT_SECONDS` for a lock.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "address_places",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(length=32), nullable=False),
        sa.Column("parent_id", sa.Uuid(), nullable=True),
        sa.Column("level", sa.String(length=16), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("aliases", sa.JSON(), nullable=False),
        sa.Column("area_class", sa.String(length=16), nullable=False),
        sa.Column("equipment", sa.String(length=64), nullable=False),
        sa.Column("feeder", sa.String(length=64), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["parent_id"], ["address_places.id"], name=op.f("fk_address_places_parent_id_address_places"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_address_places")),
        sa.UniqueConstraint("code", name=op.f("uq_address_places_code")),
        sa.UniqueConstraint("parent_id", "name", name="uq_address_places_parent_id_name"),
    )  # fmt: skip
    op.create_table(
        "address_keys",
        sa.Column("key", sa.String(length=96), nullable=False),
        sa.Column("place_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["place_id"], ["address_places.id"], name=op.f("fk_address_keys_place_id_address_places"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("key", "place_id", name=op.f("pk_address_keys")),
    )  # fmt: skip
    op.create_index(op.f("ix_address_keys_place_id"), "address_keys", ["place_id"])
    # The defaults stay: the version that runs now writes orders and webhooks without these columns.
    op.add_column("work_orders", sa.Column("area_code", sa.String(length=32), nullable=False, server_default=""))
    op.add_column("work_orders", sa.Column("appointment_starts_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("work_orders", sa.Column("appointment_ends_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column(
        "work_orders", sa.Column("appointment_area", sa.String(length=100), nullable=False, server_default="")
    )
    op.create_index(op.f("ix_work_orders_appointment_starts_at"), "work_orders", ["appointment_starts_at"])
    op.create_index("ix_work_orders_business_type_created_at_id", "work_orders", ["business_type", "created_at", "id"])
    op.add_column("webhooks", sa.Column("old_secret", sa.String(length=64), nullable=True))
    op.add_column("webhooks", sa.Column("old_secret_until", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    op.drop_column("webhooks", "old_secret_until")
    op.drop_column("webhooks", "old_secret")
    op.drop_index("ix_work_orders_business_type_created_at_id", table_name="work_orders")
    op.drop_index(op.f("ix_work_orders_appointment_starts_at"), table_name="work_orders")
    for column in ("appointment_area", "appointment_ends_at", "appointment_starts_at", "area_code"):
        op.drop_column("work_orders", column)
    op.drop_table("address_keys")
    op.drop_table("address_places")
