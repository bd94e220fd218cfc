"""HTTP: the taxonomy packs and their history, for curators."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends
from fastapi.responses import PlainTextResponse

from assist_api.audit.deps import ActorDep
from assist_api.http.deps import permitted, provided
from assist_api.http.permissions import Permission
from assist_api.http.principal import CurrentAccount
from assist_api.taxonomy.schemas import (
    EditableGroup,
    EditableIdea,
    EditableSituation,
    TaxonomyEdit,
    TaxonomyHistory,
    TaxonomyImport,
    TaxonomyPackView,
    TaxonomyRestore,
    TaxonomyVersion,
)
from assist_api.taxonomy.service import TaxonomyDesk
from kb.filing.service import PackVersion, Usage
from kb.taxonomy.pack import SituationItem

router = APIRouter(prefix="/taxonomy", tags=["taxonomy"])
Editor = Annotated[CurrentAccount, Depends(permitted(Permission.EDIT_ENTRIES))]


TaxonomyDep = Annotated[TaxonomyDesk, Depends(provided(TaxonomyDesk))]


@router.get("/{pack}")
async def get_taxonomy_pack(pack: str, _editor: Editor, taxonomy: TaxonomyDep) -> TaxonomyPackView:
    """Return a pack as it stands, with how much is filed under each situation."""
    return _view(*await taxonomy.current(pack))


@router.post("/{pack}/changes")
async def change_taxonomy_pack(
    pack: str, edit: TaxonomyEdit, _editor: Editor, actor: ActorDep, taxonomy: TaxonomyDep
) -> TaxonomyPackView:
    """Change a pack; entries, cases and agents' choices follow a code or an idea that goes away."""
    await taxonomy.change(actor, pack, edit.base_number, edit.change, edit.note.strip())
    return _view(*await taxonomy.current(pack))


@router.get("/{pack}/history")
async def list_taxonomy_versions(pack: str, _editor: Editor, taxonomy: TaxonomyDep) -> TaxonomyHistory:
    """List what was changed in a pack, the newest first."""
    rows = await taxonomy.history(pack)
    return TaxonomyHistory(
        items=[
            TaxonomyVersion(
                number=row.number, change=row.change, author=row.author, note=row.note, created_at=row.created_at
            )
            for row in rows
        ]
    )


@router.get("/{pack}/file", response_class=PlainTextResponse)
async def export_taxonomy_pack(pack: str, _editor: Editor, actor: ActorDep, taxonomy: TaxonomyDep) -> PlainTextResponse:
    """Return a pack as a YAML file that can be imported again."""
    headers = {"Content-Disposition": f"attachment; filename=\"taxonomy.yaml\"; filename*=UTF-8''{pack}.yaml"}
    return PlainTextResponse(await taxonomy.export(actor, pack), media_type="application/yaml", headers=headers)


@router.put("/{pack}/file")
async def import_taxonomy_pack(
    pack: str, request: TaxonomyImport, _editor: Editor, actor: ActorDep, taxonomy: TaxonomyDep
) -> TaxonomyPackView:
    """Replace a pack by a file's; 422 `taxonomy_pack_invalid` names line and field."""
    await taxonomy.import_pack(actor, pack, request.base_number, request.text, request.note.strip())
    return _view(*await taxonomy.current(pack))


@router.post("/{pack}/restore")
async def restore_taxonomy_pack(
    pack: str, request: TaxonomyRestore, _editor: Editor, actor: ActorDep, taxonomy: TaxonomyDep
) -> TaxonomyPackView:
    """Go back to an earlier version of a pack, as a new version."""
    await taxonomy.restore(actor, pack, request.base_number, request.number)
    return _view(*await taxonomy.current(pack))


def _view(version: PackVersion, usage: Usage) -> TaxonomyPackView:
    pack = version.pack
    return TaxonomyPackView(
        pack=pack.name,
        number=version.number,
        name_zh=pack.zh,
        name_en=pack.en,
        groups=[
            EditableGroup(
                code=group.code,
                name_zh=group.zh,
                name_en=group.en,
                situations=[_situation(item, usage) for item in group.situations],
            )
            for group in pack.groups
        ],
        merged=dict(pack.merged),
    )


def _situation(item: SituationItem, usage: Usage) -> EditableSituation:
    return EditableSituation(
        code=item.code,
        name_zh=item.zh,
        name_en=item.en,
        is_retired=item.retired,
        ideas=[EditableIdea(name_zh=idea.zh, means=list(idea.means)) for idea in item.ideas],
        entry_count=usage.entries.get(item.code, 0),
        case_count=usage.cases.get(item.code, 0),
    )
