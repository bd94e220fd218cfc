"""Prints the OpenAPI document without starting anything: `python -m assist_api.openapi > openapi.json`."""

from __future__ import annotations

import json
import sys
from typing import Any

from assist_api.app import create_app
from assist_api.composition import compose
from assist_api.settings import AssistSettings
from kb.settings import KBSettings
from speech.settings import SpeechSettings


def openapi_document() -> dict[str, Any]:
    """Return the document of a server with default settings, whatever this machine's environment says."""
    application = compose(
        AssistSettings(_env_file=None),
        kb_settings=KBSettings(_env_file=None),
        speech_settings=SpeechSettings(_env_file=None),
    )
    return create_app(application).openapi()


def main() -> None:
    """Write the document to standard output."""
    json.dump(openapi_document(), sys.stdout, ensure_ascii=False, indent=2)
    sys.stdout.write("\n")


if __name__ == "__main__":
    main()
