from __future__ import annotations

import asyncio
from uuid import uuid4

import pytest

from assist_api.http.account_changes import AccountChanges, pause_unless
from assist_api.http.places import Places

pytestmark = pytest.mark.unit


def test_owner_has_so_many_places_and_gets_them_back() -> None:
    places, owner, other = Places(1), uuid4(), uuid4()
    with places.take(owner) as first:
        with places.take(owner) as second, places.take(other) as theirs:
            assert (first, second, theirs) == (True, False, True)
        with places.take(owner) as third:
            assert not third
    with places.take(owner) as again:
        assert again


async def test_change_of_an_account_ends_the_pause_of_its_watchers_only() -> None:
    changes, account, other = AccountChanges(), uuid4(), uuid4()
    with changes.watch(account) as changed, changes.watch(other) as unchanged:
        pause = asyncio.create_task(asyncio.sleep(3600))
        waiting = asyncio.create_task(pause_unless(changed, pause))
        changes.tell(account)
        await waiting
        assert pause.cancelled()
        assert not unchanged.is_set()
    changes.tell(account)
