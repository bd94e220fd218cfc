from __future__ import annotations

from uuid import uuid4

import httpx
import pytest

from assist_api.http.permissions import Role
from tests.fakes.assist_core_server import PASSWORD, Server, sign_in
from tests.fakes.kb_core_drafts import entry_draft

pytestmark = pytest.mark.module

NOTHING = str(uuid4())
DRAFT = entry_draft().model_dump(mode="json")
REVISION = DRAFT | {"base_revision_id": NOTHING}
CREATION = {"username": "zhang.wei", "display_name": "张伟", "role": "agent", "password": "staple and seven more"}
OPEN = frozenset(
    {
        ("POST", "/api/v1/session"),
        ("DELETE", "/api/v1/session"),
        ("GET", "/api/v1/health/live"),
        ("GET", "/api/v1/health/ready"),
        ("GET", "/api/v1/crew/order"),
        ("GET", "/api/v1/crew/slots"),
        ("POST", "/api/v1/crew/appointment"),
        ("POST", "/api/v1/crew/accept"),
        ("POST", "/api/v1/crew/arrive"),
        ("POST", "/api/v1/crew/done"),
        ("POST", "/api/v1/crew/photo"),
    }
)
SIGNED_IN = frozenset(Role)
EDITORS = frozenset({Role.CURATOR, Role.ADMIN})
ADMINS = frozenset({Role.ADMIN})
SERVICE = frozenset({Role.AGENT, Role.SUPERVISOR, Role.ADMIN})
AUDITORS = frozenset({Role.SUPERVISOR, Role.ADMIN})
FLOW_EDITORS = frozenset({Role.CURATOR, Role.SUPERVISOR, Role.ADMIN})
FLOW_PUBLISHERS = frozenset({Role.SUPERVISOR, Role.ADMIN})
MUST_READ_FOLLOWERS = frozenset({Role.CURATOR, Role.SUPERVISOR, Role.TRAINER, Role.ADMIN})
TEACHERS = frozenset({Role.TRAINER, Role.SUPERVISOR, Role.ADMIN})

