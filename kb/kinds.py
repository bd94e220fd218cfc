"""Kinds of documents and of readers that entries, cases and search share; leaf types."""

from __future__ import annotations

from enum import StrEnum


class DocumentKind(StrEnum):
    """What a hit is."""

    ENTRY = "entry"
    CASE = "case"


class Audience(StrEnum):
    """Who may see an entry; wider audiences include it in their own."""

    AGENT = "agent"
    IVR = "ivr"
    PUBLIC = "public"
    INTERNAL = "internal"
