"""Every route that changes something names its audit action, and every action named is one that the code writes."""

from __future__ import annotations

from pathlib import Path

import pytest
from fastapi import Depends, FastAPI

import assist_api
from assist_api.app import create_app
from assist_api.audited_routes import (
    AUDITED,
    AUDITED_READING,
    NOT_AUDITED,
    READING_METHODS,
    UndeclaredAuditError,
    actions,
    check_audited,
)
from assist_api.composition import compose
from assist_api.http.deps import permitted
from assist_api.http.permissions import Permission
from assist_api.route_access import access_of
from assist_api.settings import AssistSettings
from kb.settings import KBSettings

pytestmark = pytest.mark.module
SOURCES = Path(assist_api.__file__).parent


@pytest.fixture
def app() -> FastAPI:
    kb_settings = KBSettings(_env_file=None, embedder="none")
    return create_app(compose(AssistSettings.model_construct(), kb_settings=kb_settings))


def test_every_changing_route_declares_its_action_or_a_reason(app: FastAPI) -> None:
    check_audited(access_of(app))
    assert all(NOT_AUDITED.values())
    assert all(method not in READING_METHODS for method, _path in AUDITED)
    assert all(method in READING_METHODS for method, _path in AUDITED_READING)


def test_every_declared_action_is_written_somewhere() -> None:
    texts = [path.read_text("utf-8") for path in SOURCES.rglob("*.py") if path.name != "audited_routes.py"]
    source = "\n".join(texts)
    assert [action for action in sorted(actions()) if f'"{action}"' not in source] == []


def test_route_that_declares_nothing_is_found(app: FastAPI) -> None:
    @app.put("/api/v1/forgotten", dependencies=[Depends(permitted(Permission.SEARCH))])
    async def forgotten() -> None: ...

    with pytest.raises(UndeclaredAuditError, match="PUT /api/v1/forgotten"):
        check_audited(access_of(app))


def test_list_that_names_a_route_that_is_gone_is_found(app: FastAPI) -> None:
    left = [route for route in access_of(app) if route.path != "/api/v1/calls/{call_id}/audio"]
    with pytest.raises(UndeclaredAuditError, match="there is no route GET /api/v1/calls/{call_id}/audio"):
        check_audited(left)
