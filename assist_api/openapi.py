"""Prints the OpenAPI document without starting anything: `python -m assist_api.openapi > openapi.json`."""

from __future__ import annotations

import json
import sys

from assist_api.app import create_app
from assist_api.settings import AssistSettings


def main() -> None:
    """Write the document to standard output."""
    app = create_app(AssistSettings.model_construct())
    json.dump(app.openapi(), sys.stdout, ensure_ascii=False, indent=2)
    sys.stdout.write("\n")


if __name__ == "__main__":
    main()
