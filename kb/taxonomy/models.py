"""Table of the taxonomy packs as curators have changed them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from kit.db import Base, UTCDateTime


class TaxonomyVersionRow(Base):
    """One version of one pack, whole; appended, never changed. Version 0 is the shipped one and has no row."""

    __tablename__ = "taxonomy_versions"

    pack: Mapped[str] = mapped_column(String(16), primary_key=True)
    """A sector's code, or `general`."""
    number: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    content: Mapped[dict[str, Any]] = mapped_column(JSON)
    """The pack as its YAML file has it."""
    change: Mapped[dict[str, Any]] = mapped_column(JSON)
    """What was done: `kind` and what it needs; `followed` counts what moved with it."""
    author: Mapped[str] = mapped_column(String(100))
    note: Mapped[str] = mapped_column(String(500))
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
