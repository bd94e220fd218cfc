"""Markdown tables."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from assist_api.evaluation.figures import Spread, spread
from scripts.bench.delays import Delays


def print_table(title: str, head: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Print a table under its title."""
    print(f"\n### {title}\n\n| {' | '.join(head)} |\n|{'---|' * len(head)}")
    for row in rows:
        print(f"| {' | '.join(row)} |")
    print(flush=True)


def delay_rows(ours: Delays, naive: Delays) -> list[Sequence[str]]:
    """Return one row a delay, ours and the naive one, and how many times slower the latter is."""
    return [
        _delay_row("end of speech → final text", ours.speech_to_final, naive.speech_to_final),
        _delay_row("final → card", ours.final_to_card, naive.final_to_card),
        _delay_row("end of speech → card", ours.speech_to_card, naive.speech_to_card),
        _delay_row("end of speech → cards at rest", ours.speech_to_rest, naive.speech_to_rest),
        _cpu_row(ours, naive),
        ("cores taken by other things", "", f"{ours.cores_taken:.2f}", "", f"{naive.cores_taken:.2f}", "", "", ""),
    ]


def _cpu_row(ours: Delays, naive: Delays) -> Sequence[str]:
    """Unlike a delay, this says the same on a busy machine."""
    mine, theirs = (delays.cpu_seconds / max(1.0, delays.audio_seconds) for delays in (ours, naive))
    return ("CPU s per second of call", "", f"{mine:.2f}", "", f"{theirs:.2f}", "", ratio(theirs, mine), "")


def _delay_row(name: str, ours_ms: Sequence[float], naive_ms: Sequence[float]) -> Sequence[str]:
    ours, naive = spread(ours_ms), spread(naive_ms)
    if ours is None or naive is None:
        return (name, "0", *["–"] * 6)
    return (name, str(ours.count), *_pair(ours), *_pair(naive), ratio(naive.p50, ours.p50), ratio(naive.p95, ours.p95))


def _pair(delays: Spread) -> tuple[str, str]:
    return f"{delays.p50:.0f}", f"{delays.p95:.0f}"


def ratio(naive: float, ours: float) -> str:
    """Return how many times more the naive way needs."""
    return f"{naive / ours:.1f}×" if ours > 0 else "–"
