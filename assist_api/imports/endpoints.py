"""HTTP: documents become entries: send files, see what would become of them, publish, read the report."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, File, Form, Query, UploadFile, status

from assist_api.audit.deps import ActorDep
from assist_api.http.deps import permitted, provided
from assist_api.http.permissions import Permission
from assist_api.http.principal import CurrentAccount
from assist_api.imports.service import DocumentImports
from assist_api.knowledge.schemas import Publication
from kb.ingest.drafts import FileSettings, ImportSettings
from kb.ingest.schemas import ImportDetail, ImportFileView, ImportPage, UnitPage
from kb.ingest.service import MAX_NAME_CHARACTERS
from kit.paging import MAX_PAGE_SIZE

router = APIRouter(prefix="/imports", tags=["imports"])
Importer = Annotated[CurrentAccount, Depends(permitted(Permission.EDIT_ENTRIES))]


ImportsDep = Annotated[DocumentImports, Depends(provided(DocumentImports))]


@router.post("", status_code=status.HTTP_201_CREATED)
async def create_import(
    settings: ImportSettings, _account: Importer, actor: ActorDep, imports: ImportsDep
) -> ImportDetail:
    """Begin an import; files are sent to it one by one."""
    return await imports.create(settings, actor)


@router.get("")
async def list_imports(
    _account: Importer,
    imports: ImportsDep,
    cursor: Annotated[str | None, Query(max_length=200)] = None,
    limit: Annotated[int, Query(ge=1, le=MAX_PAGE_SIZE)] = 20,
) -> ImportPage:
    """List imports, the newest first."""
    return await imports.list_imports(cursor, limit)


@router.post("/files", status_code=status.HTTP_201_CREATED)
async def add_import_file(
    _account: Importer,
    actor: ActorDep,
    imports: ImportsDep,
    import_id: Annotated[UUID, Form()],
    name: Annotated[str, Form(max_length=MAX_NAME_CHARACTERS, description="Path below the folder that is sent")],
    file: Annotated[UploadFile, File(description="One document, or an archive of documents")],
) -> ImportFileView:
    """Send a file; it is stored before this answers, and read when the preview is asked for."""
    return await imports.add_file(import_id, actor, name, file.file, file.size or 0)


@router.get("/{import_id}")
async def get_import(import_id: UUID, _account: Importer, imports: ImportsDep) -> ImportDetail:
    """Return an import with its files; ask again while it is reading or publishing to see it go on."""
    return await imports.get(import_id)


@router.put("/{import_id}/settings")
async def change_import_settings(
    import_id: UUID, settings: ImportSettings, _account: Importer, actor: ActorDep, imports: ImportsDep
) -> ImportDetail:
    """Change what applies to every file; a preview that was made is made again."""
    return await imports.change_settings(import_id, settings, actor)


@router.post("/{import_id}/read", status_code=status.HTTP_202_ACCEPTED)
async def read_import(import_id: UUID, _account: Importer, actor: ActorDep, imports: ImportsDep) -> ImportDetail:
    """Make the preview: what each file would become. Nothing is published."""
    return await imports.read(import_id, actor)


@router.post("/{import_id}/publish", status_code=status.HTTP_202_ACCEPTED)
async def publish_import(
    import_id: UUID, _account: Importer, actor: ActorDep, imports: ImportsDep, publication: Publication | None = None
) -> ImportDetail:
    """Write the entries of every file that is ready, each file whole or not at all.

    The gold questions run first, in the background. When they do not let it pass, nothing is written: the import is
    `ready` again, with a `failure` (`knowledge_test_drop`, `knowledge_test_blocked`, `knowledge_test_unavailable`)
    and the report in `test_refusal`.
    """
    return await imports.publish(import_id, actor, (publication or Publication()).consent())


@router.post("/{import_id}/cancel", status_code=status.HTTP_202_ACCEPTED)
async def cancel_import(import_id: UUID, _account: Importer, actor: ActorDep, imports: ImportsDep) -> ImportDetail:
    """Stop between two files; what was published stays. 409 when it is over already."""
    return await imports.cancel(import_id, actor)


@router.post("/{import_id}/take-back", status_code=status.HTTP_202_ACCEPTED)
async def take_import_back(import_id: UUID, _account: Importer, actor: ActorDep, imports: ImportsDep) -> ImportDetail:
    """Undo everything that the import published: new entries leave, changed and retired ones get their old text.

    Entries that somebody has changed since stay as they are; `taken_back` counts both. 409 when nothing of it stands.
    """
    return await imports.take_back(import_id, actor)


@router.put("/{import_id}/files/{file_id}/settings")
async def change_import_file_settings(
    import_id: UUID, file_id: UUID, settings: FileSettings, _account: Importer, actor: ActorDep, imports: ImportsDep
) -> ImportDetail:
    """Change what applies to one file, in place of the settings of the batch."""
    return await imports.change_file_settings(import_id, file_id, settings, actor)


@router.delete("/{import_id}/files/{file_id}/settings")
async def reset_import_file_settings(
    import_id: UUID, file_id: UUID, _account: Importer, actor: ActorDep, imports: ImportsDep
) -> ImportDetail:
    """Let the settings of the batch apply to a file again."""
    return await imports.change_file_settings(import_id, file_id, None, actor)


@router.delete("/{import_id}/files/{file_id}")
async def remove_import_file(
    import_id: UUID, file_id: UUID, _account: Importer, actor: ActorDep, imports: ImportsDep
) -> ImportDetail:
    """Leave a file out of the import."""
    return await imports.remove_file(import_id, file_id, actor)


@router.get("/{import_id}/files/{file_id}/units")
async def list_import_units(
    import_id: UUID,
    file_id: UUID,
    _account: Importer,
    imports: ImportsDep,
    after: Annotated[int, Query(ge=-1, le=2**31 - 1)] = -1,
    limit: Annotated[int, Query(ge=1, le=MAX_PAGE_SIZE)] = 50,
) -> UnitPage:
    """List what a file would become, or became, in order."""
    return await imports.units(import_id, file_id, after, limit)
