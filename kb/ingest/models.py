"""Tables of imports: the import, its files, and the units that each would become or became."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import JSON, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from kb.ingest.document import UnitKind
from kit.db import Base, UTCDateTime


class ImportState(StrEnum):
    """Where an import stands."""

    COLLECTING = "collecting"
    READING = "reading"
    READY = "ready"
    PUBLISHING = "publishing"
    FINISHED = "finished"
    CANCELLED = "cancelled"
    TAKING_BACK = "taking_back"
    TAKEN_BACK = "taken_back"


class FileState(StrEnum):
    """Where a file of an import stands; only a ready file is published."""

    WAITING = "waiting"
    READY = "ready"
    REFUSED = "refused"
    UNPACKED = "unpacked"
    PUBLISHED = "published"
    TAKEN_BACK = "taken_back"


class Plan(StrEnum):
    """What publishing would do with a unit.

    `kept`: a person has changed the entry since the last import, and its text stays. `refused`: an entry of another
    origin has the title already. `gone`: the document no longer has the unit, and its entry is retired.
    """

    NEW = "new"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    KEPT = "kept"
    GONE = "gone"
    REFUSED = "refused"


class ImportRow(Base):
    """One import: files that were sent together with the settings of the batch."""

    __tablename__ = "imports"
    __table_args__ = (Index("ix_imports_created_at_id", "created_at", "id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    state: Mapped[str] = mapped_column(String(16))
    settings: Mapped[dict[str, Any]] = mapped_column(JSON)
    author: Mapped[str] = mapped_column(String(100))
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    # Why the last run stopped short; the next one goes on where it stopped.
    failure: Mapped[str | None] = mapped_column(String(64))
    # What was said about gold questions that would lose their place, kept so that a restart does not ask again.
    ask_before_drop: Mapped[bool | None]
    override_reason: Mapped[str | None] = mapped_column(String(500))
    # Why the questions did not let it pass: policy and report; None unless that is the failure.
    test_refusal: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    # When they let it pass, and the run, written with the first file; whoever publishes again is tested again.
    admitted_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    test_run_id: Mapped[UUID | None]
    # Who took the published entries back, and when; None while they stand.
    taken_back_by: Mapped[str | None] = mapped_column(String(100))
    taken_back_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class ImportFile(Base):
    """One file of an import."""

    __tablename__ = "import_files"
    __table_args__ = (UniqueConstraint("import_id", "name"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    import_id: Mapped[UUID] = mapped_column(ForeignKey("imports.id", ondelete="CASCADE"), index=True)
    # Path below the folder that was sent; identity of the document from one import to the next.
    name: Mapped[str] = mapped_column(String(400))
    size_bytes: Mapped[int]
    state: Mapped[str] = mapped_column(String(16))
    # In place of the batch's settings, or None.
    settings: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    # Code, English message and details; None when the file is not refused.
    refusal: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    title: Mapped[str] = mapped_column(String(400), default="")
    format: Mapped[str] = mapped_column(String(16), default="")
    encoding: Mapped[str] = mapped_column(String(32), default="")
    source_characters: Mapped[int] = mapped_column(default=0)
    kept_characters: Mapped[int] = mapped_column(default=0)
    drops: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    # Units by plan.
    counts: Mapped[dict[str, int]] = mapped_column(JSON, default=dict)


class ImportUnit(Base):
    """One unit of a file, with what publishing would do or did with it."""

    __tablename__ = "import_units"
    __table_args__ = (UniqueConstraint("file_id", "position"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    file_id: Mapped[UUID] = mapped_column(ForeignKey("import_files.id", ondelete="CASCADE"))
    position: Mapped[int]
    # The entry's key: `doc:<document>:<unit>`.
    key: Mapped[str] = mapped_column(String(100))
    kind: Mapped[UnitKind] = mapped_column(String(16))
    title: Mapped[str] = mapped_column(String(200))
    path: Mapped[list[str]] = mapped_column(JSON)
    number: Mapped[str] = mapped_column(String(32))
    page: Mapped[int | None]
    answer: Mapped[str] = mapped_column(Text)
    script: Mapped[str] = mapped_column(Text)
    variants: Mapped[list[str]] = mapped_column(JSON)
    # That the document states for it (`kb.ingest.document.ALL_SECTORS` for every one); empty: the file's setting.
    sector: Mapped[str] = mapped_column(String(16), default="")
    plan: Mapped[str] = mapped_column(String(16))
    # Why it is refused or kept; None otherwise.
    problem: Mapped[str | None] = mapped_column(String(64))
    entry_id: Mapped[UUID | None]
    # What publishing wrote or retired; lets a later import tell its own retirement from a person's.
    revision_id: Mapped[UUID | None] = mapped_column(index=True)
    # Whether taking the import back undid it; None while nobody did. False: somebody had changed the entry since.
    is_taken_back: Mapped[bool | None]
