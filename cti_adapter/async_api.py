"""The AsyncAPI document of the telephone room, generated from its event classes.

`python -m cti_adapter.async_api > docs/telephony.asyncapi.json`; a test proves that the file is up to date.
"""

from __future__ import annotations

import json
import sys
from typing import Any

from pydantic import TypeAdapter

from cti_adapter.events import EVENT_TYPES, CTIEvent

ASYNC_API_VERSION = "3.0.0"
DOCUMENT_VERSION = "1.0.0"
CHANNEL = "telephony"


def build_document() -> dict[str, Any]:
    """Return the document: one channel, one message for each kind of event, a schema for each class."""
    schemas: dict[str, Any] = {}
    messages: dict[str, Any] = {}
    for kind in EVENT_TYPES:
        schemas |= _schemas(kind)
        messages[kind.__name__] = {
            "name": kind.type,
            "title": kind.summary,
            "contentType": "application/json",
            "payload": {"$ref": f"#/components/schemas/{kind.__name__}"},
        }
    return {
        "asyncapi": ASYNC_API_VERSION,
        "info": {
            "title": "Tingzhi telephony events",
            "version": DOCUMENT_VERSION,
            "description": (
                "What the telephone room tells of one exchange: calls, legs, queues and agents. A listener begins with "
                "what is known and gets every event after that; `seq` has no gaps. One who loses events begins anew."
            ),
            "license": {"name": "Apache-2.0"},
        },
        "channels": {
            CHANNEL: {
                "address": CHANNEL,
                "description": "Events in the order in which the exchange told them.",
                "messages": {name: {"$ref": f"#/components/messages/{name}"} for name in messages},
            }
        },
        "operations": {
            "sendEvent": {
                "action": "send",
                "channel": {"$ref": f"#/channels/{CHANNEL}"},
                "messages": [{"$ref": f"#/channels/{CHANNEL}/messages/{name}"} for name in messages],
            }
        },
        "components": {"messages": messages, "schemas": schemas},
    }


def _schemas(kind: type[CTIEvent]) -> dict[str, Any]:
    schema = TypeAdapter(kind).json_schema(mode="serialization", ref_template="#/components/schemas/{model}")
    parts: dict[str, Any] = schema.pop("$defs", {})
    schema["properties"] = {"type": {"const": kind.type, "type": "string"}, **schema["properties"]}
    schema["required"] = ["type", *schema["required"]]
    return {**parts, kind.__name__: schema}


def main() -> None:
    """Write the document to standard output."""
    json.dump(build_document(), sys.stdout, ensure_ascii=False, indent=2)
    sys.stdout.write("\n")


if __name__ == "__main__":
    main()
