"""The real server, with its models, calls and knowledge, answers as its OpenAPI document says, whatever it is sent.

schemathesis invents the requests. Invented identifiers end in a 404; every second request names a call, an entry or a
case that exists, so that what lies behind is reached as well.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from itertools import count

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from assist_api.openapi import openapi_document
from tests.servers.tingzhi import ADMIN_PASSWORD, TingzhiServer

pytestmark = [pytest.mark.integration, pytest.mark.invented]

CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
# A sound is bytes like any other.
schemathesis.serializer.alias("audio/wav", "application/octet-stream")
# Signing out would make every later request a 401.
API = schemathesis.openapi.from_dict(openapi_document()).exclude(method="DELETE", path="/api/v1/session")
SLOW_SECONDS = 60
"""A request may load a model first, on a machine that does other things as well."""
# The phase of explicit examples alone (every boundary of every parameter) took ten minutes of two cores.
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
def session(server: TingzhiServer) -> Iterator[requests.Session]:
    """An administrator's session on one connection that stays open: connecting again cost a third of the time."""
    with requests.Session() as session:
        form = {"username": "admin", "password": ADMIN_PASSWORD}
        session.post(f"{server.url}/api/v1/session", json=form, timeout=SLOW_SECONDS).raise_for_status()
        yield session


@pytest.fixture(scope="module")
def known(server: TingzhiServer) -> dict[str, str]:
    """Identifiers of things that exist, by the name they have in addresses."""
    with closing(server.client_of()) as admin:
        call = admin.post("/demo-calls/tv-no-signal/calls", json={"speed": "max"}).raise_for_status().json()
        entry = admin.get("/knowledge/entries").raise_for_status().json()["items"][0]
        case = admin.post("/knowledge/cases/search", json={}).raise_for_status().json()["items"][0]
    return {"call_id": call["call_id"], "entry_id": entry["id"], "case_id": case["id"]}


@pytest.fixture(scope="module")
def turns() -> Iterator[int]:
    return count()


@API.parametrize()
@SPARE_TIME
def test_every_answer_is_one_that_the_document_names(
    case: schemathesis.Case,
    server: TingzhiServer,
    session: requests.Session,
    known: dict[str, str],
    turns: Iterator[int],
) -> None:
    if next(turns) % 2:
        case.path_parameters = {**(case.path_parameters or {}), **_those_of(case.path, known)}
    response = case.call(base_url=server.url, session=session, timeout=SLOW_SECONDS)
    case.validate_response(response, checks=CHECKS)


def _those_of(path: str, known: dict[str, str]) -> dict[str, str]:
    return {name: value for name, value in known.items() if f"{{{name}}}" in path}
