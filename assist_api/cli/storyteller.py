"""Tells a call on a terminal: what is said, what is suggested, what it is about."""

from __future__ import annotations

from rich.console import Console
from rich.text import Text

from assist_api.calls.events import CallAnswered, CallEnded, CallEvent, StageState
from assist_api.categories.ranked import CategoryRanking
from assist_api.search.shown import Confidence
from assist_api.suggestions.cards import SuggestionList
from assist_api.transcripts.utterances import LegRole, Utterance

_BARS = {Confidence.HIGH: "●●●", Confidence.MEDIUM: "●●○", Confidence.LOW: "●○○"}
_SIDES = {LegRole.CUSTOMER: ("客", "bold cyan"), LegRole.AGENT: ("坐", "bold")}


class Storyteller:
    """Prints each event that a person wants to read; partials are left out."""

    def __init__(self, console: Console) -> None:
        self._console = console

    def tell(self, event: CallEvent) -> None:
        """Print an event, or nothing."""
        for line in lines_of(event):
            self._console.print(line)


def lines_of(event: CallEvent) -> list[Text]:
    """Return the lines of an event."""
    match event.data:
        case CallAnswered() as data:
            return [Text(f"── {data.title}  {_time(data.duration_ms or 0)} ──", style="dim")]
        case Utterance(is_final=True, text=text) as data if text:
            side, style = _SIDES[data.leg_role]
            return [Text.assemble((_time(data.start_ms), "dim"), " ", (side, style), " ", text)]
        case SuggestionList() as data:
            cards = [Text(f"      {_BARS[card.confidence]} {card.title}", style="green") for card in data.cards]
            cases = [Text(f"      案例 {case.title}", style="dim") for case in data.cases]
            return cards + cases
        case CategoryRanking() as data if data.categories and not data.has_abstained:
            best = data.categories[0]
            return [Text(f"      类别 {' > '.join(best.path)}  {best.probability:.2f}", style="magenta")]
        case StageState() as data:
            return [Text(f"      {data.stage}: {data.code or data.state}", style="yellow")]
        case CallEnded() as data:
            return [Text(f"── {data.reason.value} {data.code} {_time(data.duration_ms)} ──", style="dim")]
    return []


def _time(ms: int) -> str:
    minutes, seconds = divmod(ms // 1000, 60)
    return f"{minutes:02}:{seconds:02}"
