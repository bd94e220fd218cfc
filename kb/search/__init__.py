"""Search over entries and cases."""

import os

# Haystack reads its switches from the environment when it is imported, and there is no other way to set them:
# no usage statistics leave the machine, and structlog stays as the process configured it.
os.environ["HAYSTACK_TELEMETRY_ENABLED"] = "false"
os.environ.setdefault("HAYSTACK_LOGGING_IGNORE_STRUCTLOG", "true")