# Every endpoint with whom it lets in; a request that is let in may still be answered 404 or 422.
ACCESS: dict[tuple[str, str], tuple[object, frozenset[Role]]] = {
    ("GET", "/api/v1/session"): (None, SIGNED_IN),
    ("POST", "/api/v1/session/password"): ({"current_password": "wrong", "new_password": "x"}, SIGNED_IN),
    ("GET", "/api/v1/session/browsers"): (None, SIGNED_IN),
    ("DELETE", "/api/v1/session/browsers"): (None, SIGNED_IN),
    ("DELETE", "/api/v1/session/browsers/{session_id}"): (None, SIGNED_IN),
    ("GET", "/api/v1/accounts"): (None, ADMINS),
    ("POST", "/api/v1/accounts"): (CREATION, ADMINS),
    ("PATCH", "/api/v1/accounts/{account_id}"): ({"role": "admin"}, ADMINS),
    ("PUT", "/api/v1/accounts/{account_id}/unit"): ({"unit_id": None}, ADMINS),
    ("GET", "/api/v1/units"): (None, ADMINS),
    ("POST", "/api/v1/units"): ({"kind": "team", "name": "一组"}, ADMINS),
    ("PUT", "/api/v1/units/{unit_id}"): ({"name": "一组", "sector": None}, ADMINS),
    ("DELETE", "/api/v1/units/{unit_id}"): (None, ADMINS),
    ("GET", "/api/v1/audit/entries"): (None, AUDITORS),
    ("GET", "/api/v1/audit/entries/file"): (None, AUDITORS),
    ("GET", "/api/v1/audit/state"): (None, AUDITORS),
    ("GET", "/api/v1/calls/{call_id}/recording"): (None, SIGNED_IN),
    ("GET", "/api/v1/calls/{call_id}/route"): (None, SIGNED_IN),
    ("GET", "/api/v1/recordings/gaps"): (None, AUDITORS),
    ("GET", "/api/v1/recordings/days"): (None, AUDITORS),
    ("GET", "/api/v1/recordings/days/{day}/gaps"): (None, AUDITORS),
    ("PUT", "/api/v1/calls/{call_id}/recording/hold"): ({"reason": "投诉"}, AUDITORS),
    ("DELETE", "/api/v1/calls/{call_id}/recording/hold"): (None, AUDITORS),
    ("GET", "/api/v1/floor"): (None, AUDITORS),
    ("POST", "/api/v1/floor/calls/{call_id}/supervise"): ({"mode": "listen"}, AUDITORS),
    ("POST", "/api/v1/floor/calls/{call_id}/take-over"): (None, AUDITORS),
    ("POST", "/api/v1/floor/calls/{call_id}/cards"): ({"entry_id": NOTHING}, AUDITORS),
    ("PUT", "/api/v1/floor/agents/{agent}/state"): ({"state": "ready"}, AUDITORS),
    ("POST", "/api/v1/calls/{call_id}/flags"): ({"reason": "missing"}, SIGNED_IN),
    ("GET", "/api/v1/curation/items"): (None, EDITORS),
    ("GET", "/api/v1/curation/items/{item_id}"): (None, EDITORS),
    ("POST", "/api/v1/curation/items/{item_id}/actions"): ({"action": "take", "version": 1}, EDITORS),
    ("POST", "/api/v1/curation/items/{item_id}/draft"): (DRAFT | {"version": 1}, EDITORS),
    ("POST", "/api/v1/curation/items/{item_id}/publish"): ({"version": 1}, EDITORS),
    ("POST", "/api/v1/curation/items/{item_id}/send-back"): ({"version": 1, "reason": "…"}, EDITORS),
    ("GET", "/api/v1/curation/moments/{moment_id}/context"): (None, EDITORS),
    ("GET", "/api/v1/curation/curators"): (None, EDITORS),
    ("GET", "/api/v1/curation/look"): (None, EDITORS),
    ("POST", "/api/v1/curation/look"): (None, EDITORS),
    ("GET", "/api/v1/knowledge/entries/{entry_id}/use"): (None, SIGNED_IN),
    ("GET", "/api/v1/curation/worth"): (None, EDITORS),
    ("POST", "/api/v1/training/speech"): (None, SIGNED_IN),
    ("GET", "/api/v1/training/skills"): (None, TEACHERS),
    ("GET", "/api/v1/training/skills/mine"): (None, SIGNED_IN),
    ("GET", "/api/v1/training/new-hires"): (None, TEACHERS),
    ("GET", "/api/v1/training/new-hires/mine"): (None, SIGNED_IN),
    ("PUT", "/api/v1/training/new-hires/{account_id}"): ({"since": "2026-01-01"}, TEACHERS),
    ("DELETE", "/api/v1/training/new-hires/{account_id}"): (None, TEACHERS),
    ("POST", "/api/v1/training/skills/{proposal_id}/decision"): ({"is_confirmed": True}, AUDITORS),
    ("GET", "/api/v1/knowledge/changes"): (None, SIGNED_IN),
    ("GET", "/api/v1/knowledge/changes/due"): (None, SIGNED_IN),
    ("GET", "/api/v1/knowledge/changes/{revision_id}"): (None, SIGNED_IN),
    ("GET", "/api/v1/must-reads"): (None, MUST_READ_FOLLOWERS),
    ("POST", "/api/v1/must-reads"): ({"entry_id": NOTHING, "revision_id": NOTHING}, EDITORS),
    ("GET", "/api/v1/must-reads/{must_read_id}/readers"): (None, MUST_READ_FOLLOWERS),
    ("POST", "/api/v1/must-reads/{must_read_id}/acknowledge"): (None, SIGNED_IN),
    ("POST", "/api/v1/must-reads/{must_read_id}/remind"): (None, MUST_READ_FOLLOWERS),
    ("POST", "/api/v1/must-reads/{must_read_id}/close"): (None, EDITORS),
    ("GET", "/api/v1/knowledge/entries/{entry_id}/comments"): (None, SIGNED_IN),
    ("POST", "/api/v1/knowledge/entries/{entry_id}/comments"): ({"text": "…"}, SIGNED_IN),
    ("PUT", "/api/v1/knowledge/entries/{entry_id}/subscription"): ({"is_subscribed": True}, SIGNED_IN),
    ("POST", "/api/v1/knowledge/entries/bulk"): ({"entry_ids": [NOTHING], "owner": "客服部"}, EDITORS),
    ("GET", "/api/v1/knowledge/entries/{entry_id}/difference"): (None, SIGNED_IN),
    ("GET", "/api/v1/notifications"): (None, SIGNED_IN),
    ("POST", "/api/v1/notifications/read"): ({"ids": None}, SIGNED_IN),
    ("GET", "/api/v1/routing"): (None, AUDITORS),
    ("PUT", "/api/v1/routing"): ({"book": {}, "based_on": 7}, ADMINS),
    ("POST", "/api/v1/routing/check"): ({"book": {}}, AUDITORS),
    ("POST", "/api/v1/waiting/announcement"): ({"announcements": {}}, AUDITORS),
    ("POST", "/api/v1/routing/trials"): ({"dialled": "95598"}, AUDITORS),
    ("POST", "/api/v1/routing/replays"): ({"book": {}}, AUDITORS),
    ("GET", "/api/v1/routing/versions"): (None, AUDITORS),
    ("GET", "/api/v1/routing/versions/{number}"): (None, AUDITORS),
    ("GET", "/api/v1/routing/calls"): (None, AUDITORS),
    ("GET", "/api/v1/routing/calls/{call_id}"): (None, AUDITORS),
    ("GET", "/api/v1/policies"): (None, ADMINS),
    ("PUT", "/api/v1/policies/{name}"): (None, ADMINS),
    ("POST", "/api/v1/policies/{name}/restore"): (None, ADMINS),
    ("GET", "/api/v1/policies/{name}/versions"): (None, ADMINS),
    ("GET", "/api/v1/jobs"): (None, SIGNED_IN),
    ("GET", "/api/v1/jobs/{job_id}"): (None, SIGNED_IN),
    ("POST", "/api/v1/jobs/{job_id}/cancel"): (None, SIGNED_IN),
    ("POST", "/api/v1/jobs/{job_id}/retry"): (None, SIGNED_IN),
    ("POST", "/api/v1/search"): ({"text": "停电"}, SIGNED_IN),
    ("GET", "/api/v1/knowledge/categories"): (None, SIGNED_IN),
    ("GET", "/api/v1/knowledge/entries"): (None, SIGNED_IN),
    ("POST", "/api/v1/knowledge/entries"): (DRAFT, EDITORS),
    ("POST", "/api/v1/knowledge/drafts"): (DRAFT, EDITORS),
    ("GET", "/api/v1/knowledge/entries/{entry_id}"): (None, SIGNED_IN),
    ("GET", "/api/v1/knowledge/entries/{entry_id}/revisions"): (None, SIGNED_IN),
    ("POST", "/api/v1/knowledge/entries/{entry_id}/revisions"): (REVISION, EDITORS),
    ("POST", "/api/v1/knowledge/entries/{entry_id}/retire"): (None, EDITORS),
    ("POST", "/api/v1/knowledge/entries/{entry_id}/revisions/{revision_id}/publish"): (None, EDITORS),
    ("POST", "/api/v1/knowledge/entries/{entry_id}/revisions/{revision_id}/turn-down"): (None, EDITORS),
    ("GET", "/api/v1/knowledge/entries/{entry_id}/gold-questions"): (None, EDITORS),
    ("POST", "/api/v1/knowledge/entries/{entry_id}/gold-questions"): (None, EDITORS),
    ("GET", "/api/v1/knowledge/gold-questions"): (None, EDITORS),
    ("GET", "/api/v1/knowledge/gold-questions/file"): (None, EDITORS),
    ("POST", "/api/v1/knowledge/gold-questions/file"): (None, EDITORS),
    ("DELETE", "/api/v1/knowledge/gold-questions/{question_id}"): (None, EDITORS),
    ("POST", "/api/v1/knowledge/hit-test"): (None, EDITORS),
    ("POST", "/api/v1/knowledge/tests/draft"): (None, EDITORS),
    ("GET", "/api/v1/knowledge/tests/policy"): (None, EDITORS),
    ("PUT", "/api/v1/knowledge/tests/policy"): (None, EDITORS),
    ("GET", "/api/v1/knowledge/tests/runs"): (None, EDITORS),
    ("POST", "/api/v1/knowledge/tests/runs"): (None, EDITORS),
    ("GET", "/api/v1/knowledge/tests/runs/{run_id}"): (None, EDITORS),
    ("GET", "/api/v1/knowledge/tests/state"): (None, EDITORS),
    ("GET", "/api/v1/knowledge/words"): (None, SIGNED_IN),
    ("POST", "/api/v1/knowledge/words"): (None, EDITORS),
    ("GET", "/api/v1/knowledge/words/export"): (None, SIGNED_IN),
    ("POST", "/api/v1/knowledge/words/import"): (None, EDITORS),
    ("PUT", "/api/v1/knowledge/words/{group_id}"): (None, EDITORS),
    ("DELETE", "/api/v1/knowledge/words/{group_id}"): (None, EDITORS),
    ("POST", "/api/v1/knowledge/cases/search"): ({}, SIGNED_IN),
    ("GET", "/api/v1/knowledge/cases/clusters"): (None, EDITORS),
    ("GET", "/api/v1/knowledge/cases/{case_id}"): (None, SIGNED_IN),
    ("PUT", "/api/v1/knowledge/cases/{case_id}"): (None, EDITORS),
    ("DELETE", "/api/v1/knowledge/cases/{case_id}"): (None, EDITORS),
    ("GET", "/api/v1/knowledge/cases/{case_id}/evidence"): (None, SIGNED_IN),
    ("GET", "/api/v1/knowledge/outcomes"): (None, SIGNED_IN),
    ("GET", "/api/v1/knowledge/solutions"): (None, SIGNED_IN),
    ("GET", "/api/v1/knowledge/situations"): (None, SIGNED_IN),
    ("GET", "/api/v1/imports"): (None, EDITORS),
    ("POST", "/api/v1/imports"): (None, EDITORS),
    ("POST", "/api/v1/imports/files"): (None, EDITORS),
    ("GET", "/api/v1/imports/{import_id}"): (None, EDITORS),
    ("POST", "/api/v1/imports/{import_id}/read"): (None, EDITORS),
    ("POST", "/api/v1/imports/{import_id}/publish"): (None, EDITORS),
    ("POST", "/api/v1/imports/{import_id}/cancel"): (None, EDITORS),
    ("POST", "/api/v1/imports/{import_id}/take-back"): (None, EDITORS),
    ("PUT", "/api/v1/imports/{import_id}/settings"): (None, EDITORS),
    ("DELETE", "/api/v1/imports/{import_id}/files/{file_id}"): (None, EDITORS),
    ("PUT", "/api/v1/imports/{import_id}/files/{file_id}/settings"): (None, EDITORS),
    ("DELETE", "/api/v1/imports/{import_id}/files/{file_id}/settings"): (None, EDITORS),
    ("GET", "/api/v1/imports/{import_id}/files/{file_id}/units"): (None, EDITORS),
    ("GET", "/api/v1/category-models"): (None, EDITORS),
    ("POST", "/api/v1/category-models"): (None, EDITORS),
    ("POST", "/api/v1/category-models/{number}/live"): (None, EDITORS),
    ("GET", "/api/v1/taxonomy/{pack}"): (None, EDITORS),
    ("POST", "/api/v1/taxonomy/{pack}/changes"): (None, EDITORS),
    ("GET", "/api/v1/taxonomy/{pack}/file"): (None, EDITORS),
    ("PUT", "/api/v1/taxonomy/{pack}/file"): (None, EDITORS),
    ("GET", "/api/v1/taxonomy/{pack}/history"): (None, EDITORS),
    ("POST", "/api/v1/taxonomy/{pack}/restore"): (None, EDITORS),
    ("GET", "/api/v1/health/parts"): (None, SIGNED_IN),
    ("GET", "/api/v1/calls"): (None, SIGNED_IN),
    ("GET", "/api/v1/calls/{call_id}"): (None, SIGNED_IN),
    ("GET", "/api/v1/calls/{call_id}/events"): (None, SIGNED_IN),
    ("GET", "/api/v1/calls/{call_id}/audio"): (None, SIGNED_IN),
    ("POST", "/api/v1/calls/replays"): (None, SIGNED_IN),
    ("GET", "/api/v1/demo-calls"): (None, SIGNED_IN),
    ("POST", "/api/v1/demo-calls/{demo_id}/calls"): ({"speed": "fast"}, SIGNED_IN),
    ("POST", "/api/v1/calls/{call_id}/stop"): (None, SIGNED_IN),
    ("GET", "/api/v1/calls/{call_id}/case"): (None, SIGNED_IN),
    ("PUT", "/api/v1/calls/{call_id}/case"): (None, SIGNED_IN),
    ("PUT", "/api/v1/calls/{call_id}/category"): (None, SIGNED_IN),
    ("GET", "/api/v1/calls/{call_id}/work-order"): (None, SERVICE),
    ("GET", "/api/v1/calls/{call_id}/ivr"): (None, SIGNED_IN),
    ("GET", "/api/v1/ivr/flows"): (None, FLOW_EDITORS),
    ("GET", "/api/v1/ivr/flows/{name}"): (None, FLOW_EDITORS),
    ("PUT", "/api/v1/ivr/flows/{name}"): (None, FLOW_EDITORS),
    ("POST", "/api/v1/ivr/flows/{name}/versions/{number}/publish"): (None, FLOW_PUBLISHERS),
    ("GET", "/api/v1/ivr/flows/{name}/figures"): (None, FLOW_EDITORS),
    ("POST", "/api/v1/ivr/check"): (None, FLOW_EDITORS),
    ("POST", "/api/v1/ivr/simulations"): (None, FLOW_EDITORS),
    ("POST", "/api/v1/ivr/speech"): (None, FLOW_EDITORS),
    ("POST", "/api/v1/ivr/hearing"): (None, FLOW_EDITORS),
    ("GET", "/api/v1/ivr/push"): (None, FLOW_EDITORS),
    ("GET", "/api/v1/ivr/recordings"): (None, FLOW_EDITORS),
    ("POST", "/api/v1/ivr/recordings"): (None, FLOW_EDITORS),
    ("POST", "/api/v1/ivr/recordings/remove"): ({"text": "您好。"}, FLOW_EDITORS),
    ("PUT", "/api/v1/ivr/push"): (None, FLOW_PUBLISHERS),
    ("GET", "/api/v1/ivr/numbers"): (None, FLOW_EDITORS),
    ("PUT", "/api/v1/ivr/numbers"): (None, FLOW_PUBLISHERS),
    ("GET", "/api/v1/callbacks"): (None, SERVICE),
    ("POST", "/api/v1/callbacks/{request_id}/take"): (None, SERVICE),
    ("POST", "/api/v1/callbacks/{request_id}/release"): (None, SERVICE),
    ("POST", "/api/v1/callbacks/{request_id}/dial"): (None, SERVICE),
    ("POST", "/api/v1/callbacks/{request_id}/outcome"): ({"outcome": "reached"}, SERVICE),
    ("GET", "/api/v1/voicemails"): (None, SERVICE),
    ("GET", "/api/v1/voicemails/{voicemail_id}/audio"): (None, SERVICE),
    ("POST", "/api/v1/voicemails/{voicemail_id}/order"): (None, SERVICE),
    ("POST", "/api/v1/voicemails/{voicemail_id}/callback"): (None, SERVICE),
    ("POST", "/api/v1/voicemails/{voicemail_id}/done"): (None, SERVICE),
    ("GET", "/api/v1/surveys/report"): (None, AUDITORS),
    ("POST", "/api/v1/surveys/replies"): (None, ADMINS),
    ("POST", "/api/v1/customers/search"): ({"text": "王建国"}, SERVICE),
    ("POST", "/api/v1/customers/import"): (None, AUDITORS),
    ("GET", "/api/v1/customers/{customer_id}"): (None, SERVICE),
    ("PUT", "/api/v1/customers/{customer_id}/class"): (None, AUDITORS),
    ("GET", "/api/v1/customers/{customer_id}/contacts"): (None, SERVICE),
    ("POST", "/api/v1/customers/{customer_id}/calls"): (None, SERVICE),
    ("GET", "/api/v1/customers/{customer_id}/account"): (None, SERVICE),
    ("GET", "/api/v1/telephony/agent"): (None, SERVICE),
    ("PUT", "/api/v1/telephony/agent/state"): ({"state": "ready"}, SERVICE),
    ("GET", "/api/v1/telephony/softphone"): (None, SERVICE),
    ("POST", "/api/v1/telephony/agent/transfer"): ({"number": "8102"}, SERVICE),
    ("POST", "/api/v1/telephony/agent/flow"): ({"flow": "agent_identity"}, SERVICE),
    ("POST", "/api/v1/telephony/agent/consult"): ({"number": "8102"}, SERVICE),
    ("DELETE", "/api/v1/telephony/agent/consult"): (None, SERVICE),
    ("POST", "/api/v1/telephony/agent/conference"): (None, SERVICE),
    ("POST", "/api/v1/telephony/agent/conference/members"): ({"number": "8102"}, SERVICE),
    ("DELETE", "/api/v1/telephony/agent/conference/members/{leg_id}"): (None, SERVICE),
    ("GET", "/api/v1/telephony/colleagues"): (None, SERVICE),
    ("GET", "/api/v1/addresses"): (None, SERVICE),
    ("POST", "/api/v1/addresses/match"): ({"text": "解放路"}, SERVICE),
    ("POST", "/api/v1/addresses/import"): (None, AUDITORS),
    ("GET", "/api/v1/work-orders"): (None, SERVICE),
    ("GET", "/api/v1/work-orders/board"): (None, SERVICE),
    ("GET", "/api/v1/work-orders/first-contact"): (None, AUDITORS),
    ("POST", "/api/v1/work-orders/slots"): (None, SERVICE),
    ("GET", "/api/v1/work-orders/{order_id}/slots"): (None, SERVICE),
    ("POST", "/api/v1/work-orders"): (None, SERVICE),
    ("GET", "/api/v1/work-orders/units"): (None, SERVICE),
    ("GET", "/api/v1/work-orders/fields"): (None, SERVICE),
    ("GET", "/api/v1/work-orders/mass-faults"): (None, AUDITORS),
    ("POST", "/api/v1/work-orders/mass-faults"): (None, AUDITORS),
    ("GET", "/api/v1/api-tokens"): (None, ADMINS),
    ("POST", "/api/v1/api-tokens"): ({"name": "x", "permissions": []}, ADMINS),
    ("POST", "/api/v1/api-tokens/{token_id}/revoke"): (None, ADMINS),
    ("GET", "/api/v1/webhooks"): (None, ADMINS),
    ("POST", "/api/v1/webhooks"): (None, ADMINS),
    ("PUT", "/api/v1/webhooks/{webhook_id}"): (None, ADMINS),
    ("DELETE", "/api/v1/webhooks/{webhook_id}"): (None, ADMINS),
    ("POST", "/api/v1/webhooks/{webhook_id}/secret"): ({"overlap_hours": 1}, ADMINS),
    ("POST", "/api/v1/webhooks/{webhook_id}/test"): (None, ADMINS),
    ("GET", "/api/v1/webhooks/deliveries"): (None, ADMINS),
    ("POST", "/api/v1/webhooks/deliveries/{delivery_id}/replay"): (None, ADMINS),
    ("GET", "/api/v1/notices"): (None, SERVICE),
    ("POST", "/api/v1/notices"): (None, AUDITORS),
    ("POST", "/api/v1/notices/{notice_id}/end"): (None, AUDITORS),
    ("GET", "/api/v1/work-orders/{order_id}"): (None, SERVICE),
    ("POST", "/api/v1/work-orders/{order_id}/actions"): (None, SERVICE),
    ("POST", "/api/v1/work-orders/{order_id}/crew-link"): (None, SERVICE),
    ("GET", "/api/v1/work-orders/{order_id}/photos/{photo_id}"): (None, SERVICE),
    ("POST", "/api/v1/calls/{call_id}/suggestions/{suggestion_id}/feedback"): ({"verdict": "used"}, SIGNED_IN),
    ("POST", "/api/v1/calls/{call_id}/alerts/{alert_id}/confirm"): (None, SIGNED_IN),
    ("POST", "/api/v1/calls/{call_id}/hints/{hint_id}/dismiss"): (None, SIGNED_IN),
    ("GET", "/api/v1/hints/tracks/{sector}"): (None, SIGNED_IN),
    ("GET", "/api/v1/hints/books"): (None, SIGNED_IN),
    ("GET", "/api/v1/hints/books/{sector}/shipped"): (None, SIGNED_IN),
    ("PUT", "/api/v1/hints/books/{sector}"): (None, EDITORS),
    ("POST", "/api/v1/hints/books/{sector}/test"): ({"lines": [{"role": "agent", "text": "您好"}]}, EDITORS),
    ("PUT", "/api/v1/calls/{call_id}/facts/{field}"): ({"value": "13800138000"}, SIGNED_IN),
    ("PUT", "/api/v1/calls/{call_id}/steps/{step_id}"): ({"is_done": True}, SIGNED_IN),
    ("GET", "/api/v1/policies/{name}/proposal"): (None, ADMINS),
    ("GET", "/api/v1/calls/{call_id}/second-pass"): (None, SIGNED_IN),
    ("POST", "/api/v1/calls/{call_id}/second-pass"): (None, SIGNED_IN),
    ("GET", "/api/v1/calls/{call_id}/transcript/file"): (None, TEACHERS),
    ("GET", "/api/v1/calls/{call_id}/summary"): (None, SIGNED_IN),
    ("PUT", "/api/v1/calls/{call_id}/summary/accepted"): (None, SIGNED_IN),
    ("GET", "/api/v1/calls/{call_id}/measures"): (None, SIGNED_IN),
    ("POST", "/api/v1/call-search"): ({"text": "停电"}, SIGNED_IN),
    ("POST", "/api/v1/call-search/export"): ({"query": {}, "format": "csv"}, TEACHERS),
    ("POST", "/api/v1/call-search/rebuild"): (None, ADMINS),
    ("GET", "/api/v1/training/clips"): (None, TEACHERS),
    ("POST", "/api/v1/training/clips"): (None, TEACHERS),
    ("DELETE", "/api/v1/training/clips/{clip_id}"): (None, TEACHERS),
    ("GET", "/api/v1/training/clips/{clip_id}/audio"): (None, TEACHERS),
    ("GET", "/api/v1/training/calls/{call_id}"): (None, TEACHERS),
    ("GET", "/api/v1/training/lessons"): (None, SIGNED_IN),
    ("POST", "/api/v1/training/lessons"): (None, TEACHERS),
    ("GET", "/api/v1/training/lessons/{lesson_id}"): (None, TEACHERS),
    ("PUT", "/api/v1/training/lessons/{lesson_id}"): (None, TEACHERS),
    ("POST", "/api/v1/training/lessons/{lesson_id}/publish"): (None, TEACHERS),
    ("POST", "/api/v1/training/lessons/{lesson_id}/retire"): (None, TEACHERS),
    ("GET", "/api/v1/training/lessons/{lesson_id}/results"): (None, TEACHERS),
    ("POST", "/api/v1/training/lessons/{lesson_id}/attempts"): (None, SIGNED_IN),
    ("GET", "/api/v1/training/attempts/{attempt_id}"): (None, SIGNED_IN),
    ("POST", "/api/v1/training/attempts/{attempt_id}/answers"): (None, SIGNED_IN),
    ("POST", "/api/v1/training/attempts/{attempt_id}/finish"): (None, SIGNED_IN),
    ("GET", "/api/v1/training/attempts/{attempt_id}/items/{item_id}/audio"): (None, SIGNED_IN),
}


