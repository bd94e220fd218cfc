"""The FastAPI application around the modules."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from fastapi import FastAPI
from fastapi.routing import APIRoute

from assist_api.http import problem, web
from assist_api.http.api_document import AssistAPI
from assist_api.http.application import Application
from assist_api.http.gate import UploadGateMiddleware
from assist_api.http.metrics import RequestMetricsMiddleware
from assist_api.http.security import (
    BodyLimitMiddleware,
    ProtectiveHeadersMiddleware,
    SameOriginMiddleware,
    allowed_origins,
)
from assist_api.lifespan import accepting
from assist_api.route_access import PUBLIC

API_PREFIX = "/api/v1"
Run = Callable[[Application], AbstractAsyncContextManager[Application]]


def create_app(application: Application, run: Run = accepting) -> FastAPI:
    """Return the server of an application; its lifespan starts and closes the modules.

    Args:
        application: Built, not started.
        run: Starts and closes it.
    """
    settings = application.settings

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with run(application):
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
    app.state.application = application
    app.wire_types = {name: kind for module in application.modules for name, kind in module.wire_types.items()}
    problem.install(app)
    for module in application.modules:
        # Each by itself: a router around them would build every route twice, a second of work at each start.
        for router in module.routers:
            app.include_router(router, prefix=API_PREFIX, responses=problem.PROBLEM_RESPONSES)
        for router in module.root_routers:
            app.include_router(router)
    web.install(app, settings.web_dir)
    uploads = {
        f"{API_PREFIX}{path}": limit for module in application.modules for path, limit in module.upload_limits.items()
    }
    # The last added is the outermost.
    # A public upload route checks its own token before it reads the body.
    guarded = [path for path in uploads if ("POST", path) not in PUBLIC]
    app.add_middleware(UploadGateMiddleware, paths=guarded, uploads_per_account=settings.uploads_per_account)
    app.add_middleware(BodyLimitMiddleware, most_bytes=settings.body_max_bytes, uploads=uploads)
    app.add_middleware(SameOriginMiddleware, allowed_origins=allowed_origins(settings))
    app.add_middleware(problem.UnexpectedErrorMiddleware)
    app.add_middleware(RequestMetricsMiddleware)
    app.add_middleware(ProtectiveHeadersMiddleware, is_https=settings.is_https)
    return app


def _operation_id(route: APIRoute) -> str:
    return route.name
