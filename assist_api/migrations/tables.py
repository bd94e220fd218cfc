"""Every table there is: importing this module fills the metadata that migrations compare with."""

from __future__ import annotations

import assist_api.accounts.models
import assist_api.addresses.models
import assist_api.audit.models
import assist_api.call_search.models
import assist_api.calls.models
import assist_api.comments.models
import assist_api.curation.models
import assist_api.customers.models
import assist_api.hints.models
import assist_api.ivr.models
import assist_api.must_reads.models
import assist_api.new_hires.models
import assist_api.notices.models
import assist_api.notifications.models
import assist_api.policies.models
import assist_api.recordings.models
import assist_api.routing.models
import assist_api.second_pass.models
import assist_api.self_calls.models
import assist_api.surveys.models
import assist_api.training.models
import assist_api.units.models
import assist_api.webhooks.models
import assist_api.work_orders.models
import kb.classify.models
import kb.entries.models
import kb.gold.models
import kb.ingest.models
import kb.taxonomy.models
import kb.words.models
import kit.jobs.models
import kit.outbox.models
from kit.db import Base

MODULES = (
    assist_api.accounts.models,
    assist_api.addresses.models,
    assist_api.audit.models,
    assist_api.call_search.models,
    assist_api.calls.models,
    assist_api.comments.models,
    assist_api.curation.models,
    assist_api.customers.models,
    assist_api.hints.models,
    assist_api.must_reads.models,
    assist_api.new_hires.models,
    assist_api.notices.models,
    assist_api.ivr.models,
    assist_api.notifications.models,
    assist_api.policies.models,
    assist_api.recordings.models,
    assist_api.training.models,
    assist_api.routing.models,
    assist_api.second_pass.models,
    assist_api.surveys.models,
    assist_api.self_calls.models,
    assist_api.units.models,
    assist_api.webhooks.models,
    assist_api.work_orders.models,
    kb.classify.models,
    kb.gold.models,
    kb.ingest.models,
    kb.entries.models,
    kb.taxonomy.models,
    kb.words.models,
    kit.jobs.models,
    kit.outbox.models,
)
metadata = Base.metadata
