"""The FastAPI application."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from fastapi import APIRouter, FastAPI
from fastapi.routing import APIRoute

from assist_api.accounts import endpoints as accounts
from assist_api.calls import endpoints as calls
from assist_api.calls import socket as realtime
from assist_api.cases import endpoints as cases
from assist_api.categories import endpoints as categories
from assist_api.composition import Services
from assist_api.health import endpoints as health
from assist_api.http import problem, web
from assist_api.http.api_document import AssistAPI
from assist_api.http.gate import UploadGateMiddleware
from assist_api.http.metrics import RequestMetricsMiddleware
from assist_api.http.security import (
    UPLOAD_PATHS,
    BodyLimitMiddleware,
    ProtectiveHeadersMiddleware,
    SameOriginMiddleware,
    allowed_origins,
)
from assist_api.imports import endpoints as imports
from assist_api.knowledge import endpoints as knowledge
from assist_api.knowledge_tests import endpoints as knowledge_tests
from assist_api.lifespan import running_services
from assist_api.search import endpoints as search
from assist_api.settings import AssistSettings
from assist_api.taxonomy import endpoints as taxonomy
from assist_api.words import endpoints as words

API_PREFIX = "/api/v1"
OpenServices = Callable[[AssistSettings], AbstractAsyncContextManager[Services]]


def create_app(settings: AssistSettings, open_services: OpenServices = running_services) -> FastAPI:
    """Return the application; its lifespan opens the services and keeps them in `app.state.services`."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with open_services(settings) as services:
            app.state.services = services
            yield

    app = AssistAPI(
        title="Tingzhi",
        version="1",
        lifespan=lifespan,
        openapi_url=f"{API_PREFIX}/openapi.json",
        # The bundled documentation pages load scripts from elsewhere; this product works without a network.
        docs_url=None,
        redoc_url=None,
        generate_unique_id_function=_operation_id,
        redirect_slashes=False,
    )
    problem.install(app)
    app.include_router(_api_router())
    app.include_router(health.metrics_router)
    web.install(app, settings.web_dir)
    # The last added is the outermost.
    app.add_middleware(UploadGateMiddleware, paths=UPLOAD_PATHS)
    app.add_middleware(BodyLimitMiddleware, settings=settings)
    app.add_middleware(SameOriginMiddleware, allowed_origins=allowed_origins(settings))
    app.add_middleware(problem.UnexpectedErrorMiddleware)
    app.add_middleware(RequestMetricsMiddleware)
    app.add_middleware(ProtectiveHeadersMiddleware, is_https=settings.is_https)
    return app


def _api_router() -> APIRouter:
    api = APIRouter(prefix=API_PREFIX, responses=problem.PROBLEM_RESPONSES)
    rooms = (
        accounts,
        calls,
        realtime,
        search,
        words,
        knowledge,
        knowledge_tests,
        imports,
        cases,
        categories,
        taxonomy,
        health,
    )
    for room in rooms:
        api.include_router(room.router)
    return api


def _operation_id(route: APIRoute) -> str:
    return route.name
