"""What each route writes into the audit log; every route that changes something stands here, or says why it does not.

`NOT_AUDITED` is for requests that change nothing that anybody would ask about later.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from assist_api.route_access import SOCKET, RouteAccess

READING_METHODS = frozenset({"GET", "HEAD", "OPTIONS", SOCKET})
Route = tuple[str, str]
API = "/api/v1"

AUDITED: Mapping[Route, tuple[str, ...]] = {
    ("POST", f"{API}/session"): ("session.opened", "session.refused"),
    ("DELETE", f"{API}/session"): ("session.closed",),
    ("POST", f"{API}/session/password"): ("account.password_changed", "session.refused"),
    ("DELETE", f"{API}/session/browsers"): ("session.closed",),
    ("DELETE", f"{API}/session/browsers/{{session_id}}"): ("session.closed",),
    ("POST", f"{API}/accounts"): ("account.created",),
    ("POST", f"{API}/crew/accept"): ("work_order.changed",),
    ("POST", f"{API}/crew/appointment"): ("work_order.changed",),
    ("POST", f"{API}/crew/arrive"): ("work_order.changed",),
    ("POST", f"{API}/crew/done"): ("work_order.changed",),
    ("POST", f"{API}/crew/photo"): ("work_order.photographed",),
    ("POST", f"{API}/addresses/import"): ("addresses.imported",),
    ("POST", f"{API}/customers/import"): ("customers.imported",),
    ("POST", f"{API}/customers/{{customer_id}}/calls"): ("customer.call_bound",),
    ("PUT", f"{API}/customers/{{customer_id}}/class"): ("customer.changed",),
    ("POST", f"{API}/work-orders"): ("work_order.changed",),
    ("POST", f"{API}/work-orders/{{order_id}}/actions"): ("work_order.changed",),
    ("POST", f"{API}/work-orders/{{order_id}}/crew-link"): ("work_order.linked",),
    ("POST", f"{API}/work-orders/mass-faults"): ("work_order.changed", "notice.created"),
    ("POST", f"{API}/api-tokens"): ("api_token.created",),
    ("POST", f"{API}/api-tokens/{{token_id}}/revoke"): ("api_token.revoked",),
    ("POST", f"{API}/webhooks"): ("webhook.created",),
    ("PUT", f"{API}/webhooks/{{webhook_id}}"): ("webhook.changed",),
    ("DELETE", f"{API}/webhooks/{{webhook_id}}"): ("webhook.removed",),
    ("POST", f"{API}/webhooks/{{webhook_id}}/secret"): ("webhook.secret_rotated",),
    ("POST", f"{API}/webhooks/{{webhook_id}}/test"): ("webhook.tested",),
    ("POST", f"{API}/webhooks/deliveries/{{delivery_id}}/replay"): ("webhook.replayed",),
    ("POST", f"{API}/notices"): ("notice.created",),
    ("POST", f"{API}/notices/{{notice_id}}/end"): ("notice.ended",),
    ("POST", f"{API}/calls/{{call_id}}/alerts/{{alert_id}}/confirm"): ("alert.confirmed",),
    ("POST", f"{API}/calls/{{call_id}}/hints/{{hint_id}}/dismiss"): ("hint.dismissed",),
    ("PUT", f"{API}/calls/{{call_id}}/steps/{{step_id}}"): ("step.set",),
    ("POST", f"{API}/calls/{{call_id}}/second-pass"): ("second_pass.ordered",),
    ("PUT", f"{API}/hints/books/{{sector}}"): ("hint_book.changed",),
    ("PUT", f"{API}/calls/{{call_id}}/facts/{{field}}"): ("fact.edited",),
    ("PUT", f"{API}/calls/{{call_id}}/summary/accepted"): ("summary.accepted",),
    ("PATCH", f"{API}/accounts/{{account_id}}"): ("account.changed",),
    ("PUT", f"{API}/accounts/{{account_id}}/unit"): ("account.moved",),
    ("POST", f"{API}/units"): ("unit.created",),
    ("PUT", f"{API}/units/{{unit_id}}"): ("unit.changed",),
    ("DELETE", f"{API}/units/{{unit_id}}"): ("unit.removed",),
    ("PUT", f"{API}/policies/{{name}}"): ("policy.changed",),
    ("POST", f"{API}/policies/{{name}}/restore"): ("policy.changed",),
    ("PUT", f"{API}/routing"): ("routing.changed",),
    ("POST", f"{API}/jobs/{{job_id}}/cancel"): ("job.cancelled",),
    ("POST", f"{API}/jobs/{{job_id}}/retry"): ("job.retried",),
    ("POST", f"{API}/knowledge/entries"): ("entry.created",),
    ("POST", f"{API}/knowledge/entries/{{entry_id}}/revisions"): ("entry.revised",),
    ("POST", f"{API}/knowledge/entries/{{entry_id}}/retire"): ("entry.retired",),
    ("POST", f"{API}/knowledge/entries/{{entry_id}}/revisions/{{revision_id}}/publish"): ("entry.published",),
    ("POST", f"{API}/knowledge/entries/{{entry_id}}/revisions/{{revision_id}}/turn-down"): ("entry.turned_down",),
    ("POST", f"{API}/knowledge/entries/{{entry_id}}/gold-questions"): ("gold_question.added",),
    ("DELETE", f"{API}/knowledge/gold-questions/{{question_id}}"): ("gold_question.removed",),
    ("POST", f"{API}/knowledge/gold-questions/file"): ("gold_question.imported",),
    ("POST", f"{API}/knowledge/tests/runs"): ("knowledge_test.started",),
    ("PUT", f"{API}/knowledge/tests/policy"): ("policy.changed",),
    ("POST", f"{API}/calls/{{call_id}}/flags"): ("moment.flagged",),
    ("POST", f"{API}/knowledge/drafts"): ("entry.drafted",),
    ("POST", f"{API}/curation/items/{{item_id}}/actions"): ("curation_item.decided",),
    ("POST", f"{API}/curation/items/{{item_id}}/draft"): ("entry.drafted",),
    ("POST", f"{API}/curation/items/{{item_id}}/publish"): ("entry.published", "curation_item.decided"),
    ("POST", f"{API}/curation/items/{{item_id}}/send-back"): ("entry.turned_down", "curation_item.decided"),
    ("POST", f"{API}/curation/look"): ("curation.looked",),
    ("POST", f"{API}/must-reads"): ("must_read.created",),
    ("POST", f"{API}/must-reads/{{must_read_id}}/acknowledge"): ("must_read.acknowledged",),
    ("POST", f"{API}/must-reads/{{must_read_id}}/remind"): ("must_read.reminded",),
    ("POST", f"{API}/must-reads/{{must_read_id}}/close"): ("must_read.closed",),
    ("POST", f"{API}/knowledge/entries/{{entry_id}}/comments"): ("entry.commented",),
    ("POST", f"{API}/knowledge/entries/bulk"): ("entry.revised", "entry.retired"),
    ("POST", f"{API}/knowledge/words"): ("words.created",),
    ("POST", f"{API}/knowledge/words/import"): ("words.imported",),
    ("PUT", f"{API}/knowledge/words/{{group_id}}"): ("words.changed",),
    ("DELETE", f"{API}/knowledge/words/{{group_id}}"): ("words.removed",),
    ("POST", f"{API}/taxonomy/{{pack}}/changes"): ("taxonomy.changed",),
    ("PUT", f"{API}/taxonomy/{{pack}}/file"): ("taxonomy.imported",),
    ("POST", f"{API}/taxonomy/{{pack}}/restore"): ("taxonomy.restored",),
    ("POST", f"{API}/category-models"): ("category_model.ordered",),
    ("POST", f"{API}/category-models/{{number}}/live"): ("category_model.rolled_back",),
    ("POST", f"{API}/imports"): ("import.created",),
    ("POST", f"{API}/imports/files"): ("import.file_added",),
    ("PUT", f"{API}/imports/{{import_id}}/settings"): ("import.settings_changed",),
    ("POST", f"{API}/imports/{{import_id}}/read"): ("import.read",),
    ("POST", f"{API}/imports/{{import_id}}/publish"): ("import.published",),
    ("POST", f"{API}/imports/{{import_id}}/cancel"): ("import.cancelled",),
    ("POST", f"{API}/imports/{{import_id}}/take-back"): ("import.taken_back",),
    ("PUT", f"{API}/imports/{{import_id}}/files/{{file_id}}/settings"): ("import.settings_changed",),
    ("DELETE", f"{API}/imports/{{import_id}}/files/{{file_id}}/settings"): ("import.settings_changed",),
    ("DELETE", f"{API}/imports/{{import_id}}/files/{{file_id}}"): ("import.file_removed",),
    ("PUT", f"{API}/calls/{{call_id}}/case"): ("case.created", "case.changed", "call.read"),
    ("PUT", f"{API}/knowledge/cases/{{case_id}}"): ("case.changed",),
    ("DELETE", f"{API}/knowledge/cases/{{case_id}}"): ("case.removed",),
    ("POST", f"{API}/call-search/export"): ("call_search.exported",),
    ("POST", f"{API}/call-search/rebuild"): ("call_search.rebuilt",),
    ("POST", f"{API}/training/clips"): ("clip.created",),
    ("DELETE", f"{API}/training/clips/{{clip_id}}"): ("clip.removed",),
    ("POST", f"{API}/training/lessons"): ("lesson.saved",),
    ("PUT", f"{API}/training/lessons/{{lesson_id}}"): ("lesson.saved",),
    ("POST", f"{API}/training/lessons/{{lesson_id}}/publish"): ("lesson.published",),
    ("POST", f"{API}/training/lessons/{{lesson_id}}/retire"): ("lesson.retired",),
    ("POST", f"{API}/training/lessons/{{lesson_id}}/attempts"): ("lesson.attempted",),
    ("POST", f"{API}/training/attempts/{{attempt_id}}/answers"): ("lesson.answered",),
    ("POST", f"{API}/training/attempts/{{attempt_id}}/finish"): ("lesson.finished",),
    ("PUT", f"{API}/training/new-hires/{{account_id}}"): ("new_hire.set",),
    ("DELETE", f"{API}/training/new-hires/{{account_id}}"): ("new_hire.ended",),
    ("POST", f"{API}/training/skills/{{proposal_id}}/decision"): ("skill.confirmed", "skill.declined"),
    ("POST", f"{API}/calls/replays"): ("call.started",),
    ("POST", f"{API}/demo-calls/{{demo_id}}/calls"): ("call.started",),
    ("POST", f"{API}/calls/{{call_id}}/stop"): ("call.stopped",),
    ("PUT", f"{API}/telephony/agent/state"): ("agent.state_chosen",),
    ("POST", f"{API}/telephony/agent/transfer"): ("call.transferred",),
    ("POST", f"{API}/telephony/agent/flow"): ("call.sent_to_flow",),
    ("POST", f"{API}/telephony/agent/consult"): ("call.consulted",),
    ("DELETE", f"{API}/telephony/agent/consult"): ("call.consult_cancelled",),
    ("POST", f"{API}/telephony/agent/conference"): ("call.joined_three",),
    ("POST", f"{API}/telephony/agent/conference/members"): ("call.party_invited",),
    ("DELETE", f"{API}/telephony/agent/conference/members/{{leg_id}}"): ("call.party_removed",),
    ("POST", f"{API}/calls/{{call_id}}/suggestions/{{suggestion_id}}/feedback"): ("suggestion.judged",),
    ("PUT", f"{API}/calls/{{call_id}}/category"): ("call.category_chosen",),
    ("PUT", f"{API}/ivr/flows/{{name}}"): ("ivr.flow_saved",),
    ("POST", f"{API}/ivr/flows/{{name}}/versions/{{number}}/publish"): ("ivr.flow_published",),
    ("PUT", f"{API}/ivr/numbers"): ("ivr.numbers_changed",),
    ("PUT", f"{API}/ivr/push"): ("policy.changed",),
    ("POST", f"{API}/ivr/recordings"): ("ivr.prompt_recorded",),
    ("POST", f"{API}/ivr/recordings/remove"): ("ivr.recording_removed",),
    ("POST", f"{API}/surveys/replies"): ("survey.replied",),
    ("POST", f"{API}/callbacks/{{request_id}}/take"): ("callback.taken",),
    ("POST", f"{API}/callbacks/{{request_id}}/release"): ("callback.released",),
    ("POST", f"{API}/callbacks/{{request_id}}/dial"): ("callback.dialled",),
    ("POST", f"{API}/callbacks/{{request_id}}/outcome"): ("callback.attempted",),
    ("POST", f"{API}/voicemails/{{voicemail_id}}/order"): ("voicemail.ordered",),
    ("POST", f"{API}/voicemails/{{voicemail_id}}/callback"): ("voicemail.handled", "callback.taken"),
    ("POST", f"{API}/voicemails/{{voicemail_id}}/done"): ("voicemail.handled",),
    ("PUT", f"{API}/calls/{{call_id}}/recording/hold"): ("recording.held",),
    ("DELETE", f"{API}/calls/{{call_id}}/recording/hold"): ("recording.released",),
    ("POST", f"{API}/floor/calls/{{call_id}}/supervise"): ("floor.supervised",),
    ("POST", f"{API}/floor/calls/{{call_id}}/take-over"): ("floor.taken_over",),
    ("POST", f"{API}/floor/calls/{{call_id}}/cards"): ("floor.card_pushed",),
    ("PUT", f"{API}/floor/agents/{{agent}}/state"): ("floor.state_set",),
}
"""Actions of the routes that change something."""

AUDITED_READING: Mapping[Route, tuple[str, ...]] = {
    ("GET", f"{API}/calls/{{call_id}}"): ("call.read",),
    ("GET", f"{API}/calls/{{call_id}}/events"): ("call.read",),
    (SOCKET, f"{API}/calls/{{call_id}}/stream"): ("call.read",),
    ("GET", f"{API}/calls/{{call_id}}/summary"): ("call.read",),
    ("GET", f"{API}/calls/{{call_id}}/measures"): ("call.read",),
    ("GET", f"{API}/calls/{{call_id}}/audio"): ("call.listened",),
    ("GET", f"{API}/calls/{{call_id}}/case"): ("call.read", "case.read"),
    ("GET", f"{API}/calls/{{call_id}}/ivr"): ("call.read",),
    ("GET", f"{API}/knowledge/cases/{{case_id}}"): ("case.read",),
    ("GET", f"{API}/knowledge/cases/{{case_id}}/evidence"): ("case.evidence_read",),
    ("GET", f"{API}/knowledge/words/export"): ("words.exported",),
    ("GET", f"{API}/knowledge/gold-questions/file"): ("gold_question.exported",),
    ("GET", f"{API}/taxonomy/{{pack}}/file"): ("taxonomy.exported",),
    ("GET", f"{API}/audit/entries/file"): ("audit.exported",),
    ("GET", f"{API}/floor"): ("floor.watched",),
    (SOCKET, f"{API}/floor/stream"): ("floor.watched",),
    ("GET", f"{API}/telephony/softphone"): ("softphone.opened",),
    ("GET", f"{API}/voicemails/{{voicemail_id}}/audio"): ("voicemail.listened",),
}
"""Actions of listening, of exports, and of reading what somebody else's customer said.

