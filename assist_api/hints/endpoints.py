"""HTTP: hint books, and the talk tracks that the desk shows."""

from __future__ import annotations

import asyncio
from typing import Annotated

from fastapi import APIRouter, Depends

from assist_api.audit.deps import ActorDep
from assist_api.hints.book import BOOK_SECTORS, BookSector, HintBook, shipped_book
from assist_api.hints.diagnosis import both
from assist_api.hints.schemas import (
    HintBookChange,
    HintBookView,
    HintTest,
    HintTestResult,
    TalkTracks,
    TrackStep,
)
from assist_api.hints.service import HintBooks
from assist_api.hints.trial import heard_by
from assist_api.http.deps import permitted, provided
from assist_api.http.permissions import Permission
from assist_api.http.principal import CurrentAccount

router = APIRouter(prefix="/hints", tags=["hints"])
BooksDep = Annotated[HintBooks, Depends(provided(HintBooks))]
CallReader = Annotated[CurrentAccount, Depends(permitted(Permission.READ_OWN_CALLS))]
Reader = Annotated[CurrentAccount, Depends(permitted(Permission.READ_ENTRIES))]
Editor = Annotated[CurrentAccount, Depends(permitted(Permission.EDIT_ENTRIES))]


@router.get("/tracks/{sector}")
async def get_tracks(sector: BookSector, _reader: CallReader, books: BooksDep) -> TalkTracks:
    """Return the talk track of each business type of a sector."""
    book = books.book(sector)
    steps = {step.id: TrackStep(step_id=step.id, name=both(step.name), say=both(step.say)) for step in book.steps}
    return TalkTracks(tracks={kind: [steps[step] for step in track] for kind, track in book.tracks.items()})


@router.get("/books")
async def list_books(_reader: Reader, books: BooksDep) -> list[HintBookView]:
    """Return the hint book of every sector as it is in force."""
    return [books.view(sector) for sector in BOOK_SECTORS]


@router.get("/books/{sector}/shipped")
async def get_shipped_book(sector: BookSector, _reader: Reader) -> HintBook:
    """Return the book that ships with the product, to go back to it."""
    return shipped_book(sector)


@router.put("/books/{sector}")
async def save_book(
    sector: BookSector, change: HintBookChange, _editor: Editor, actor: ActorDep, books: BooksDep
) -> HintBookView:
    """Put another hint book in force for the calls that begin from now on."""
    return await books.save(actor, sector, change.book, note=change.note, based_on=change.based_on)


@router.post("/books/{sector}/test")
async def try_book(sector: BookSector, test: HintTest, _editor: Editor, books: BooksDep) -> HintTestResult:
    """Try a book on a conversation; nothing is stored."""
    book = test.book or books.book(sector)
    return HintTestResult(lines=await asyncio.to_thread(heard_by, book, test.lines))
