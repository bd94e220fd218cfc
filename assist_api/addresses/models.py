"""Tables of the address tree: places (district, street, community, building) and the names they are found by."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import JSON, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from kit.db import Base, UTCDateTime


class AddressPlace(Base):
    """A place of the address tree."""

    __tablename__ = "address_places"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(32), unique=True)
    """Area code: of the file, or the parent's code and the next free digits."""
    parent_id: Mapped[UUID | None] = mapped_column(ForeignKey("address_places.id", ondelete="CASCADE"))
    level: Mapped[str] = mapped_column(String(16))
    name: Mapped[str] = mapped_column(String(64))
    aliases: Mapped[list[str]] = mapped_column(JSON)
    """Further names that callers use."""
    area_class: Mapped[str] = mapped_column(String(16))
    """`urban`, `rural` or `remote`; empty where the parent's holds."""
    equipment: Mapped[str] = mapped_column(String(64))
    """Substation, transformer, valve or exchanger that supplies the place; empty where the parent's holds."""
    feeder: Mapped[str] = mapped_column(String(64))
    """Line or pipe that supplies the place; empty where the parent's holds."""
    changed_at: Mapped[datetime] = mapped_column(UTCDateTime)

    __table_args__ = (UniqueConstraint("parent_id", "name", name="uq_address_places_parent_id_name"),)


class AddressKey(Base):
    """A key by which a district, street or community is found in an address: a name, or how a name sounds."""

    __tablename__ = "address_keys"

    key: Mapped[str] = mapped_column(String(96), primary_key=True)
    place_id: Mapped[UUID] = mapped_column(
        ForeignKey("address_places.id", ondelete="CASCADE"), primary_key=True, index=True
    )
