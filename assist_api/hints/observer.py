"""Makes the hints of one call as it goes on. Pure: whoever drives it records what it returns.

At most so many new hints a minute of the call are shown as the policy says; those above it are kept and marked, so
that nothing is lost and the agent is not disturbed. A caller's anger that goes to the supervisor is never held back.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from uuid import UUID, uuid5

from assist_api.alerts.raised import TwoLanguages
from assist_api.hints.anger import AngerMeter, Sign
from assist_api.hints.diagnosis import both
from assist_api.hints.listener import BookListener, Broken
from assist_api.hints.phrases import Place
from assist_api.hints.policy import HintPolicy
from assist_api.hints.shown import HintKind, HintRaised, QuestionProposed, StepSet, StepTicked, done_steps
from assist_api.http.wire import Span
from assist_api.transcripts.utterances import LegRole, Utterance

_MINUTE_MS = 60_000
Hinted = StepTicked | HintRaised | QuestionProposed
Coaching = Callable[[str | None], tuple[BookListener, HintPolicy]]
"""Returns the hint book and the policy in force for a sector; may take a moment."""


class HintObserver:
    """Keeps the hints of one call."""

    def __init__(
        self,
        coaching: Coaching,
        sector: str | None,
        *,
        finals: Iterable[Utterance] = (),
        ticked: Iterable[StepTicked] = (),
        by_hand: Callable[[], Sequence[StepSet]] = tuple,
        raised: Iterable[HintRaised] = (),
        proposed: QuestionProposed | None = None,
    ) -> None:
        """Prepare a call, or go on with one.

        Args:
            coaching: Book and policy; asked with the first sentence and kept for the call.
            sector: Of the call; None while nobody knows.
            finals: What was said before.
            ticked: Steps that were said then.
            by_hand: Returns what the agent has decided by hand so far; asked whenever a sentence ends.
            raised: Hints that were made then.
            proposed: The question proposed last.
        """
        self._coaching = coaching
        self._sector = sector
        self._finals = {utterance.segment_id: utterance for utterance in finals}
        self._ticked = {step.step_id: step for step in ticked}
        self._by_hand = by_hand
        self._raised = list(raised)
        self._proposed = proposed
        self._parts: tuple[BookListener, HintPolicy, AngerMeter] | None = None

    def hear(self, utterances: Sequence[Utterance]) -> Sequence[Hinted]:
        """Return what finals bring: steps said, hints, and the next question where it changed."""
        new = [item for item in utterances if item.is_final and item.text and item.segment_id not in self._finals]
        hinted: list[Hinted] = []
        for utterance in sorted(new, key=_in_order):
            hinted += self._hear(utterance)
            self._finals[utterance.segment_id] = utterance
        if new and (proposed := self._propose()) is not None:
            hinted.append(proposed)
        return hinted

    def _in_force(self) -> tuple[BookListener, HintPolicy, AngerMeter]:
        if self._parts is None:
            listener, policy = self._coaching(self._sector)
            meter = AngerMeter(listener.book.anger, policy.interruptions_from)
            before: list[Utterance] = []
            for known in sorted(self._finals.values(), key=_in_order):
                if known.leg_role is LegRole.CUSTOMER:
                    meter.hear(known, before)
                before.append(known)
            self._parts = listener, policy, meter
        return self._parts

    def _hear(self, utterance: Utterance) -> Iterator[Hinted]:
        listener, policy, meter = self._in_force()
        if utterance.leg_role is LegRole.CUSTOMER:
            yield from self._anger(utterance, meter, policy)
        else:
            yield from self._tick(utterance, listener)
            for broken in listener.forbidden(utterance.text):
                yield from self._raise(_hint(HintKind.FORBIDDEN, broken, utterance), utterance, policy)
        done = done_steps(self._ticked.values(), self._by_hand())
        for broken in listener.prompts(utterance.leg_role, utterance.text, done):
            # A reminder is given once in a call: whoever was reminded and went on has decided.
            if not any(hint.kind is HintKind.PROMPT and hint.key == broken.rule.id for hint in self._raised):
                yield from self._raise(_hint(HintKind.PROMPT, broken, utterance), utterance, policy)

    def _tick(self, utterance: Utterance, listener: BookListener) -> Iterator[StepTicked]:
        caller = [known.text for known in self._finals.values() if known.leg_role is LegRole.CUSTOMER]
        for said in listener.steps(utterance.text, caller):
            if said.step.id not in self._ticked:
                ticked = StepTicked(
                    step_id=said.step.id,
                    name=both(said.step.name),
                    segment_id=utterance.segment_id,
                    span=Span(start=said.place.start, end=said.place.end),
                )
                self._ticked[ticked.step_id] = ticked
                yield ticked

    def _anger(self, utterance: Utterance, meter: AngerMeter, policy: HintPolicy) -> Iterator[HintRaised]:
        signs = meter.hear(utterance, list(self._finals.values()))
        points = sum(sign.points for sign in signs)
        is_alert = points >= policy.anger_alert_from
        known = [hint for hint in self._raised if hint.kind is HintKind.ANGER]
        if points < min(policy.anger_hint_from, policy.anger_alert_from):
            return
        if known and (not is_alert or any(hint.tells_supervisor for hint in known)):
            return
        advice = both(self._in_force()[0].book.anger_advice)
        heaviest = max((sign for sign in signs if sign.utterance is utterance), key=lambda sign: sign.points)
        yield from self._raise(_angry(heaviest, advice, tells_supervisor=is_alert), utterance, policy)

    def _raise(self, hint: HintRaised, utterance: Utterance, policy: HintPolicy) -> Iterator[HintRaised]:
        if any(known.hint_id == hint.hint_id for known in self._raised) or hint.rule in policy.muted:
            return
        shown = [known for known in self._raised if not known.is_held and self._is_recent(known, utterance)]
        is_held = len(shown) >= policy.hints_per_minute and not hint.tells_supervisor
        hint = hint.model_copy(update={"is_held": is_held})
        self._raised.append(hint)
        yield hint

    def _is_recent(self, hint: HintRaised, now: Utterance) -> bool:
        said = self._finals.get(hint.segment_id, now)
        return now.end_ms - said.end_ms < _MINUTE_MS

    def _propose(self) -> QuestionProposed | None:
        dialogue = sorted(self._finals.values(), key=_in_order)
        proposed = self._in_force()[0].diagnosis.propose(dialogue)
        if proposed is None or proposed == self._proposed:
            return None
        self._proposed = proposed
        return proposed


def _in_order(utterance: Utterance) -> tuple[int, str]:
    return utterance.start_ms, utterance.leg_role.value


def _hint(kind: HintKind, broken: Broken, utterance: Utterance) -> HintRaised:
    rule = broken.rule
    return _made(kind, rule.id, both(rule.name), both(rule.advice), utterance, broken.place)


def _angry(sign: Sign, advice: TwoLanguages, *, tells_supervisor: bool) -> HintRaised:
    hint = _made(HintKind.ANGER, sign.key, sign.name, advice, sign.utterance, sign.place)
    return hint.model_copy(update={"tells_supervisor": tells_supervisor})


def _made(
    kind: HintKind, key: str, name: TwoLanguages, advice: TwoLanguages, utterance: Utterance, place: Place
) -> HintRaised:
    return HintRaised(
        hint_id=hint_id(utterance.segment_id, kind, key),
        kind=kind,
        key=key,
        name=name,
        advice=advice,
        segment_id=utterance.segment_id,
        span=Span(start=place.start, end=place.end),
        words=utterance.text[place.start : place.end],
        is_held=False,
        tells_supervisor=False,
    )


def hint_id(segment_id: UUID, kind: HintKind, key: str) -> UUID:
    """Return the id of the hint that an utterance brings."""
    return uuid5(segment_id, f"hint:{kind}:{key}")
