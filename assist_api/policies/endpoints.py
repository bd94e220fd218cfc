"""HTTP: policies, their history, and choosing others."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query

from assist_api.audit.deps import ActorDep
from assist_api.http.deps import permitted, provided
from assist_api.http.permissions import Permission
from assist_api.policies.models import PolicyVersion
from assist_api.policies.schemas import (
    PolicyHistory,
    PolicyList,
    PolicyProposal,
    PolicyRestoration,
    PolicySettings,
    PolicyVersionView,
    PolicyView,
    ProposalView,
)
from assist_api.policies.service import InForce, Policies

router = APIRouter(prefix="/policies", tags=["policies"], dependencies=[Depends(permitted(Permission.MANAGE_POLICIES))])
PoliciesDep = Annotated[Policies, Depends(provided(Policies))]
PolicyName = Annotated[str, Path(min_length=1, max_length=64, pattern=r"^[a-z_]+$")]


@router.get("")
async def list_policies(policies: PoliciesDep) -> PolicyList:
    """List every policy with the settings in force."""
    await policies.refresh()
    return PolicyList(items=[_view(item) for item in policies.list_all()])


@router.get("/{name}/versions")
async def list_policy_versions(
    name: PolicyName,
    policies: PoliciesDep,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    before: Annotated[int | None, Query(ge=1, lt=2**31)] = None,
) -> PolicyHistory:
    """List the versions of a policy, the newest first."""
    rows = await policies.history(name, limit=limit, before=before)
    return PolicyHistory(
        items=[_version(row) for row in rows], next_before=rows[-1].number if len(rows) == limit else None
    )


@router.get("/{name}/proposal")
async def get_policy_proposal(name: PolicyName, policies: PoliciesDep) -> PolicyProposal:
    """Return other settings that verdicts of agents speak for; accepting one is choosing it like any other."""
    proposals = await policies.proposals(name)
    return PolicyProposal(items=[ProposalView.model_validate(asdict(item)) for item in proposals])


@router.put("/{name}")
async def choose_policy(
    name: PolicyName, settings: PolicySettings, actor: ActorDep, policies: PoliciesDep
) -> PolicyView:
    """Put other settings in force from now on."""
    return _view(await policies.choose(actor, name, settings.value, note=settings.note, based_on=settings.based_on))


@router.post("/{name}/restore")
async def restore_policy(
    name: PolicyName, restoration: PolicyRestoration, actor: ActorDep, policies: PoliciesDep
) -> PolicyView:
    """Put the settings of an earlier version in force again."""
    wanted = restoration
    return _view(await policies.restore(actor, name, wanted.number, note=wanted.note, based_on=wanted.based_on))


def _view(item: InForce) -> PolicyView:
    return PolicyView(
        name=item.kind.name,
        value=item.value.model_dump(mode="json"),
        default=item.kind.default_factory().model_dump(mode="json"),
        version=None if item.version is None else _version(item.version),
        value_schema=item.kind.model.model_json_schema(),
    )


def _version(row: PolicyVersion) -> PolicyVersionView:
    return PolicyVersionView.model_validate({name: getattr(row, name) for name in PolicyVersionView.model_fields})
