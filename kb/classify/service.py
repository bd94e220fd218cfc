"""Keeps a classifier in step with the knowledge: numbered, measured before it goes live, asked without waiting."""

from __future__ import annotations

import asyncio
import hashlib
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import TypeVar

import structlog

from kb.classify.classifier import CategoryClassifier, CategoryRankingResult
from kb.classify.comparison import compare
from kb.classify.examples import Example, ExampleSource, Origin, examples_from
from kb.classify.models import CategoryModelRow
from kb.classify.registry import NOTHING_TO_COMPARE, Candidate, Comparison, ModelRegistry, Reason, Write, nothing_else
from kb.classify.scorers import Floats
from kb.classify.storage import StoredModel, load_model, model_path, remove_models, save_model
from kb.classify.text import content_text, vector_text
from kb.classify.training import Trained, embed, fit
from kb.search.documents import DocumentSource
from kb.search.embedders.base import Embedder
from kb.taxonomy.tree import Taxonomy, load_taxonomy
from kit.clock import Clock
from kit.errors import AssistError, ConflictError, InvalidInputError
from kit.tasks import background_executor

T = TypeVar("T")
log = structlog.get_logger(__name__)

CHECK_SECONDS = 30.0
"""How often `follow` looks for changed knowledge; an import of many files is learned once, not file by file."""


@dataclass(frozen=True, slots=True)
class ModelPolicy:
    """When a model is learned and which goes live.

    Attributes:
        tolerance: A new model may be this much less accurate than the live one and still replace it: it knows what
            is new, and so small a difference is chance.
        choices: So many new choices of agents are reason enough to learn anew.
        choices_after: Fewer choices wait at most this long.
        kept_files: So many of the newest models can be rolled back to.
    """

    tolerance: float = 0.01
    choices: int = 20
    choices_after: timedelta = timedelta(hours=6)
    kept_files: int = 10


@dataclass(frozen=True, slots=True)
class DueTraining:
    """Why a model is to be learned, and the state of its sources that says so.

    Attributes:
        reason: Kept with the model.
        change_number: The newest change of the knowledge.
        taxonomy: The one in force.
        choices: State of the agents' choices; empty without a source of them.
    """

    reason: Reason
    change_number: int
    taxonomy: Taxonomy
    choices: str


