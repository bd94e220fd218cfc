"""What each route asks of who calls it: a permission, any account, or nothing; read from the routes themselves."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute, APIWebSocketRoute, iter_route_contexts

from assist_api.http.deps import get_account_in_any_state
from assist_api.http.permissions import Permission

SOCKET = "SOCKET"
"""Stands for the method of a WebSocket route."""

PUBLIC: Mapping[tuple[str, str], str] = {
    ("POST", "/api/v1/session"): "signing in",
    ("DELETE", "/api/v1/session"): "signing out, also after the session ended",
    ("GET", "/api/v1/health/live"): "asked by process supervisors, which have no account",
    ("GET", "/api/v1/health/ready"): "asked by load balancers, which have no account",
    ("GET", "/api/v1/crew/order"): "the token of a crew link, for one order",
    ("GET", "/api/v1/crew/slots"): "the token of a crew link, for one order",
    ("POST", "/api/v1/crew/appointment"): "the token of a crew link, for one order",
    ("POST", "/api/v1/crew/accept"): "the token of a crew link, for one order",
    ("POST", "/api/v1/crew/arrive"): "the token of a crew link, for one order",
    ("POST", "/api/v1/crew/done"): "the token of a crew link, for one order",
    ("POST", "/api/v1/crew/photo"): "the token of a crew link, for one order",
    ("GET", "/metrics"): "asked by Prometheus; holds counts and nothing of a call",
}
"""Routes that anybody may call, with the reason."""

ANY_ACCOUNT: Mapping[tuple[str, str], str] = {
    ("GET", "/api/v1/session"): "one's own session",
    ("POST", "/api/v1/session/password"): "one's own password",
    ("GET", "/api/v1/session/browsers"): "one's own sessions",
    ("DELETE", "/api/v1/session/browsers"): "one's own sessions",
    ("DELETE", "/api/v1/session/browsers/{session_id}"): "one's own sessions",
    ("GET", "/api/v1/notifications"): "one's own notifications",
    ("POST", "/api/v1/notifications/read"): "one's own notifications",
    ("GET", "/api/v1/jobs"): "one's own jobs; those of others need jobs.manage",
    ("GET", "/api/v1/jobs/{job_id}"): "one's own jobs; those of others need jobs.manage",
    ("POST", "/api/v1/jobs/{job_id}/cancel"): "one's own jobs; those of others need jobs.manage",
    ("POST", "/api/v1/jobs/{job_id}/retry"): "one's own jobs; those of others need jobs.manage",
    (SOCKET, "/api/v1/channel"): "one's own notifications and states",
}
"""Routes that every signed-in account may call, with the reason."""

SOCKET_PERMISSIONS: Mapping[str, Permission] = {
    "/api/v1/calls/{call_id}/stream": Permission.READ_OWN_CALLS,
    "/api/v1/floor/stream": Permission.WATCH_FLOOR,
    "/api/v1/telephony/agent/stream": Permission.TAKE_CALLS,
    "/api/v1/telephony/sip": Permission.TAKE_CALLS,
}
"""Permission of each socket; a socket checks after it was accepted, so that a page is told the reason."""


@dataclass(frozen=True, slots=True)
class RouteAccess:
    """One route and what it asks.

    Attributes:
        method: HTTP method, or `SOCKET`.
        path: Template of the path.
        permission: Asked for; None for a route in `PUBLIC` or `ANY_ACCOUNT`.
        needs_account: Whether somebody must be signed in.
    """

    method: str
    path: str
    permission: Permission | None
    needs_account: bool


class UndeclaredAccessError(Exception):
    """A route asks for no permission, and no list says why."""


def access_of(app: FastAPI) -> list[RouteAccess]:
    """Return every route of an application with what it asks, by path.

    Raises:
        UndeclaredAccessError: A route declares nothing, or something else than its list says.
    """
    found = [
        _access(method, context.path or "", context.dependant)
        for context in iter_route_contexts(app.routes)
        if isinstance(context.original_route, APIRoute | APIWebSocketRoute)
        for method in sorted(context.methods or {SOCKET})
    ]
    return sorted(found, key=lambda access: (access.path, access.method))


def _access(method: str, path: str, dependant: Dependant) -> RouteAccess:
    calls = list(_calls(dependant))
    asked = {getattr(call, "permission", None) for call in calls} - {None}
    if method == SOCKET and path in SOCKET_PERMISSIONS:
        asked.add(SOCKET_PERMISSIONS[path])
    needs_account = get_account_in_any_state in calls or method == SOCKET
    key = (method, path)
    is_listed = key in PUBLIC or key in ANY_ACCOUNT
    if len(asked) != (0 if is_listed else 1) or needs_account is not (key not in PUBLIC):
        raise UndeclaredAccessError(f"{method} {path} must ask for one permission, or stand in a list with its reason")
    return RouteAccess(method, path, next(iter(asked), None), needs_account)


def _calls(dependant: Dependant) -> Iterator[object]:
    for inner in dependant.dependencies:
        yield inner.call
        yield from _calls(inner)
