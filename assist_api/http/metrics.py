"""Metrics of the server; see `kit.metrics` for the rules."""

from __future__ import annotations

import time

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from kit.metrics import counter, latency

HTTP_REQUESTS = counter(
    "tingzhi_http_requests_total",
    "HTTP requests answered, by method, route template and status",
    ("method", "route", "status"),
)
HTTP_SECONDS = latency(
    "tingzhi_http_request_seconds", "Time from a request to the start of its answer", ("method", "route")
)
SIGN_INS = counter("tingzhi_sign_ins_total", "Sign-ins by outcome: opened, refused, locked", ("outcome",))


class RequestMetricsMiddleware:
    """Counts requests by route template, so that no identifier becomes a label."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on and measure it."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        began = time.perf_counter()

        async def measure(message: Message) -> None:
            if message["type"] == "http.response.start":
                route = getattr(scope.get("route"), "path", "other")
                HTTP_SECONDS.labels(scope["method"], route).observe(time.perf_counter() - began)
                HTTP_REQUESTS.labels(scope["method"], route, str(message["status"])).inc()
            await send(message)

        await self.app(scope, receive, measure)