def operations(server: Server) -> set[tuple[str, str]]:
    paths = server.app.openapi()["paths"]
    return {(method.upper(), path) for path, item in paths.items() for method in item}


async def ask(browser: httpx.AsyncClient, method: str, path: str) -> httpx.Response:
    address = "/".join(NOTHING if part.startswith("{") else part for part in path.split("/"))
    body, _ = ACCESS[method, path]
    return await browser.request(method, address, json=body)


async def test_access_table_names_every_endpoint(server: Server) -> None:
    assert operations(server) == set(ACCESS) | OPEN


async def test_nothing_is_given_without_signing_in(server: Server) -> None:
    browser = server.browser()
    for method, path in operations(server) - OPEN:
        answer = await ask(browser, method, path)
        assert (answer.status_code, answer.json()["code"]) == (401, "not_signed_in"), (method, path)


# Who may enter does not depend on the database; `test_route_access` calls every route on both.
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("role", list(Role))
async def test_role_enters_only_where_the_table_lets_it(server: Server, role: Role) -> None:
    browser = await server.browser_of(role)
    for (method, path), (_, roles) in ACCESS.items():
        answer = await ask(browser, method, path)
        is_refused = answer.status_code == 403 and answer.json()["code"] == "not_allowed"
        assert is_refused is (role not in roles), (method, path, answer.text)
        assert answer.status_code < 500, (method, path, answer.text)


