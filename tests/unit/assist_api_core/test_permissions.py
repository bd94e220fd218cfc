from __future__ import annotations

from uuid import uuid4

import pytest

from assist_api.http.permissions import PERMISSIONS, Permission, Role
from assist_api.http.principal import CurrentAccount
from kit.errors import NotAllowedError

pytestmark = pytest.mark.unit

# Written out by hand from the product's rules, so that a change of the matrix has to be made twice.
#                          agent curator supervisor trainer admin
TABLE = """
calls.read_own                yes     yes        yes     yes   yes
calls.hear_own                yes     yes        yes     yes   yes
calls.read_all                 no     yes        yes     yes   yes
calls.hear_all                 no     yes        yes     yes   yes
calls.replay                  yes     yes        yes     yes   yes
calls.act_on_all               no      no        yes      no   yes
suggestions.give_feedback     yes     yes        yes     yes   yes
knowledge.search              yes     yes        yes     yes   yes
knowledge.read                yes     yes        yes     yes   yes
knowledge.edit                 no     yes         no      no   yes
cases.make                    yes     yes        yes     yes   yes
cases.edit                     no     yes         no      no   yes
cases.read_identified          no     yes        yes      no   yes
customers.read                yes      no        yes      no   yes
customers.edit                 no      no        yes      no   yes
work_orders.read              yes      no        yes      no   yes
work_orders.handle            yes      no        yes      no   yes
work_orders.direct             no      no        yes      no   yes
health.read                   yes     yes        yes     yes   yes
accounts.manage                no      no         no      no   yes
integrations.manage            no      no         no      no   yes
units.manage                   no      no         no      no   yes
audit.read                     no      no        yes      no   yes
policies.manage                no      no         no      no   yes
curation.work                  no     yes         no      no   yes
must_reads.follow              no     yes        yes     yes   yes
skills.confirm                 no      no        yes      no   yes
ivr.edit                       no     yes        yes      no   yes
ivr.publish                    no      no        yes      no   yes
floor.watch                    no      no        yes      no   yes
floor.direct                   no      no        yes      no   yes
recordings.hold                no      no        yes      no   yes
calls.export                   no      no        yes     yes   yes
training.learn                yes     yes        yes     yes   yes
training.teach                 no      no        yes     yes   yes
training.read_results          no      no        yes     yes   yes
training.set_new_hires         no      no        yes     yes   yes
routing.read                   no      no        yes      no   yes
routing.edit                   no      no         no      no   yes
telephony.take_calls          yes      no        yes      no   yes
jobs.manage                    no      no         no      no   yes
"""
ROLES = (Role.AGENT, Role.CURATOR, Role.SUPERVISOR, Role.TRAINER, Role.ADMIN)
ROWS = [line.split() for line in TABLE.strip().splitlines()]


def account(role: Role) -> CurrentAccount:
    return CurrentAccount(uuid4(), uuid4(), "li.na", "李娜", role, "zh-CN", must_change_password=False)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0])
def test_role_has_exactly_the_permissions_of_the_table(row: list[str]) -> None:
    permission = Permission(row[0])
    assert [account(role).may(permission) for role in ROLES] == [answer == "yes" for answer in row[1:]]


def test_table_names_every_role_and_every_permission() -> None:
    assert set(PERMISSIONS) == set(ROLES) == set(Role)
    assert {row[0] for row in ROWS} == set(Permission)


def test_requiring_a_missing_permission_names_it() -> None:
    with pytest.raises(NotAllowedError) as caught:
        account(Role.AGENT).require(Permission.EDIT_ENTRIES)
    assert caught.value.details == {"permission": "knowledge.edit"}
