"""What the endpoints of the knowledge tests take and give beyond `kb.gold.schemas`."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field, StringConstraints

from assist_api.http.schemas import InputModel, OutputModel
from assist_api.http.wire import WireModel
from assist_api.search.schemas import MAX_RESULTS, SectorName
from assist_api.search.shown import CardMatch
from kb.entries.schemas import EntryDraft
from kb.gold.comparison import DropPolicy
from kb.gold.exchange import FileFormat
from kb.gold.models import QuestionOrigin
from kb.gold.schemas import GoldQuestionDetail, GoldQuestionRow
from kb.kinds import Audience, DocumentKind
from kb.search.query import MAX_QUERY_CHARACTERS

MAX_FILE_CHARACTERS = 900_000
"""Below the limit of a request's body; some 10,000 questions."""


class NewQuestion(InputModel):
    """A gold question to add."""

    text: Annotated[str, StringConstraints(max_length=1_000)]
    origin: QuestionOrigin = QuestionOrigin.WRITTEN


class QuestionList(OutputModel):
    """Gold questions of an entry, the oldest first."""

    items: list[GoldQuestionDetail]


class QuestionRows(OutputModel):
    """Every gold question, by sector and entry."""

    items: list[GoldQuestionRow]


class QuestionFile(InputModel):
    """A file of gold questions, decoded."""

    format: FileFormat
    content: Annotated[str, StringConstraints(max_length=MAX_FILE_CHARACTERS)]


class QuestionImport(OutputModel):
    """What an import did."""

    added: int
    unchanged: int


class DraftToTest(InputModel):
    """A text that is not published yet."""

    entry_id: UUID | None = Field(default=None, description="The entry it is a revision of; null for a new one")
    draft: EntryDraft


class PolicyChoice(InputModel):
    """What happens from now on when a text would cost gold questions their place."""

    policy: DropPolicy


class FullRunState(OutputModel):
    """The run of all questions, while it goes on and after."""

    is_running: bool
    done: int
    total: int
    finished_run_id: UUID | None = Field(description="The last one that ended well since the server started")
    failed_code: str | None = Field(description="Why the last one ended otherwise")
    latest_at: datetime | None = Field(description="When all questions ran last, by anybody")


class HitTestRequest(InputModel):
    """A question as a card or a person would ask it; it travels in the body, never in an address."""

    text: Annotated[str, StringConstraints(max_length=MAX_QUERY_CHARACTERS)]
    kinds: list[DocumentKind] = Field(default=[DocumentKind.ENTRY], min_length=1, max_length=2)
    sector: SectorName | None = None
    region: Annotated[str, StringConstraints(max_length=32)] | None = None
    on: date | None = Field(default=None, description="The day whose validity counts; null for today")
    audience: Audience = Audience.AGENT
    is_typed: bool = Field(default=False, description="As the search field asks; otherwise as a call does")
    limit: Annotated[int, Field(ge=1, le=MAX_RESULTS)] = 10
    edit: DraftToTest | None = Field(default=None, description="Also search as if this text were published")


class ExplainedText(WireModel):
    """One text of a document as search reads it; matches count characters in it."""

    field: Literal["title", "variants", "answer", "script", "problem", "solution"]
    field_index: int
    text: str


class ExplainedHit(WireModel):
    """One hit with everything that explains it."""

    kind: DocumentKind
    document_id: UUID
    revision_number: int
    is_edit: bool = Field(description="The text being edited")
    title: str
    sector: str | None
    score: float = Field(description="Comparable within one list only")
    confidence: float = Field(description="Calibrated, 0..1")
    score_parts: dict[str, float] = Field(description="Each 0..1")
    texts: list[ExplainedText]
    matches: list[CardMatch] = Field(description="`utterance_span` lies in the question")


class ExplainedList(WireModel):
    """What one search answered, best first."""

    hits: list[ExplainedHit]
    state: Literal["complete", "lexical_only", "local", "unavailable"]
    has_answer: bool = Field(description='False: "nothing fits"')
    took_ms: float


class HitTestAnswer(WireModel):
    """The same question before and after the edit."""

    before: ExplainedList
    after: ExplainedList | None
    answer_threshold: float = Field(description="Confidence from which the best hit is trusted")
