"""Listens to one call for danger. Pure: whoever drives it records what it returns.

One alert is raised for each kind of danger in a call, however often the caller says it: the alert stands until the
agent confirms it, and a second one would only hide the first.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from uuid import UUID, uuid5

from assist_api.alerts.detector import Danger, DangerDetector
from assist_api.alerts.raised import AlertRaised, TwoLanguages
from assist_api.alerts.rules import DangerKind, RuleBook
from assist_api.http.wire import Span
from assist_api.transcripts.utterances import LegRole, Utterance


class AlertObserver:
    """Raises the alerts of one call."""

    def __init__(self, rules: Callable[[], RuleBook], raised: Iterable[AlertRaised] = ()) -> None:
        """Prepare a call.

        Args:
            rules: Returns the rules in force; called with the first utterance, since compiling them takes seconds.
            raised: Alerts that the call has already, when it is taken up again.
        """
        self._load = rules
        self._rules: RuleBook | None = None
        self._detector: DangerDetector | None = None
        self._raised: dict[DangerKind, AlertRaised] = {alert.kind: alert for alert in raised}

    def hear(self, utterances: Sequence[Utterance]) -> Sequence[AlertRaised]:
        """Return the alerts that the caller's words raise, and those whose evidence a final has changed."""
        return [alert for utterance in utterances for alert in self._hear(utterance)]

    def _hear(self, utterance: Utterance) -> Iterator[AlertRaised]:
        if utterance.leg_role is not LegRole.CUSTOMER or not utterance.text:
            return
        rules, detector = self._parts()
        for danger in detector.find(utterance.text):
            if not (utterance.is_final or danger.is_certain):
                continue
            alert = _alert(utterance, danger, rules)
            standing = self._raised.get(danger.kind)
            if standing is None or (standing.segment_id == alert.segment_id and standing != alert):
                self._raised[danger.kind] = alert
                yield alert

    def _parts(self) -> tuple[RuleBook, DangerDetector]:
        if self._rules is None or self._detector is None:
            self._rules = self._load()
            self._detector = DangerDetector(self._rules)
        return self._rules, self._detector


def _alert(utterance: Utterance, danger: Danger, rules: RuleBook) -> AlertRaised:
    texts = rules.kinds[danger.kind]
    return AlertRaised(
        alert_id=alert_id(utterance.segment_id, danger.kind),
        kind=danger.kind,
        name=TwoLanguages.of(texts.name),
        script=TwoLanguages.of(texts.tell_caller),
        segment_id=utterance.segment_id,
        span=Span(start=danger.start, end=danger.end),
        words=utterance.text[danger.start : danger.end],
    )


def alert_id(segment_id: UUID, kind: DangerKind) -> UUID:
    """Return the id of the alert that an utterance raises; the same for its partials and its final."""
    return uuid5(segment_id, f"alert:{kind}")
