"""Prints the OpenAPI document without starting anything: `python -m assist_api.openapi > openapi.json`.

The messages of the WebSocket are added to `components.schemas`, so that types are generated for them too.
"""

from __future__ import annotations

import json
import sys
from typing import Any

from pydantic import TypeAdapter

from assist_api.app import create_app
from assist_api.problem import Problem
from assist_api.realtime.protocol import CallEvent, ClientMessage, ServerMessage
from assist_api.settings import AssistSettings

_REF_TEMPLATE = "#/components/schemas/{model}"
_EXTRA_SCHEMAS: dict[str, Any] = {
    "Problem": Problem,
    "ServerMessage": ServerMessage,
    "CallEvent": CallEvent,
    "ClientMessage": ClientMessage,
}


def complete_document(document: dict[str, Any]) -> dict[str, Any]:
    """Add the schemas that no operation mentions by itself."""
    schemas = document.setdefault("components", {}).setdefault("schemas", {})
    for name, model in _EXTRA_SCHEMAS.items():
        schema = TypeAdapter(model).json_schema(ref_template=_REF_TEMPLATE, mode="serialization")
        for key, definition in schema.pop("$defs", {}).items():
            schemas.setdefault(key, definition)
        schemas.setdefault(name, schema)
    return document


def main() -> None:
    """Write the document to standard output."""
    app = create_app(AssistSettings.model_construct())
    json.dump(app.openapi(), sys.stdout, ensure_ascii=False, indent=2)
    sys.stdout.write("\n")


if __name__ == "__main__":
    main()
