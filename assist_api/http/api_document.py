"""What the OpenAPI document needs beyond what the operations mention: problems and WebSocket messages."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic import TypeAdapter

from assist_api.calls.events import CallEvent, ClientMessage, ServerMessage
from assist_api.http.problem import Problem

_REF_TEMPLATE = "#/components/schemas/{model}"
_EXTRA_SCHEMAS: dict[str, Any] = {
    "Problem": Problem,
    "ServerMessage": ServerMessage,
    "CallEvent": CallEvent,
    "ClientMessage": ClientMessage,
}


class AssistAPI(FastAPI):
    """FastAPI whose document has types for the socket's messages, so that clients generate them too."""

    def openapi(self) -> dict[str, Any]:
        """Return the document, built once."""
        if not self.openapi_schema:
            document = get_openapi(title=self.title, version=self.version, routes=self.routes)
            self.openapi_schema = _complete(document)
        return self.openapi_schema


def _complete(document: dict[str, Any]) -> dict[str, Any]:
    schemas = document.setdefault("components", {}).setdefault("schemas", {})
    for name, model in _EXTRA_SCHEMAS.items():
        schema = TypeAdapter(model).json_schema(ref_template=_REF_TEMPLATE, mode="serialization")
        for key, definition in schema.pop("$defs", {}).items():
            schemas.setdefault(key, definition)
        schemas.setdefault(name, schema)
    return document
