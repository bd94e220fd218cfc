"""What every business system keeps to: the simulator, and the REST adapter in front of a server."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from uuid import UUID, uuid4

import httpx
import pytest

from assist_api.business_systems.port import BusinessSystem, OrderMessage
from assist_api.business_systems.rest import RESTBusinessSystem
from assist_api.business_systems.simulator import SimulatedBusinessSystem
from kit.errors import DependencyError
from tests.fakes.assist_core_clock import ManualClock

pytestmark = pytest.mark.contract


def order(order_id: UUID) -> OrderMessage:
    return OrderMessage(
        id=order_id, number="20260301000001", business_type="fault", category_id=None, sector="power",
        account_number=None, contact_name="王建国", contact_phone="13800138000", address="解放路 12 号",
        description="停电", created_at=datetime(2026, 3, 1, tzinfo=UTC),
    )  # fmt: skip


def served(system: BusinessSystem) -> httpx.MockTransport:
    """Serve a system over HTTP as the adapter expects it."""

    async def answer(request: httpx.Request) -> httpx.Response:
        body = request.read()
        if request.url.path.startswith("/api/orders/"):
            acknowledged = await system.submit_order(OrderMessage.model_validate_json(body))
            return httpx.Response(200, content=acknowledged.model_dump_json())
        found = await system.find_account(httpx.Response(200, content=body).json()["account_number"])
        return httpx.Response(404) if found is None else httpx.Response(200, content=found.model_dump_json())

    return httpx.MockTransport(answer)


def adapter(transport: httpx.MockTransport) -> RESTBusinessSystem:
    return RESTBusinessSystem(httpx.AsyncClient(base_url="http://business.test/api/", transport=transport))


@pytest.fixture(params=["simulator", "rest"])
async def system(request: pytest.FixtureRequest) -> AsyncIterator[BusinessSystem]:
    simulator = SimulatedBusinessSystem(ManualClock())
    made: BusinessSystem = simulator if request.param == "simulator" else adapter(served(simulator))
    yield made
    await made.aclose()


async def test_account_is_found_with_the_age_of_its_figures_or_not_at_all(system: BusinessSystem) -> None:
    state = await system.find_account("0530112233")
    assert state is not None
    assert state.account_number == "0530112233"
    assert state.as_of <= ManualClock().now()
    assert await system.find_account("0530112233") == state
    assert await system.find_account("1") is None


async def test_same_order_twice_is_one_order_there(system: BusinessSystem) -> None:
    first, second = uuid4(), uuid4()
    acknowledged = await system.submit_order(order(first))
    assert acknowledged.order_id == first
    assert await system.submit_order(order(first)) == acknowledged
    assert (await system.submit_order(order(second))).reference != acknowledged.reference


@pytest.mark.parametrize(("status", "is_retryable"), [(503, True), (429, True), (400, False), (200, False)])
async def test_failure_says_whether_another_try_may_help(status: int, is_retryable: bool) -> None:
    system = adapter(httpx.MockTransport(lambda _request: httpx.Response(status, content=b"{}")))
    with pytest.raises(DependencyError) as caught:
        await system.submit_order(order(uuid4()))
    assert caught.value.retryable is is_retryable
    await system.aclose()


async def test_system_that_hangs_is_tried_again() -> None:
    def hang(request: httpx.Request) -> httpx.Response:
        raise httpx.ReadTimeout("too slow", request=request)

    system = adapter(httpx.MockTransport(hang))
    with pytest.raises(DependencyError) as caught:
        await system.find_account("0530112233")
    assert caught.value.retryable
    await system.aclose()
