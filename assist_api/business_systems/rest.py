"""A business system behind HTTP: JSON in the fields of `assist_api.business_systems.port`."""

from __future__ import annotations

from datetime import timedelta
from typing import TypeVar

import httpx
from pydantic import BaseModel, ValidationError

from assist_api.business_systems.port import AccountState, Acknowledgement, OrderMessage
from kit.errors import DependencyCategory, DependencyError

TIMEOUT = timedelta(seconds=5)
"""An agent waits with the caller on the line; an order is tried again by the outbox."""
_NOT_FOUND, _TOO_MANY, _SERVER_FAILED = 404, 429, 500

M = TypeVar("M", bound=BaseModel)


class RESTBusinessSystem:
    """`POST accounts/find` and `PUT orders/{id}` of a server; account numbers stay out of addresses."""

    name = "rest"

    def __init__(self, client: httpx.AsyncClient) -> None:
        """Use a client whose base address is the server's; this object closes it."""
        self._client = client

    @classmethod
    def at(cls, url: str, token: str | None) -> RESTBusinessSystem:
        """Return the system at an address, signed in with a bearer token when one is given."""
        headers = {} if token is None else {"Authorization": f"Bearer {token}"}
        base = url.rstrip("/") + "/"
        return cls(httpx.AsyncClient(base_url=base, headers=headers, timeout=TIMEOUT.total_seconds(), trust_env=False))

    async def find_account(self, account_number: str) -> AccountState | None:
        """Ask for an account.

        Raises:
            DependencyError: The system is away, too slow, refuses or answers something else.
        """
        answer = await self._ask("POST", "accounts/find", {"account_number": account_number})
        return None if answer.status_code == _NOT_FOUND else _read(answer, AccountState)

    async def submit_order(self, order: OrderMessage) -> Acknowledgement:
        """Put an order at its id.

        Raises:
            DependencyError: The system is away, too slow, refuses or answers something else.
        """
        acknowledged = _read(
            await self._ask("PUT", f"orders/{order.id}", order.model_dump(mode="json")), Acknowledgement
        )
        if acknowledged.order_id != order.id:
            raise _error("acknowledged another order", DependencyCategory.REJECTED, retryable=False)
        return acknowledged

    async def aclose(self) -> None:
        """Close the connections."""
        await self._client.aclose()

    async def _ask(self, method: str, path: str, body: object) -> httpx.Response:
        try:
            answer = await self._client.request(method, path, json=body)
        except httpx.TimeoutException as error:
            raise _error("did not answer in time", DependencyCategory.TIMEOUT, retryable=True) from error
        except httpx.HTTPError as error:
            raise _error("cannot be reached", DependencyCategory.CONNECTIVITY, retryable=True) from error
        if answer.status_code == _TOO_MANY or answer.status_code >= _SERVER_FAILED:
            raise _error(f"answered {answer.status_code}", DependencyCategory.OVERLOADED, retryable=True)
        if answer.is_error and answer.status_code != _NOT_FOUND:
            raise _error(f"refused with {answer.status_code}", DependencyCategory.REJECTED, retryable=False)
        return answer


def _read(answer: httpx.Response, kind: type[M]) -> M:
    try:
        return kind.model_validate_json(answer.content)
    except ValidationError as error:
        raise _error("gave an answer of another form", DependencyCategory.REJECTED, retryable=False) from error


def _error(what: str, category: DependencyCategory, *, retryable: bool) -> DependencyError:
    return DependencyError(
        f"The business system {what}.", category=category, retryable=retryable, code="business_system_failed"
    )
