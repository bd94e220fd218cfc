"""HTTP: the trainer's room and practice."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, status
from fastapi.responses import FileResponse

from assist_api.audit.deps import ActorDep, AuditDep
from assist_api.http.deps import CoreDep, SessionDep, permitted, provided
from assist_api.http.permissions import Permission
from assist_api.http.principal import CurrentAccount
from assist_api.notifications.service import Notifier
from assist_api.training.attempts import AttemptDesk
from assist_api.training.lessons import LessonDesk
from assist_api.training.material import CallMaterial
from assist_api.training.schemas import (
    Answer,
    AttemptView,
    ClipDraft,
    ClipList,
    ClipView,
    GradedAnswer,
    LessonDraft,
    LessonEdit,
    LessonHead,
    LessonList,
    PracticeView,
    ResultList,
    SpokenText,
)
from assist_api.training.skills import SkillDecision, SkillList, Skills, SkillView
from assist_api.transcripts.dictation import written_down
from speech.engine import SpeechEngine

router = APIRouter(prefix="/training", tags=["training"])
Learner = Annotated[CurrentAccount, Depends(permitted(Permission.LEARN))]
Teacher = Annotated[CurrentAccount, Depends(permitted(Permission.TEACH))]
ResultReader = Annotated[CurrentAccount, Depends(permitted(Permission.READ_RESULTS))]
MaterialDep = Annotated[CallMaterial, Depends(provided(CallMaterial))]
SkillConfirmer = Annotated[CurrentAccount, Depends(permitted(Permission.CONFIRM_SKILLS))]
AUDIO: dict[int | str, dict[str, Any]] = {200: {"content": {"audio/flac": {}}}}


async def get_lessons(session: SessionDep, core: CoreDep, audit: AuditDep, material: MaterialDep) -> LessonDesk:
    """Return the trainer's desk of this request."""
    return LessonDesk(session, core.clock, audit, material)


async def get_skills(
    session: SessionDep, core: CoreDep, audit: AuditDep, notifier: Annotated[Notifier, Depends(provided(Notifier))]
) -> Skills:
    """Return the skills of this request."""
    return Skills(session, core.clock, audit, notifier)


SkillsDep = Annotated[Skills, Depends(get_skills)]


async def get_attempts(
    session: SessionDep, core: CoreDep, audit: AuditDep, material: MaterialDep, skills: SkillsDep
) -> AttemptDesk:
    """Return the learner's desk of this request."""
    return AttemptDesk(session, core.clock, audit, material, skills)


LessonsDep = Annotated[LessonDesk, Depends(get_lessons)]
AttemptsDep = Annotated[AttemptDesk, Depends(get_attempts)]


@router.get("/clips")
async def list_clips(_account: Teacher, lessons: LessonsDep, call_id: UUID | None = None) -> ClipList:
    """List clips, the newest first."""
    return await lessons.clips(call_id)


@router.post("/clips", status_code=status.HTTP_201_CREATED)
async def make_clip(draft: ClipDraft, _account: Teacher, actor: ActorDep, lessons: LessonsDep) -> ClipView:
    """Keep a part of a finished call, de-identified."""
    return await lessons.make_clip(actor, draft)


@router.delete("/clips/{clip_id}", status_code=status.HTTP_204_NO_CONTENT)
async def remove_clip(clip_id: UUID, _account: Teacher, actor: ActorDep, lessons: LessonsDep) -> None:
    """Delete a clip; 409 `clip_in_use` while a lesson holds it."""
    await lessons.remove_clip(actor, clip_id)


@router.get("/clips/{clip_id}/audio", response_class=FileResponse, responses=AUDIO)
async def get_clip_audio(clip_id: UUID, _account: Teacher, lessons: LessonsDep, material: MaterialDep) -> FileResponse:
    """Return a clip, with a tone over masked words."""
    clip = await lessons.find_clip(clip_id)
    return _sound(await material.audio(clip.call_id, clip.start_ms, clip.end_ms))


@router.get("/calls/{call_id}")
async def get_practice_call(call_id: UUID, _account: Teacher, lessons: LessonsDep) -> PracticeView:
    """Return the turns of a call's caller, each with what was right then."""
    return await lessons.practice(call_id)


@router.get("/lessons")
async def list_lessons(account: Learner, lessons: LessonsDep) -> LessonList:
    """List published lessons with one's own results, and drafts for those who teach."""
    return await lessons.lessons(account)


@router.post("/lessons", status_code=status.HTTP_201_CREATED)
async def create_lesson(draft: LessonDraft, _account: Teacher, actor: ActorDep, lessons: LessonsDep) -> LessonEdit:
    """Make a lesson or an exam, as a draft."""
    return await lessons.save(actor, draft)