`call.read` is for calls of others, `case.read` and `case.evidence_read` for cases with names and numbers. Each is
written once in ten minutes for an account and an object.
"""

NOT_AUDITED: Mapping[Route, str] = {
    ("POST", f"{API}/hints/books/{{sector}}/test"): "tries a hint book on typed sentences and keeps nothing",
    ("POST", f"{API}/call-search"): "searches and keeps nothing; opening a call and exports are recorded",
    ("POST", f"{API}/training/speech"): "writes a spoken answer down and keeps nothing",
    ("POST", f"{API}/search"): "searches and keeps nothing",
    ("POST", f"{API}/addresses/match"): "says which place an address means; the address stands in the body only",
    ("POST", f"{API}/work-orders/slots"): "says when a crew could come; the address stands in the body only",
    ("POST", f"{API}/customers/search"): "names no more than a list; opening a file is recorded",
    ("POST", f"{API}/knowledge/cases/search"): "searches and keeps nothing; cases come de-identified",
    ("POST", f"{API}/knowledge/hit-test"): "searches and keeps nothing",
    ("POST", f"{API}/knowledge/tests/draft"): "tries a text and keeps nothing",
    ("POST", f"{API}/ivr/check"): "checks a flow and keeps nothing",
    ("POST", f"{API}/ivr/simulations"): "plays a made-up caller and keeps nothing",
    ("POST", f"{API}/ivr/hearing"): "writes a sound down and keeps nothing",
    ("POST", f"{API}/ivr/speech"): "speaks a text and keeps nothing of who asked",
    ("POST", f"{API}/routing/check"): "judges rules and keeps nothing",
    ("POST", f"{API}/waiting/announcement"): "says what a waiting caller would hear and keeps nothing",
    ("POST", f"{API}/routing/trials"): "says what would happen to a call and keeps nothing",
    ("POST", f"{API}/routing/replays"): "says what would have happened and keeps nothing",
    ("PUT", f"{API}/knowledge/entries/{{entry_id}}/subscription"): "one's own subscription",
    ("POST", f"{API}/notifications/read"): "one's own notifications, and whether one has seen them",
}
"""Routes that look as if they changed something, with the reason why no entry is written."""


class UndeclaredAuditError(Exception):
    """A route changes something, and no list says which audit entry it writes or why it writes none."""


def actions() -> frozenset[str]:
    """Return every action that a route declares."""
    return frozenset(action for table in (AUDITED, AUDITED_READING) for row in table.values() for action in row)


def check_audited(routes: Iterable[RouteAccess]) -> None:
    """Insist that every route which changes something stands in exactly one list, and every list names real routes.

    Raises:
        UndeclaredAuditError: It does not; the message names the route.
    """
    known = {(route.method, route.path) for route in routes}
    for route in sorted(known):
        is_listed = (route in AUDITED) + (route in NOT_AUDITED)
        if route[0] not in READING_METHODS and is_listed != 1:
            raise UndeclaredAuditError(f"{' '.join(route)} must name its audit action, or the reason why it has none")
    for listed in sorted({*AUDITED, *AUDITED_READING, *NOT_AUDITED} - known):
        raise UndeclaredAuditError(f"there is no route {' '.join(listed)}; take it out of the lists of audited routes")
