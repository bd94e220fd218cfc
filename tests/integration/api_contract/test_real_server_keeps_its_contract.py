"""The real server, with its models, calls and knowledge, answers as its OpenAPI document says, whatever it is sent.

Beside the requests that schemathesis invents (`assist_api_core/test_fuzzed_requests.py` has the application in this
process), identifiers of a real call, entry and case lead behind the 404 that invented ones end in.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from assist_api.http.deps import SESSION_COOKIE
from assist_api.openapi import openapi_document
from tests.servers.tingzhi import TingzhiServer

pytestmark = [pytest.mark.integration, pytest.mark.invented]

CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
DOCUMENT = openapi_document()
# A sound is bytes like any other.
schemathesis.serializer.alias("audio/wav", "application/octet-stream")
# Signing out would make every later request a 401.
API = schemathesis.openapi.from_dict(DOCUMENT).exclude(method="DELETE", path="/api/v1/session")
SLOW_SECONDS = 60
"""A request may load a model first."""
SPARE_TIME = settings(
    max_examples=8, deadline=None, derandomize=True, phases=[Phase.generate], suppress_health_check=list(HealthCheck)
)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TingzhiServer]:
    server = TingzhiServer(tmp_path_factory.mktemp("contract"))
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="module")
def admin(server: TingzhiServer) -> Iterator[httpx.Client]:
    with closing(server.client_of()) as client:
        yield client


@pytest.fixture(scope="module")
def known(admin: httpx.Client) -> dict[str, str]:
    """Identifiers of things that exist, by the name they have in addresses."""
    call = admin.post("/demo-calls/tv-no-signal/calls", json={"speed": "max"}).raise_for_status().json()
    entry = admin.get("/knowledge/entries").raise_for_status().json()["items"][0]
    case = admin.post("/knowledge/cases/search", json={}).raise_for_status().json()["items"][0]
    return {"call_id": call["call_id"], "entry_id": entry["id"], "case_id": case["id"]}


@API.parametrize()
@SPARE_TIME
def test_every_answer_is_one_that_the_document_names(
    case: schemathesis.Case, server: TingzhiServer, admin: httpx.Client, known: dict[str, str]
) -> None:
    case.path_parameters = {**(case.path_parameters or {}), **_those_of(case.path, known)}
    cookies = {SESSION_COOKIE: admin.cookies[SESSION_COOKIE]}
    response = case.call(base_url=server.url, cookies=cookies, timeout=SLOW_SECONDS)
    case.validate_response(response, checks=CHECKS)


def _those_of(path: str, known: dict[str, str]) -> dict[str, str]:
    return {name: value for name, value in known.items() if f"{{{name}}}" in path}
