"""Tables of the category models: every model that was learned, with what it learned from and how good it is."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Float, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from kit.db import Base, UTCDateTime


class CategoryModelRow(Base):
    """One learned model; only its state changes. The weights are a file, known by its hash."""

    __tablename__ = "category_models"

    number: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    state: Mapped[str] = mapped_column(String(16))
    """`live` (one at most), `kept` (was live, or may become so) or `rejected` (worse than the one that was live)."""
    reason: Mapped[str] = mapped_column(String(16))
    """Why it was learned: `first`, `knowledge`, `choices` or `asked`."""
    trained_by: Mapped[str] = mapped_column(String(100))
    """Display name of the person who asked for it; empty when the server learned by itself."""
    trained_at: Mapped[datetime] = mapped_column(UTCDateTime)
    fit_seconds: Mapped[float] = mapped_column(Float)
    data_hash: Mapped[str] = mapped_column(String(64), index=True)
    embedder: Mapped[str] = mapped_column(String(100))
    counts: Mapped[dict[str, int]] = mapped_column(JSON)
    """Examples by origin, and the number of categories."""
    quality: Mapped[dict[str, Any]] = mapped_column(JSON)
    """`kb.measures.Quality` on held-out folds."""
    comparison: Mapped[dict[str, Any]] = mapped_column(JSON)
    """With the model that was live then: the same examples, none of them seen by the model that is asked."""
    file_hash: Mapped[str] = mapped_column(String(64))


class CategoryModelEventRow(Base):
    """What was done with models: gone live, rolled back, rejected; appended, never changed."""

    __tablename__ = "category_model_events"
    __table_args__ = {"sqlite_autoincrement": True}  # noqa: RUF012  # rejected: SQLAlchemy reads it as is

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=True)
    at: Mapped[datetime] = mapped_column(UTCDateTime)
    number: Mapped[int] = mapped_column(Integer)
    what: Mapped[str] = mapped_column(String(16))
    """`live`, `rejected` or `rolled_back` (made live by a person)."""
    done_by: Mapped[str] = mapped_column(String(100))
    """Empty when the server decided by itself."""
    note: Mapped[str] = mapped_column(Text)