@router.get("/lessons/{lesson_id}")
async def get_lesson(lesson_id: UUID, _account: Teacher, lessons: LessonsDep) -> LessonEdit:
    """Return a lesson with its answers, for who teaches."""
    return await lessons.edit(lesson_id)


@router.put("/lessons/{lesson_id}")
async def update_lesson(
    lesson_id: UUID, draft: LessonDraft, _account: Teacher, actor: ActorDep, lessons: LessonsDep
) -> LessonEdit:
    """Change a lesson; 409 `lesson_changed` when somebody saved it meanwhile."""
    return await lessons.save(actor, draft, lesson_id)


@router.post("/lessons/{lesson_id}/publish")
async def publish_lesson(lesson_id: UUID, _account: Teacher, actor: ActorDep, lessons: LessonsDep) -> LessonHead:
    """Show a lesson to everyone who learns."""
    return await lessons.set_state(actor, lesson_id, "published")


@router.post("/lessons/{lesson_id}/retire")
async def retire_lesson(lesson_id: UUID, _account: Teacher, actor: ActorDep, lessons: LessonsDep) -> LessonHead:
    """Take a lesson out of the list; its results stay."""
    return await lessons.set_state(actor, lesson_id, "retired")


@router.get("/lessons/{lesson_id}/results")
async def list_lesson_results(lesson_id: UUID, _account: ResultReader, lessons: LessonsDep) -> ResultList:
    """List everyone's attempts at a lesson."""
    return await lessons.results(lesson_id)


@router.post("/lessons/{lesson_id}/attempts", status_code=status.HTTP_201_CREATED)
async def start_attempt(lesson_id: UUID, account: Learner, actor: ActorDep, attempts: AttemptsDep) -> AttemptView:
    """Begin an attempt, or go on with the open one."""
    return await attempts.start(account, actor, lesson_id)


@router.get("/attempts/{attempt_id}")
async def get_attempt(attempt_id: UUID, account: Learner, attempts: AttemptsDep) -> AttemptView:
    """Return one's own attempt, or anybody's for who reads results."""
    return await attempts.view(account, attempt_id)


@router.post("/attempts/{attempt_id}/answers")
async def answer_item(
    attempt_id: UUID, answer: Answer, account: Learner, actor: ActorDep, attempts: AttemptsDep
) -> GradedAnswer:
    """Answer a question, an exercise or the caller of a role play, and get the score with its reasons."""
    return await attempts.answer(account, actor, attempt_id, answer)


@router.post("/attempts/{attempt_id}/finish")
async def finish_attempt(attempt_id: UUID, account: Learner, actor: ActorDep, attempts: AttemptsDep) -> AttemptView:
    """End an attempt and get its score."""
    return await attempts.finish(account, actor, attempt_id)


@router.get("/attempts/{attempt_id}/items/{item_id}/audio", response_class=FileResponse, responses=AUDIO)
async def get_item_audio(
    attempt_id: UUID,
    item_id: str,
    account: Learner,
    attempts: AttemptsDep,
    turn: Annotated[int | None, Query(ge=0, le=500)] = None,
) -> FileResponse:
    """Return what a part of a lesson lets its learner hear, with a tone over masked words."""
    return _sound(await attempts.audio(account, attempt_id, item_id, turn))


@router.post(
    "/speech",
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {"audio/wav": {"schema": {"type": "string", "format": "binary"}}},
        }
    },
)
async def write_down_answer(
    _account: Learner, request: Request, engine: Annotated[SpeechEngine, Depends(provided(SpeechEngine))]
) -> SpokenText:
    """Write down a spoken answer: a WAV file of one channel and at most 60 s is the body; nothing of it is kept."""
    return SpokenText(text=await written_down(engine, await request.body()))


@router.get("/skills")
async def list_skills(_account: ResultReader, skills: SkillsDep) -> SkillList:
    """List the skills that passed exams propose; open ones first."""
    return await skills.listed()


@router.get("/skills/mine")
async def list_own_skills(account: Learner, skills: SkillsDep) -> SkillList:
    """List one's own skills, confirmed and proposed."""
    return await skills.listed(account.id)


@router.post("/skills/{proposal_id}/decision")
async def decide_skill(
    proposal_id: UUID, decision: SkillDecision, _account: SkillConfirmer, actor: ActorDep, skills: SkillsDep
) -> SkillView:
    """Confirm or decline a skill that a passed exam proposes, or take it back; the learner is told."""
    return await skills.decide(actor, proposal_id, decision)


def _sound(path: object) -> FileResponse:
    return FileResponse(str(path), media_type="audio/flac", content_disposition_type="inline")
