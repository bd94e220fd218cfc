"""Tables of the words that curators keep."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import JSON, BigInteger, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from kit.db import Base, UTCDateTime


class WordGroupRow(Base):
    """One group of words: synonyms, a one-way alias, or words that are never cut."""

    __tablename__ = "word_groups"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    # Set for groups that came with the product; lets the next version find them again.
    key: Mapped[str | None] = mapped_column(String(100), unique=True)
    use: Mapped[str] = mapped_column(String(16))
    sector: Mapped[str | None] = mapped_column(String(16), index=True)
    words: Mapped[list[str]] = mapped_column(JSON)
    # The folded words between line breaks, for the filter of the list.
    search_text: Mapped[str] = mapped_column(Text)
    note: Mapped[str] = mapped_column(String(200))
    # Who wrote it last: a person, or the product's own list (`RevisionOrigin`).
    origin: Mapped[str] = mapped_column(String(16))
    # Counts the edits from 1: two people who edit the same group collide here.
    number: Mapped[int]
    # A group of the product that a person removed stays as a mark, or the next start would bring it back.
    is_removed: Mapped[bool]
    author: Mapped[str] = mapped_column(String(100))
    updated_at: Mapped[datetime] = mapped_column(UTCDateTime, index=True)


class WordListRow(Base):
    """The one row that says how often the words changed: what searches compare with, and the lock of writers."""

    __tablename__ = "word_list"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    change_number: Mapped[int] = mapped_column(BigInteger)