class CategoryService:
    """The work-order category of a call. Owns its executors; one per process."""

    def __init__(
        self,
        source: DocumentSource,
        registry: ModelRegistry,
        folder: Path,
        clock: Clock,
        embedder: Embedder | None = None,
        *,
        choices: ExampleSource | None = None,
        policy: ModelPolicy | None = None,
    ) -> None:
        """Keep the parts; nothing is loaded.

        Args:
            source: Where published entries and cases come from.
            registry: Where models are numbered and decided on.
            folder: Where their weights are kept; derived data, safe to delete.
            clock: Paces `follow`.
            embedder: Adds the view by meaning; owned by the caller.
            choices: What agents chose for their calls.
            policy: When a model is learned and which goes live.
        """
        self._source = source
        self._registry = registry
        self._folder = folder
        self._clock = clock
        self._embedder = embedder
        self._choices = choices
        self._policy = policy or ModelPolicy()
        self._classifier: CategoryClassifier | None = None
        self._number: int | None = None
        self._seen: tuple[int, Taxonomy | None] = (-1, None)
        self._stood_in_for: tuple[int, Taxonomy] | None = None
        self._learned_choices = ""
        self._is_judged = False
        self._vectors: dict[str, Floats] = {}
        self._training = asyncio.Lock()
        self._has_ended = threading.Event()
        # Ranking takes milliseconds and never waits behind learning, which takes seconds.
        self._learner = background_executor("category-learner")
        self._ranker = ThreadPoolExecutor(1, thread_name_prefix="category-ranker")

    @property
    def is_ready(self) -> bool:
        """Whether categories can be ranked."""
        return self._classifier is not None

    @property
    def is_settled(self) -> bool:
        """Whether the classifier is the one meant for the knowledge, not the lexical one that stands in for it."""
        return self.is_ready and self._is_judged

    @property
    def live_number(self) -> int | None:
        """Number of the model that answers here; None while it is the one that stands in."""
        return self._number

    @property
    def is_learning(self) -> bool:
        """Whether a model is being learned or decided on now."""
        return self._training.locked()

    @property
    def policy(self) -> ModelPolicy:
        """When models are learned and which go live."""
        return self._policy

    async def present_files(self) -> frozenset[int]:
        """Return the numbers of the models whose files are here."""
        numbers = [row.number for row in await self._registry.list_models()]
        return await asyncio.to_thread(
            lambda: frozenset(number for number in numbers if model_path(self._folder, number).is_file())
        )

    async def ensure_trained(self) -> bool:
        """Load the live model, and learn one for the knowledge as it is now; the old one answers meanwhile.

        Without a live one, a lexical classifier comes first and the vectors fill in behind.

        Returns:
            Whether there is a classifier; there is none while the knowledge has fewer than two categories.
        """
        async with self._training:
            await self._load_live()
            number, taxonomy = await self._source.latest_change_number(), load_taxonomy()
            is_known = (number, taxonomy) == self._seen
            if is_known and not await self._has_enough_choices():
                return self.is_ready
            await self._renew(Reason.CHOICES if is_known else Reason.KNOWLEDGE, "")
            self._seen = (number, taxonomy)
            return self.is_ready

    async def refresh(self) -> bool:
        """Load the live model if it is another than the one that answers here.

        Where there is none to load, a lexical model that is kept nowhere answers until one is learned.

        Returns:
            Whether there is a classifier.
        """
        async with self._training:
            await self._load_live()
            state = (await self._source.latest_change_number(), load_taxonomy())
            if self._classifier is None and state != self._stood_in_for:
                await self._stand_in(await self._examples())
                self._stood_in_for = state
            return self.is_ready

    async def due(self) -> DueTraining | None:
        """Return why a model is to be learned; None while the last one that was noted holds."""
        number, taxonomy = await self._source.latest_change_number(), load_taxonomy()
        choices = "" if self._choices is None else await self._choices.state()
        if (number, taxonomy) != self._seen:
            return DueTraining(Reason.KNOWLEDGE, number, taxonomy, choices)
        if await self._has_enough_choices():
            return DueTraining(Reason.CHOICES, number, taxonomy, choices)
        return None

    def note_ordered(self, due: DueTraining) -> None:
        """Note that the learning of a model was ordered, here or for another process; it is not due again."""
        self._seen = (due.change_number, due.taxonomy)
        self._learned_choices = due.choices

    async def train(self, asked_by: str, reason: Reason = Reason.ASKED) -> int | None:
        """Learn from everything there is and decide on the model; waits while another one is learned here.

        Args:
            asked_by: Display name of the person who asks; empty when the server learns by itself.
            reason: Kept with the model.

        Returns:
            Number of the model for this data, which may have been learned before; None with too little knowledge.
        """
        async with self._training:
            await self._load_live()
            return await self._renew(reason, asked_by)

    async def roll_back(
        self, number: int, done_by: str, note: str = "", *, also: Write = nothing_else
    ) -> CategoryModelRow:
        """Make an earlier model the live one, here at once, elsewhere when `follow` looks; see `make_live`.

        Raises:
            NotFoundError: There is no such model.
            ConflictError: It is live already, or its file is gone or damaged.
        """
        async with self._training:
            rows = {row.number: row for row in await self._registry.list_models()}
            stored = await self._load(rows[number]) if number in rows else None
            if number in rows and stored is None:
                message = f"The file of model {number} is gone or damaged; learn a new model instead."
                raise ConflictError(message, code="category_model_file_missing")
            row = await self._registry.make_live(number, done_by, note, also=also)
            if stored is not None:
                self._classifier, self._number, self._is_judged = stored.classifier, number, True
            log.info("category_model_rolled_back", number=number)
            return row

    async def _load_live(self) -> None:
        live = await self._registry.live()
        if live is None or live.number == self._number:
            return
        stored = await self._load(live)
        if stored is not None:
            self._classifier, self._number, self._is_judged = stored.classifier, live.number, True

    async def _load(self, row: CategoryModelRow) -> StoredModel | None:
        if row.embedder != self._embedder_name:
            return None
        return await self._learn(
            partial(load_model, model_path(self._folder, row.number), row.file_hash, self._embedder)
        )

    async def _has_enough_choices(self) -> bool:
        if self._choices is None:
            return False
        state = await self._choices.state()
        if state == self._learned_choices:
            return False
        live = await self._registry.live()
        newest = (await self._registry.list_models(1))[:1]
        learned_at = newest[0].trained_at if newest else None
        known = 0 if live is None else live.counts.get(Origin.CHOICE, 0)
        return self._is_due(len(await self._choices.examples()) - known, learned_at)

    def _is_due(self, new_choices: int, learned_at: datetime | None) -> bool:
        is_late = learned_at is None or self._clock.now() - learned_at >= self._policy.choices_after
        return new_choices >= self._policy.choices or is_late

    async def _renew(self, reason: Reason, asked_by: str) -> int | None:
        state = "" if self._choices is None else await self._choices.state()
        examples = await self._examples()
        data_hash = _fingerprint(examples, self._embedder_name)
        judged = await self._registry.find_by_data(data_hash)
        number = judged.number if judged is not None else None
        if judged is None or (self._number is None and await self._load(judged) is None):
            number = await self._learn_new(examples, data_hash, reason, asked_by)
        self._learned_choices = state
        return number

    async def _examples(self) -> Sequence[Example]:
        chosen = [] if self._choices is None else await self._choices.examples()
        documents = [document async for document in self._source.all_documents()]
        return examples_from(documents, load_taxonomy(), chosen)

    async def _stand_in(self, examples: Sequence[Example]) -> None:
        try:
            self._classifier = (await self._learn(partial(fit, examples))).classifier
        except InvalidInputError as error:
            log.info("category_training_skipped", code=error.error_code)

    async def _learn_new(
        self, examples: Sequence[Example], data_hash: str, reason: Reason, asked_by: str
    ) -> int | None:
        try:
            if self._classifier is None and self._embedder is not None:
                self._classifier = (await self._learn(partial(fit, examples))).classifier
            trained, fit_seconds = await self._learn(partial(self._fit, examples))
        except InvalidInputError as error:
            log.info("category_training_skipped", code=error.error_code)
            self._classifier, self._number, self._is_judged = None, None, False
            return None
        return await self._decide(trained, fit_seconds, examples, data_hash, reason, asked_by)

    def _fit(self, examples: Sequence[Example]) -> tuple[Trained, float]:
        began = time.perf_counter()
        if self._embedder is not None:
            self._embedder.warm_up()
            texts = list(dict.fromkeys(text for example in examples if (text := content_text(example.text))))
            vectors = embed(texts, self._embedder, self._vectors, has_ended=self._has_ended.is_set)
            self._vectors = dict(zip(map(vector_text, texts), vectors, strict=True))
        trained = fit(examples, embedder=self._embedder, known_vectors=self._vectors)
        return trained, time.perf_counter() - began

    async def _decide(
        self,
        trained: Trained,
        fit_seconds: float,
        examples: Sequence[Example],
        data_hash: str,
        reason: Reason,
        asked_by: str,
    ) -> int:
        comparison = await self._compare(trained, examples)
        goes_live = comparison.live_number is None or (
            comparison.accuracy >= comparison.live_accuracy - self._policy.tolerance
        )
        number = await self._registry.next_number()
        path = model_path(self._folder, number)
        file_hash = await self._learn(partial(save_model, trained.classifier, trained.held_out, path))
        candidate = Candidate(
            reason=Reason.FIRST if comparison.live_number is None else reason,
            trained_by=asked_by,
            fit_seconds=fit_seconds,
            data_hash=data_hash,
            embedder=self._embedder_name,
            counts=_counts(examples, trained),
            quality=trained.quality,
            comparison=comparison,
            file_hash=file_hash,
        )
        await self._registry.add(number, candidate, goes_live=goes_live)
        if goes_live or self._number is None:
            self._classifier = trained.classifier
            self._number = number if goes_live else None
        self._is_judged = True
        await self._learn(partial(remove_models, self._folder, await self._worth_keeping()))
        log.info("category_model_learned", number=number, examples=len(examples), is_live=goes_live)
        return number

    async def _compare(self, trained: Trained, examples: Sequence[Example]) -> Comparison:
        live = await self._registry.live()
        stored = await self._load(live) if live is not None else None
        if live is None or stored is None:
            return NOTHING_TO_COMPARE
        return await self._learn(partial(compare, trained, examples, stored, live.number))

    async def _worth_keeping(self) -> list[int]:
        rows = await self._registry.list_models()
        newest = [row.number for row in rows[: self._policy.kept_files]]
        live = await self._registry.live()
        return newest if live is None else [*newest, live.number]

    @property
    def _embedder_name(self) -> str:
        return self._embedder.capabilities.name if self._embedder else ""

    async def follow(self) -> None:
        """Learn anew whenever the knowledge changed; runs until cancelled. A failure leaves the old classifier."""
        while True:
            try:
                await self.ensure_trained()
            except AssistError as error:
                log.warning("category_training_failed", code=error.error_code, reason=error.message)
            await self._clock.sleep(CHECK_SECONDS)

    async def rank_call(
        self,
        customer_utterances: Sequence[str],
        agent_utterances: Sequence[str] = (),
        *,
        sector: str | None = None,
        found: Mapping[str, float] | None = None,
    ) -> CategoryRankingResult:
        """Rank the categories of a call as far as it went; abstains while there is no classifier.

        Args:
            customer_utterances: What the customer said, oldest first.
            agent_utterances: What the agent said, oldest first.
            sector: The call's, when it is known.
            found: Categories of the entries that search found, each with how much speaks for it, 1 for a certain one.
        """
        classifier = self._classifier
        if classifier is None:
            return CategoryRankingResult((), has_abstained=True)
        ask = partial(
            classifier.rank_call, tuple(customer_utterances), tuple(agent_utterances), sector=sector, found=found
        )
        return await asyncio.get_running_loop().run_in_executor(self._ranker, ask)

    async def _learn(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._learner, work)

    async def aclose(self) -> None:
        """Give up what is being learned, let the rest end and free the threads; safe to call twice."""
        self._has_ended.set()
        for executor in (self._ranker, self._learner):
            await asyncio.to_thread(executor.shutdown, cancel_futures=True)


def _counts(examples: Sequence[Example], trained: Trained) -> dict[str, int]:
    by_origin = Counter(example.origin for example in examples)
    counts = {origin.value: by_origin[origin] for origin in Origin}
    return counts | {"categories": len(trained.classifier.categories)}


def _fingerprint(examples: Sequence[Example], embedder_name: str) -> str:
    digest = hashlib.sha256(embedder_name.encode())
    for example in sorted(examples, key=lambda example: (example.category_id, example.text)):
        digest.update(f"{example.category_id}\x1f{example.text}\x1f{example.weight:.4f}\x1e".encode())
    return digest.hexdigest()
