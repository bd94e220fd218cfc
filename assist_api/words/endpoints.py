"""HTTP: the words that curators keep, as a list and as files."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, File, Query, Response, UploadFile, status

from assist_api.audit.deps import ActorDep, AuditDep
from assist_api.http.core import DetailValue
from assist_api.http.deps import CoreDep, SessionDep, permitted, provided
from assist_api.http.permissions import Permission
from assist_api.http.principal import CurrentAccount
from assist_api.words.schemas import WordGroupChange
from assist_api.words.service import WordEditor
from kb.search.question.analysis.lexicon import WordUse
from kb.words.file_format import WordFileKind, write_words
from kb.words.repository import WordFilter
from kb.words.schemas import WordGroup, WordGroupDraft, WordGroupPage, WordImportReport
from kb.words.service import WordService
from kit.paging import MAX_PAGE_SIZE

router = APIRouter(prefix="/knowledge/words", tags=["words"])
Reader = Annotated[CurrentAccount, Depends(permitted(Permission.READ_ENTRIES))]
Editor = Annotated[CurrentAccount, Depends(permitted(Permission.EDIT_ENTRIES))]
FilterText = Annotated[str | None, Query(max_length=100)]

_MEDIA_TYPES = {WordFileKind.CSV: "text/csv; charset=utf-8", WordFileKind.YAML: "application/yaml"}


async def get_words(session: SessionDep, core: CoreDep) -> WordService:
    """Return the word service of this request."""
    return WordService(session, core.clock)


WordsDep = Annotated[WordService, Depends(get_words)]
EditorDep = Annotated[WordEditor, Depends(provided(WordEditor))]


@router.get("")
async def list_words(
    _reader: Reader,
    words: WordsDep,
    use: WordUse | None = None,
    sector: FilterText = None,
    text: FilterText = None,
    cursor: Annotated[str | None, Query(max_length=200)] = None,
    limit: Annotated[int, Query(ge=1, le=MAX_PAGE_SIZE)] = 50,
) -> WordGroupPage:
    """List groups, the one changed last first; `sector=all` asks for those that serve every sector."""
    return await words.list_groups(WordFilter(use=use, sector=sector, text=text), cursor=cursor, limit=limit)


@router.post("", status_code=status.HTTP_201_CREATED)
async def create_words(draft: WordGroupDraft, _editor: Editor, actor: ActorDep, editor: EditorDep) -> WordGroup:
    """Add a group; searches understand it at once."""
    return await editor.create(draft, actor)


@router.get(
    "/export",
    response_class=Response,
    responses={200: {"content": {"text/csv": {}, "application/yaml": {}}, "description": "Every group as a file"}},
)
async def export_words(
    _reader: Reader,
    session: SessionDep,
    words: WordsDep,
    audit: AuditDep,
    actor: ActorDep,
    kind: Literal[WordFileKind.CSV, WordFileKind.YAML] = WordFileKind.CSV,
) -> Response:
    """Return every group as a file that can be edited and imported again."""
    groups = await words.all_groups()
    text = write_words(groups, kind)
    details: dict[str, DetailValue] = {"format": kind.value, "groups": len(groups)}
    audit.record(session, actor, "words.exported", "words", "all", details=details)
    headers = {"Content-Disposition": f'attachment; filename="words.{kind.value}"'}
    return Response(text, media_type=_MEDIA_TYPES[kind], headers=headers)


@router.post("/import")
async def import_words(
    _editor: Editor,
    actor: ActorDep,
    editor: EditorDep,
    file: Annotated[UploadFile, File(description="CSV, XLSX or YAML: groups, or names with the column `name`")],
) -> WordImportReport:
    """Import groups, whole or not at all; 422 `words_refused` names line, field and fix of every problem."""
    return await editor.import_file(file.filename or "", await file.read(), actor)


@router.put("/{group_id}")
async def change_words(
    group_id: UUID, change: WordGroupChange, _editor: Editor, actor: ActorDep, editor: EditorDep
) -> WordGroup:
    """Replace what a group says; 409 `stale_words` when somebody was faster."""
    return await editor.change(group_id, change.base_number, change.draft(), actor)


@router.delete("/{group_id}", status_code=status.HTTP_204_NO_CONTENT)
async def remove_words(group_id: UUID, _editor: Editor, actor: ActorDep, editor: EditorDep) -> None:
    """Remove a group."""
    await editor.remove(group_id, actor)
