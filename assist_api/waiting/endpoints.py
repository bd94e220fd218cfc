"""HTTP: what a waiting caller would hear with the settings of a queue."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import Field

from assist_api.http.deps import permitted
from assist_api.http.permissions import Permission
from assist_api.http.schemas import InputModel, OutputModel
from assist_api.routing.book import Announcements
from assist_api.waiting.words import Standing, Told, announcement

READ = [Depends(permitted(Permission.READ_ROUTING))]
router = APIRouter(prefix="/waiting", tags=["routing"])


class AnnouncementTrial(InputModel):
    """A caller who waits, and the settings of the queue."""

    announcements: Announcements
    ahead: Annotated[int, Field(ge=0, le=1000, description="Callers before this one")] = 2
    wait_seconds: Annotated[int, Field(ge=0, le=36000)] | None = 240
    """Expected wait; null while nobody can tell."""


class AnnouncementTexts(OutputModel):
    """What the caller hears, sentence by sentence."""

    texts: list[str]


@router.post("/announcement", dependencies=READ)
async def try_announcement(trial: AnnouncementTrial) -> AnnouncementTexts:
    """Return what a caller would hear; nothing is said to anybody. Notices depend on the caller's address."""
    texts, _told = announcement(Standing(trial.ahead, trial.wait_seconds), Told(), trial.announcements)
    return AnnouncementTexts(texts=list(texts) if trial.announcements.is_on else [])
