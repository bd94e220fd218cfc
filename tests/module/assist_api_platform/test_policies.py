from __future__ import annotations

import asyncio
from typing import Annotated
from uuid import UUID

import pytest
from pydantic import Field

from assist_api.audit.log import AuditLog
from assist_api.audit.repository import AuditFilter
from assist_api.audit.service import AuditReader
from assist_api.http.actor import Actor
from assist_api.policies.kinds import PolicyKind, PolicyModel
from assist_api.policies.service import Policies
from kit.db import Database
from kit.errors import ConflictError, InvalidInputError, NotFoundError
from tests.fakes.kb_core_clock import SteppingClock

pytestmark = pytest.mark.module

LI_NA = Actor(UUID(int=7), "李娜", "admin")


class Quiet(PolicyModel):
    from_hour: Annotated[int, Field(ge=0, le=23)]
    to_hour: Annotated[int, Field(ge=0, le=23)]


QUIET = PolicyKind("quiet_hours", Quiet, lambda: Quiet(from_hour=22, to_hour=8))


def policies_of(database: Database, kind: PolicyKind[Quiet] = QUIET) -> Policies:
    clock = SteppingClock()
    return Policies(database, clock, AuditLog(clock), (kind,))


async def test_default_holds_until_somebody_chooses(database: Database) -> None:
    policies = policies_of(database)
    assert policies.current(QUIET) == Quiet(from_hour=22, to_hour=8)
    chosen = await policies.choose(LI_NA, "quiet_hours", {"from_hour": 21, "to_hour": 8}, note="夏季", based_on=0)
    assert policies.current(QUIET) == chosen.value == Quiet(from_hour=21, to_hour=8)
    version = chosen.version
    assert version is not None
    assert (version.number, version.author_name, version.note) == (1, "李娜", "夏季")
    (entry,) = await AuditReader(database).page(AuditFilter(), limit=5)
    assert (entry.action, entry.object_id, entry.details) == ("policy.changed", "quiet_hours", {"version": 1})


async def test_other_process_sees_the_change_after_its_refresh(database: Database) -> None:
    one, other = policies_of(database), policies_of(database)
    await one.choose(LI_NA, "quiet_hours", {"from_hour": 21, "to_hour": 8}, note="", based_on=0)
    assert other.current(QUIET).from_hour == 22
    await other.refresh()
    assert other.current(QUIET).from_hour == 21


async def test_restored_version_is_a_new_one(database: Database) -> None:
    policies = policies_of(database)
    await policies.choose(LI_NA, "quiet_hours", {"from_hour": 21, "to_hour": 8}, note="", based_on=0)
    await policies.choose(LI_NA, "quiet_hours", {"from_hour": 20, "to_hour": 8}, note="", based_on=1)
    await policies.restore(LI_NA, "quiet_hours", 1, note="back", based_on=2)
    assert policies.current(QUIET).from_hour == 21
    history = await policies.history("quiet_hours", limit=2)
    assert [(row.number, row.note) for row in history] == [(3, "back"), (2, "")]
    assert [row.number for row in await policies.history("quiet_hours", limit=2, before=2)] == [1]
    with pytest.raises(NotFoundError):
        await policies.restore(LI_NA, "quiet_hours", 9, note="", based_on=3)


@pytest.mark.parametrize(
    ("value", "fields"),
    [
        ({"from_hour": 24, "to_hour": 8}, ["value.from_hour"]),
        ({"from_hour": 22}, ["value.to_hour"]),
        ({"from_hour": "x", "to_hour": -1, "why": 1}, ["value.from_hour", "value.to_hour", "value.why"]),
    ],
)
async def test_settings_that_cannot_be_used_are_named(
    database: Database, value: dict[str, object], fields: list[str]
) -> None:
    policies = policies_of(database)
    with pytest.raises(InvalidInputError) as caught:
        await policies.choose(LI_NA, "quiet_hours", value, note="", based_on=0)
    errors = caught.value.details["errors"]
    assert isinstance(errors, list)
    assert [error["field"] for error in errors] == fields
    assert await policies.history("quiet_hours", limit=5) == []


async def test_of_two_who_choose_at_once_one_is_told_to_look_again(database: Database) -> None:
    policies = [policies_of(database), policies_of(database)]

    async def choose(at: int) -> str:
        try:
            await policies[at].choose(LI_NA, "quiet_hours", {"from_hour": at, "to_hour": 8}, note="", based_on=0)
        except ConflictError as error:
            return error.error_code
        return "chosen"

    assert sorted(await asyncio.gather(choose(0), choose(1))) == ["chosen", "policy_changed"]
    assert len(await AuditReader(database).page(AuditFilter(), limit=5)) == 1


async def test_version_of_an_older_model_gets_the_default_of_what_is_new(database: Database) -> None:
    class Old(PolicyModel):
        from_hour: int

    clock = SteppingClock()
    old = Policies(database, clock, AuditLog(clock), (PolicyKind("quiet_hours", Old, lambda: Old(from_hour=1)),))
    await old.choose(LI_NA, "quiet_hours", {"from_hour": 5}, note="", based_on=0)
    policies = policies_of(database)
    await policies.refresh()
    assert policies.current(QUIET) == Quiet(from_hour=5, to_hour=8)


async def test_version_that_no_longer_fits_leaves_the_default_in_force(database: Database) -> None:
    await policies_of(database).choose(LI_NA, "quiet_hours", {"from_hour": 22, "to_hour": 9}, note="", based_on=0)

    class Narrow(PolicyModel):
        from_hour: Annotated[int, Field(le=21)]

    kind = PolicyKind("quiet_hours", Narrow, lambda: Narrow(from_hour=20))
    clock = SteppingClock()
    policies = Policies(database, clock, AuditLog(clock), (kind,))
    await policies.refresh()
    assert policies.current(kind) == Narrow(from_hour=20)
