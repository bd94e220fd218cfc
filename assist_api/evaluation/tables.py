"""Reports as tables for a terminal."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import RenderableType
from rich.table import Table

from assist_api.evaluation.calls import CallsReport
from assist_api.evaluation.figures import Spread
from assist_api.evaluation.knowledge import KnowledgeReport, scopes_in_order
from assist_api.evaluation.spoken import SpokenReport
from assist_api.evaluation.turn_layout import NOTHING
from assist_api.evaluation.turns import TurnsReport
from curation.evaluate import WANTED_PRECISION, PairsReport
from kb.classify.evaluate import ClassificationReport
from kb.search.evaluation.evaluate import RetrievalReport
from kb.search.evaluation.trust import TrustReport
from speech.evaluate import TranscriptionReport


def calls_tables(report: CallsReport) -> list[RenderableType]:
    """Show what was found call by call, then the sums."""
    table = Table(
        "call", "entry first at", "rank", "best", "last", "category first", "CER customer", "agent", "changes", "wrong"
    )
    for call in report.calls:
        at = "–" if call.entry_first_ms is None else f"{call.entry_first_ms / 1000:.1f} s"
        category = f"{'✓' if call.is_category_right else '✗'} {call.category_first or '–'}"
        table.add_row(
            call.demo_id if call.end_reason == "completed" else f"{call.demo_id} ({call.end_reason or 'not ended'})",
            at,
            *(_rank(rank) for rank in (call.entry_rank_first, call.entry_rank_best, call.entry_rank_last)),
            category + (" (withheld)" if call.has_abstained else ""),
            f"{call.customer.error_rate:.1%}",
            f"{call.agent.error_rate:.1%}",
            str(call.card_changes),
            str(len(call.wrong_cards)),
        )
    total = len(report.calls)
    sums = Table("of all calls", "value", show_header=False)
    sums.add_row("expected entry in the top three", f"{report.entries_found} of {total}")
    sums.add_row("expected category first at the end", f"{report.categories_right} of {total}")
    sums.add_row("character error rate", f"{report.error_rate:.1%}")
    sums.add_row("end of speech → final", spread_text(report.speech_to_final_ms))
    sums.add_row("final → card", spread_text(report.final_to_card_ms))
    return [table, sums]


def turns_tables(report: TurnsReport) -> list[RenderableType]:
    """Show the turns whose list was not right, then the sums."""
    table = Table("call", "said", "expected", "shown", "")
    for call in report.calls:
        for turn in call.turns:
            is_right = turn.is_nothing if turn.expect == NOTHING else turn.is_first
            if not is_right:
                verdict = "stale" if turn.is_stale else "behind" if turn.is_any else "wrong"
                table.add_row(call.name, turn.text, turn.expect, " | ".join(turn.shown) or "–", verdict)
    sums = Table("of all turns", "value", show_header=False)
    sums.add_row("turns", str(report.turns))
    sums.add_row("right card leads", f"{report.right_first:.2f}")
    sums.add_row("right card among those shown", f"{report.right_any:.2f}")
    sums.add_row("leading card answers an earlier turn", f"{report.stale:.2f}")
    sums.add_row("nothing leads where nothing fits", f"{report.none_ok:.2f}")
    seconds = report.seconds
    if seconds is not None:
        sums.add_row(
            "end of turn → right card", f"p50 {seconds.p50:.2f} s, p95 {seconds.p95:.2f} s (n = {seconds.count})"
        )
    return [table, sums] if table.row_count else [sums]


def spoken_tables(report: SpokenReport) -> list[RenderableType]:
    """Show every transcript with every search."""
    table = Table("transcript", "CER", "CPU s a question", "search", "hit@1", "hit@3", title=f"n = {report.questions}")
    for row in report.transcripts:
        for score in row.searches:
            table.add_row(
                row.transcript,
                f"{row.error_rate:.1%}",
                f"{row.cpu_seconds:.2f}",
                score.search,
                f"{score.hit_at_1:.3f}",
                f"{score.hit_at_3:.3f}",
            )
    return [table]


def retrieval_tables(report: RetrievalReport) -> list[RenderableType]:
    """Show every way of searching, by source and over all."""
    title = f"{report.questions} questions, {report.documents} passages"
    table = Table("search", "source", "n", "MRR@10", "R@5", "R@10", "hit@1", "hit@3", title=title)
    for system in report.systems:
        for source, scores in system.scores.items():
            numbers = (scores.mrr_at_10, scores.recall_at_5, scores.recall_at_10, scores.hit_at_1, scores.hit_at_3)
            table.add_row(system.name, source, str(scores.questions), *(f"{number:.3f}" for number in numbers))
    times = Table("search", "p50 ms", "p95 ms")
    for system in report.systems:
        times.add_row(system.name, f"{system.latency_p50_ms:.1f}", f"{system.latency_p95_ms:.1f}")
    return [table, times, *(one for system in report.systems if system.trust for one in trust_tables(system.trust))]


def trust_tables(report: TrustReport) -> list[RenderableType]:
    """Show what confidences are worth: calibration, the two cut-offs, and risk against coverage."""
    cuts = Table(
        "nothing fits below", "answered", "right kept", "refused without entry",
        title=f"calibration error {report.calibration_error:.3f}",
    )  # fmt: skip
    for name, cut in (("the product's", report.at_threshold), ("keeps 90 % of the right", report.at_kept)):
        shares = (cut.answered, cut.right_kept, cut.refused_without_entry)
        cuts.add_row(f"{cut.threshold:.3f}, {name}", *(f"{share:.1%}" for share in shares))
    risks = Table("most confident", *(f"{point.coverage:.0%}" for point in report.risk_coverage))
    risks.add_row("wrong among them", *(f"{point.risk:.1%}" for point in report.risk_coverage))
    risks.add_row("lowest confidence", *(f"{point.threshold:.2f}" for point in report.risk_coverage))
    return [cuts, risks]


def classification_tables(reports: Sequence[ClassificationReport]) -> list[RenderableType]:
    """Show one set a line."""
    table = Table(
        "set",
        "learned from",
        "asked",
        "categories",
        "accuracy",
        "macro-F1",
        "calibration error",
        "coverage",
        "accuracy then",
    )
    for report in reports:
        table.add_row(
            report.name,
            *(str(count) for count in (report.train_count, report.dev_count, report.category_count)),
            *(
                f"{value:.3f}"
                for value in (report.accuracy, report.macro_f1, report.calibration_error, report.coverage)
            ),
            "–" if report.covered_accuracy is None else f"{report.covered_accuracy:.3f}",
        )
    coverages = [f"{point.coverage:.0%}" for point in reports[0].quality.curve] if reports else []
    curves = Table("accuracy of the surest", *coverages)
    for report in reports:
        curves.add_row(report.name, *(f"{point.accuracy:.3f}" for point in report.quality.curve))
    return [table, curves, *(_confusions(report) for report in reports)]


def _confusions(report: ClassificationReport) -> RenderableType:
    table = Table("right", "answered", "times", title=f"{report.name}: most frequent confusions")
    for confusion in report.quality.confusions[:5]:
        table.add_row(confusion.right, confusion.answered, str(confusion.count))
    return table


def pairs_tables(report: PairsReport) -> list[RenderableType]:
    """Show both labels, then the pairs that were mistaken."""
    table = Table(
        "label", "pairs", "precision", "recall", "AUROC", f"recall at precision {WANTED_PRECISION}",
        title=f"n = {report.pairs}",
    )  # fmt: skip
    for name, made in (("contradiction", report.contradiction), ("duplicate", report.duplicate)):
        numbers = (made.precision, made.recall, made.auroc, made.recall_at_precision)
        shown = ("–" if number is None else f"{number:.3f}" for number in numbers)
        table.add_row(name, str(made.count), *shown)
    mistaken = Table("mistaken")
    for line in report.mistaken:
        mistaken.add_row(line)
    return [table, mistaken] if report.mistaken else [table]


def transcription_tables(report: TranscriptionReport) -> list[RenderableType]:
    """Show both bands on both paths."""
    table = Table("band", "path", "characters", "CER", "CPU s an audio s")
    for total in report.totals:
        table.add_row(
            total.band,
            total.path,
            str(total.characters),
            f"{total.error_rate:.1%}",
            f"{total.cpu_per_audio_second:.3f}",
        )
    return [table]


def knowledge_tables(report: KnowledgeReport) -> list[RenderableType]:
    """Show the figures by sector, then the questions without a card."""
    table = Table("scope", "questions", "hit@1", "hit@3", "MRR", "nothing fits", title=f"search {report.state}")
    for scope in scopes_in_order(report):
        made = report.figures[scope]
        numbers = (made.hit_at_1, made.hit_at_3, made.mrr, made.nothing_fits)
        table.add_row(scope, str(made.questions), *(f"{number:.3f}" for number in numbers))
    missed = Table("no card for", "should answer", "rank", "stands first")
    for item in report.missed:
        first = f"{item.best or '–'}{'' if item.has_answer else ' (not trusted)'}"
        missed.add_row(item.text, item.entry, _rank(item.rank), first)
    return [table, missed] if report.missed else [table]


def spread_text(spread: Spread | None) -> str:
    """Return p50 and p95, or a dash."""
    return "–" if spread is None else f"p50 {spread.p50:.0f} ms, p95 {spread.p95:.0f} ms (n = {spread.count})"


def _rank(rank: int | None) -> str:
    return "–" if rank is None else str(rank)
