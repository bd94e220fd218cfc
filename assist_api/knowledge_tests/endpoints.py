"""HTTP: gold questions, what a draft would do to them, the history of runs, and the hit test."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response, status

from assist_api.audit.deps import ActorDep, AuditDep
from assist_api.http.core import DetailValue
from assist_api.http.deps import CoreDep, SessionDep, permitted, provided
from assist_api.http.permissions import Permission
from assist_api.http.principal import CurrentAccount
from assist_api.knowledge.policy import KNOWLEDGE_TESTS, KnowledgeTestPolicy
from assist_api.knowledge.publishing import PublicationGate
from assist_api.knowledge_tests.hit_test import HitTest
from assist_api.knowledge_tests.job import FullRunJob
from assist_api.knowledge_tests.schemas import (
    DraftToTest,
    FullRunState,
    HitTestAnswer,
    HitTestRequest,
    NewQuestion,
    PolicyChoice,
    QuestionFile,
    QuestionImport,
    QuestionList,
    QuestionRows,
)
from assist_api.policies.endpoints import PoliciesDep
from assist_api.policies.service import InForce
from kb.entries.validation import check_entry
from kb.gold.exchange import FileFormat, read_questions, write_questions
from kb.gold.questions import GoldQuestionService
from kb.gold.runs import GoldRunService
from kb.gold.schemas import GoldQuestionDetail, GoldReport, GoldRunFull, GoldRunPage, PolicyDetail
from kit.paging import MAX_PAGE_SIZE

router = APIRouter(prefix="/knowledge", tags=["knowledge tests"])
Editor = Annotated[CurrentAccount, Depends(permitted(Permission.EDIT_ENTRIES))]
Cursor = Annotated[str | None, Query(max_length=200)]
PageSize = Annotated[int, Query(ge=1, le=MAX_PAGE_SIZE)]
MEDIA_TYPES = {FileFormat.CSV: "text/csv; charset=utf-8", FileFormat.JSONL: "application/x-ndjson"}


async def get_questions(session: SessionDep, core: CoreDep) -> GoldQuestionService:
    """Return the gold questions of this request."""
    return GoldQuestionService(session, core.clock)


async def get_runs(session: SessionDep, core: CoreDep) -> GoldRunService:
    """Return the history of runs of this request."""
    return GoldRunService(session, core.clock)


GateDep = Annotated[PublicationGate, Depends(provided(PublicationGate))]
FullRunDep = Annotated[FullRunJob, Depends(provided(FullRunJob))]
HitTestDep = Annotated[HitTest, Depends(provided(HitTest))]
QuestionsDep = Annotated[GoldQuestionService, Depends(get_questions)]
RunsDep = Annotated[GoldRunService, Depends(get_runs)]


@router.get("/entries/{entry_id}/gold-questions")
async def list_gold_questions(entry_id: UUID, _editor: Editor, questions: QuestionsDep) -> QuestionList:
    """List the gold questions of an entry, the oldest first."""
    return QuestionList(items=await questions.list_questions(entry_id))


@router.post("/entries/{entry_id}/gold-questions", status_code=status.HTTP_201_CREATED)
async def add_gold_question(
    entry_id: UUID,
    question: NewQuestion,
    _editor: Editor,
    session: SessionDep,
    questions: QuestionsDep,
    audit: AuditDep,
    actor: ActorDep,
) -> GoldQuestionDetail:
    """Add a gold question to an entry."""
    added = await questions.add(entry_id, question.text, question.origin, actor.name)
    details = {"entry_id": str(entry_id)}
    audit.record(session, actor, "gold_question.added", "gold_question", added.id, after=added, details=details)
    return added


@router.delete("/gold-questions/{question_id}", status_code=status.HTTP_204_NO_CONTENT)
async def remove_gold_question(
    question_id: UUID,
    _editor: Editor,
    session: SessionDep,
    questions: QuestionsDep,
    audit: AuditDep,
    actor: ActorDep,
) -> None:
    """Take a gold question out of the tests."""
    await questions.remove(question_id)
    audit.record(session, actor, "gold_question.removed", "gold_question", question_id)


@router.get("/gold-questions")
async def list_all_gold_questions(_editor: Editor, questions: QuestionsDep) -> QuestionRows:
    """List every gold question of published entries."""
    return QuestionRows(items=await questions.rows())


@router.get(
    "/gold-questions/file",
    response_class=Response,
    responses={200: {"content": {"text/csv": {}, "application/x-ndjson": {}}}},
)
async def export_gold_questions(
    _editor: Editor,
    session: SessionDep,
    questions: QuestionsDep,
    audit: AuditDep,
    actor: ActorDep,
    file_format: Annotated[FileFormat, Query(alias="format")],
) -> Response:
    """Download every gold question; the import takes the file back."""
    rows = await questions.rows()
    content = write_questions(rows, file_format)
    details: dict[str, DetailValue] = {"format": file_format.value, "questions": len(rows)}
    audit.record(session, actor, "gold_question.exported", "gold_question", "all", details=details)
    # Excel reads UTF-8 only when the file says so.
    start = "\ufeff" if file_format is FileFormat.CSV else ""
    return Response(
        start + content,
        media_type=MEDIA_TYPES[file_format],
        headers={"Content-Disposition": f'attachment; filename="gold-questions.{file_format.value}"'},
    )


@router.post("/gold-questions/file")
async def import_gold_questions(
    file: QuestionFile,
    _editor: Editor,
    session: SessionDep,
    questions: QuestionsDep,
    audit: AuditDep,
    actor: ActorDep,
) -> QuestionImport:
    """Add the questions of a file, all or none; each problem of a refusal names its line and field."""
    count = await questions.import_questions(read_questions(file.content, file.format), actor.name)
    details: dict[str, DetailValue] = {
        "format": file.format.value,
        "added": count.added,
        "unchanged": count.unchanged,
    }
    audit.record(session, actor, "gold_question.imported", "gold_question", "all", details=details)
    return QuestionImport(added=count.added, unchanged=count.unchanged)


@router.post("/tests/draft")
async def try_draft(request: DraftToTest, _editor: Editor, gate: GateDep) -> GoldReport | None:
    """Say what publishing a text would do to the gold questions; null when it touches none."""
    check_entry(request.draft)
    return await gate.report(request.draft, request.entry_id)


@router.get("/tests/runs")
async def list_test_runs(
    _editor: Editor, runs: RunsDep, entry_id: UUID | None = None, cursor: Cursor = None, limit: PageSize = 50
) -> GoldRunPage:
    """List the history of runs, the newest first."""
    return await runs.list_runs(entry_id=entry_id, cursor=cursor, limit=limit)


@router.get("/tests/runs/{run_id}")
async def get_test_run(run_id: UUID, _editor: Editor, runs: RunsDep) -> GoldRunFull:
    """Return a run with the questions it changed."""
    return await runs.get_run(run_id)


@router.post("/tests/runs", status_code=status.HTTP_202_ACCEPTED)
async def start_test_run(_editor: Editor, actor: ActorDep, full_run: FullRunDep) -> FullRunState:
    """Run all gold questions in the background; 409 `knowledge_test_running` while one goes on."""
    await full_run.start(actor)
    return await full_run.state()


@router.get("/tests/state")
async def get_test_state(_editor: Editor, full_run: FullRunDep) -> FullRunState:
    """Return how far the run of all questions is."""
    return await full_run.state()


@router.get("/tests/policy")
async def get_test_policy(_editor: Editor, policies: PoliciesDep) -> PolicyDetail:
    """Return what happens when a text would cost gold questions their place."""
    await policies.refresh()
    return _policy_detail(policies.in_force(KNOWLEDGE_TESTS))


@router.put("/tests/policy")
async def choose_test_policy(
    choice: PolicyChoice, _editor: Editor, actor: ActorDep, policies: PoliciesDep
) -> PolicyDetail:
    """Choose what happens when a text would cost gold questions their place."""
    await policies.refresh()
    value = policies.in_force(KNOWLEDGE_TESTS).value.model_dump(mode="json") | {"drop_policy": choice.policy}
    return _policy_detail(await policies.choose(actor, KNOWLEDGE_TESTS, value, note="", based_on=None))


@router.post("/hit-test")
async def run_hit_test(request: HitTestRequest, _editor: Editor, hit_test: HitTestDep) -> HitTestAnswer:
    """Search as cards do and explain every hit, also as if an edited text were published."""
    return await hit_test.answer(request)


def _policy_detail(found: InForce) -> PolicyDetail:
    settings, version = found.value, found.version
    if not isinstance(settings, KnowledgeTestPolicy):
        raise TypeError("the policy of knowledge tests holds settings of another model")
    return PolicyDetail(
        policy=settings.drop_policy,
        chosen_by=None if version is None else version.author_name,
        chosen_at=None if version is None else version.since,
    )
