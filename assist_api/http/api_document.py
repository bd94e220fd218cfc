"""What the OpenAPI document needs beyond what the operations mention: problems and WebSocket messages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic import TypeAdapter

from assist_api.http.problem import Problem

_REF_TEMPLATE = "#/components/schemas/{model}"


class AssistAPI(FastAPI):
    """FastAPI whose document has types for the messages of sockets, so that clients generate them too."""

    wire_types: Mapping[str, Any] = {}

    def openapi(self) -> dict[str, Any]:
        """Return the document, built once."""
        if not self.openapi_schema:
            document = get_openapi(title=self.title, version=self.version, routes=self.routes)
            self.openapi_schema = _complete(document, {"Problem": Problem, **self.wire_types})
        return self.openapi_schema


def _complete(document: dict[str, Any], extra: Mapping[str, Any]) -> dict[str, Any]:
    schemas = document.setdefault("components", {}).setdefault("schemas", {})
    for name, model in extra.items():
        schema = TypeAdapter(model).json_schema(ref_template=_REF_TEMPLATE, mode="serialization")
        for key, definition in schema.pop("$defs", {}).items():
            schemas.setdefault(key, definition)
        schemas.setdefault(name, schema)
    return document
