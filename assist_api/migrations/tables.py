"""Every table there is: importing this module fills the metadata that migrations compare with."""

from __future__ import annotations

import assist_api.accounts.models
import assist_api.calls.models
import kb.classify.models
import kb.gold.models
import kb.ingest.models
import kb.models
import kb.taxonomy_models
import kb.words.models
import kit.jobs.models
import kit.outbox.models
from kit.db import Base

MODULES = (
    assist_api.accounts.models,
    assist_api.calls.models,
    kb.classify.models,
    kb.gold.models,
    kb.ingest.models,
    kb.models,
    kb.taxonomy_models,
    kb.words.models,
    kit.jobs.models,
    kit.outbox.models,
)
metadata = Base.metadata