async def test_account_with_a_temporary_password_must_change_it_first(server: Server) -> None:
    admin = await server.browser_of(Role.ADMIN)
    assert (await admin.post("/api/v1/accounts", json=CREATION)).status_code == 201
    browser = server.browser()
    signed_in = await sign_in(browser, "zhang.wei", PASSWORD)
    assert signed_in.json()["account"]["must_change_password"] is True
    refused = await browser.get("/api/v1/knowledge/entries")
    assert (refused.status_code, refused.json()["code"]) == (403, "password_change_required")
    change = {"current_password": PASSWORD, "new_password": "one that only I know"}
    changed = await browser.post("/api/v1/session/password", json=change)
    assert changed.json()["account"]["must_change_password"] is False
    assert (await browser.get("/api/v1/knowledge/entries")).status_code == 200


async def test_page_of_another_site_changes_nothing(server: Server) -> None:
    browser = await server.browser_of(Role.ADMIN)
    evil = {"origin": "https://evil.example"}
    refused = await browser.post("/api/v1/accounts", json=CREATION, headers=evil)
    assert (refused.status_code, refused.json()["code"]) == (403, "foreign_origin")
    assert (await browser.delete("/api/v1/session", headers=evil)).status_code == 403
    assert (await browser.get("/api/v1/session")).status_code == 200
