"""Tables of the knowledge base: entries and their immutable revisions, categories, cases, the index change log."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import JSON, BigInteger, ForeignKey, Index, Integer, String, Text, UniqueConstraint, event, inspect
from sqlalchemy.engine import Connection
from sqlalchemy.orm import Mapped, Mapper, mapped_column, relationship

from kit.db import Base, UTCDateTime


class RevisionState(StrEnum):
    """Where a revision stands; only one revision of an entry is published at a time."""

    DRAFT = "draft"
    IN_REVIEW = "in_review"
    PUBLISHED = "published"
    RETIRED = "retired"


class RevisionOrigin(StrEnum):
    """Who wrote a revision: a person in the editor, the import of a knowledge pack, or that of a document."""

    EDIT = "edit"
    PACK = "pack"
    DOCUMENT = "document"


class CategoryLevel(StrEnum):
    """The three facets of the classification, from the top: what happened, solution idea, solution means."""

    SITUATION = "situation"
    IDEA = "idea"
    MEANS = "means"


class CaseOutcome(StrEnum):
    """How a case ended."""

    RESOLVED = "resolved"
    ESCALATED = "escalated"
    UNRESOLVED = "unresolved"


class Category(Base):
    """A node of the classification tree; ideas hang under a situation, means under an idea."""

    __tablename__ = "categories"
    __table_args__ = (UniqueConstraint("parent_id", "name_zh"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    parent_id: Mapped[UUID | None] = mapped_column(ForeignKey("categories.id"))
    level: Mapped[str] = mapped_column(String(16))
    # The situation code for a situation, and for the ideas and means below it their situation's code and own id.
    code: Mapped[str] = mapped_column(String(120), unique=True)
    sector: Mapped[str | None] = mapped_column(String(16), index=True)
    name_zh: Mapped[str] = mapped_column(String(100))
    name_en: Mapped[str] = mapped_column(String(100), default="")


class Entry(Base):
    """Stable identity of a piece of knowledge; the text lives in its revisions."""

    __tablename__ = "entries"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    # Set for entries that came from a knowledge pack; lets a second import find them again.
    key: Mapped[str | None] = mapped_column(String(100), unique=True)
    # The revision readers see; its state says whether the entry is published or retired. No foreign key: the two
    # tables would refer to each other, and the pointer is swapped before the new revision is inserted so that the
    # swap is where concurrent edits collide.
    current_revision_id: Mapped[UUID] = mapped_column(unique=True)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)

    current: Mapped[Revision] = relationship(
        primaryjoin="foreign(Entry.current_revision_id) == Revision.id", lazy="raise", viewonly=True
    )


class Revision(Base):
    """The text of an entry at one time; never changes once it is published, only its state does."""

    __tablename__ = "revisions"
    __table_args__ = (
        UniqueConstraint("entry_id", "number"),
        Index("ix_revisions_state_sector_situation", "state", "sector", "situation"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    entry_id: Mapped[UUID] = mapped_column(ForeignKey("entries.id"))
    number: Mapped[int]
    state: Mapped[str] = mapped_column(String(16))
    origin: Mapped[str] = mapped_column(String(16))
    title: Mapped[str] = mapped_column(String(200))
    variants: Mapped[list[str]] = mapped_column(JSON)
    answer: Mapped[str] = mapped_column(Text)
    script: Mapped[str] = mapped_column(Text)
    sector: Mapped[str | None] = mapped_column(String(16))
    region: Mapped[str | None] = mapped_column(String(32))
    situation: Mapped[str] = mapped_column(String(64))
    idea: Mapped[str] = mapped_column(String(100))
    means: Mapped[str] = mapped_column(String(100))
    # The deepest node of situation → idea → means.
    category_id: Mapped[UUID] = mapped_column(ForeignKey("categories.id"), index=True)
    business_type: Mapped[str] = mapped_column(String(32))
    audiences: Mapped[list[str]] = mapped_column(JSON)
    valid_from: Mapped[date | None]
    valid_until: Mapped[date | None]
    reviewed_on: Mapped[date | None]
    owner: Mapped[str] = mapped_column(String(100))
    sources: Mapped[list[dict[str, str]]] = mapped_column(JSON)
    author: Mapped[str] = mapped_column(String(100))
    # Account that submitted a draft, so that another one publishes it; None for texts that were published at once.
    author_id: Mapped[UUID | None]
    change_note: Mapped[str] = mapped_column(String(500))
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    published_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    retired_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    entry: Mapped[Entry] = relationship(lazy="raise", viewonly=True)


class CaseEntry(Base):
    """A case was solved with this entry."""

    __tablename__ = "case_entries"

    case_id: Mapped[UUID] = mapped_column(ForeignKey("cases.id", ondelete="CASCADE"), primary_key=True)
    entry_id: Mapped[UUID] = mapped_column(ForeignKey("entries.id"), primary_key=True, index=True)
    position: Mapped[int]
    # The revision that was used; None where nobody knows (packs).
    revision_id: Mapped[UUID | None]


class Case(Base):
    """One solved contact: the problem, the facts, and what helped."""

    __tablename__ = "cases"
    __table_args__ = (Index("ix_cases_sector_situation", "sector", "situation"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    key: Mapped[str | None] = mapped_column(String(100), unique=True)
    title: Mapped[str] = mapped_column(String(200))
    problem: Mapped[str] = mapped_column(Text)
    facts: Mapped[dict[str, str]] = mapped_column(JSON)
    sector: Mapped[str | None] = mapped_column(String(16))
    situation: Mapped[str] = mapped_column(String(64))
    business_type: Mapped[str] = mapped_column(String(32))
    solution: Mapped[str] = mapped_column(Text)
    outcome: Mapped[str] = mapped_column(String(16))
    occurred_on: Mapped[date]
    area: Mapped[str] = mapped_column(String(100))
    equipment: Mapped[str] = mapped_column(String(100))
    # The call it was taken from, one case a call; calls and accounts belong to another room, hence no foreign keys.
    call_id: Mapped[UUID | None] = mapped_column(index=True, unique=True)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    # Counts the changes; where two people's edits collide.
    version: Mapped[int] = mapped_column(default=1, server_default="1")
    # Display name of who made it; None for cases of a pack.
    author: Mapped[str | None] = mapped_column(String(100))
    author_id: Mapped[UUID | None]
    updated_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    links: Mapped[list[CaseEntry]] = relationship(
        order_by=CaseEntry.position, lazy="raise", cascade="all, delete-orphan"
    )


class CaseEvidence(Base):
    """What was said in the call of a case: ids of the utterances, and their text as it was, de-identified."""

    __tablename__ = "case_evidence"

    case_id: Mapped[UUID] = mapped_column(ForeignKey("cases.id", ondelete="CASCADE"), primary_key=True)
    lines: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    frozen_at: Mapped[datetime] = mapped_column(UTCDateTime)


class IndexChangeRow(Base):
    """One line of the log the search index follows; written in the transaction of the change itself."""

    __tablename__ = "index_changes"
    __table_args__ = {"sqlite_autoincrement": True}  # noqa: RUF012  # rejected: SQLAlchemy reads it as is

    change_number: Mapped[int] = mapped_column(
        BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True
    )
    kind: Mapped[str] = mapped_column(String(16))
    document_id: Mapped[UUID]
    at: Mapped[datetime] = mapped_column(UTCDateTime)


STATE_COLUMNS = frozenset({"state", "published_at", "retired_at"})


@event.listens_for(Revision, "before_update")
def _refuse_changed_text(_mapper: Mapper[Any], _connection: Connection, revision: Revision) -> None:
    history = {attribute.key: attribute.history for attribute in inspect(revision).attrs}
    was_draft = RevisionState.DRAFT in (revision.state, *history["state"].deleted)
    changed = [key for key, change in history.items() if change.has_changes() and key not in STATE_COLUMNS]
    if changed and not was_draft:
        raise ValueError(f"revision {revision.id} is published; {', '.join(changed)} cannot change")
