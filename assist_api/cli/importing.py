"""`tingzhi import`: knowledge packs and documents into the database."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer
from pydantic import BaseModel
from rich.console import Console
from rich.table import Table

from assist_api.audit.log import AuditLog
from assist_api.cli.console import prepare_logging
from assist_api.http.actor import program
from assist_api.imports.notices import ImportNotices
from assist_api.imports.service import DocumentImports
from assist_api.knowledge.policy import knowledge_test_policy
from assist_api.knowledge.publishing import ASSENT, Consent, PublicationGate
from assist_api.migrations import runner
from assist_api.policies.service import Policies
from assist_api.search.parts import Knowledge, parts_of_search
from assist_api.settings import AssistSettings
from kb.gold.runs import GoldRunService
from kb.gold.schemas import QuestionChange
from kb.ingest.document import ALL_SECTORS
from kb.ingest.drafts import ImportSettings, PublishMode
from kb.ingest.formats import SUFFIXES as DOCUMENT_SUFFIXES
from kb.ingest.models import ImportState, Plan
from kb.ingest.schemas import DropView, ImportDetail, Refusal, UnitView
from kb.packs.file_format import SUFFIXES as PACK_SUFFIXES
from kb.packs.importing import ImportReport, ItemOutcome, PackImporter
from kb.settings import KBSettings
from kit.clock import SystemClock
from kit.db import Database
from kit.errors import ConflictError, InvalidInputError
from kit.jobs import JobQueue

ACTOR = program("tingzhi import")
_UNITS_AT_ONCE = 200


def import_files(
    paths: Annotated[
        list[Path],
        typer.Argument(
            help="Packs (yaml, jsonl), documents (docx, xlsx, pptx, pdf, html, md, csv, txt, zip), folders."
        ),
    ],
    sector: Annotated[str | None, typer.Option(help="Sector of the documents; every one when left out.")] = None,
    situation: Annotated[str, typer.Option(help="Situation code of the documents.")] = "general.reference.procedure",
    business_type: Annotated[str, typer.Option(help="Business type of the documents.")] = "enquiry",
    owner: Annotated[str, typer.Option(help="Who answers for the documents.")] = "",
    review: Annotated[bool, typer.Option("--review", help="Leave the documents for review.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would become of the documents.")] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="With --dry-run: print one JSON object a document, entries with their text.")
    ] = False,
    override_reason: Annotated[
        str,
        typer.Option(
            help="Why documents are published although test questions lose their place and the policy blocks."
        ),
    ] = "",
) -> None:
    """Import packs and documents; again means update. What people edited stays, and a bad file is left out whole."""
    if as_json and not dry_run:
        raise InvalidInputError("--json shows what would be read; give --dry-run with it.", field="json")
    settings = AssistSettings.load()
    prepare_logging(settings)
    chosen = ImportSettings(
        sector=sector,
        situation=situation,
        business_type=business_type,
        owner=owner,
        mode=PublishMode.REVIEW if review else PublishMode.PUBLISH,
    )
    out, errors = Console(), Console(stderr=True)
    order = _Order(chosen, Consent(override_reason=override_reason), dry_run, as_json)
    if asyncio.run(_import(settings, paths, order, out=out, errors=errors)):
        raise typer.Exit(1)


@dataclass(frozen=True, slots=True)
class _Order:
    """What was asked for: settings of documents, what is said about drops, whether it is only a look, and its form."""

    chosen: ImportSettings
    consent: Consent
    is_dry_run: bool
    is_json: bool = False


async def _import(settings: AssistSettings, paths: list[Path], order: _Order, *, out: Console, errors: Console) -> bool:
    """Import everything; return whether something was refused."""
    packs, documents = sort_files(paths)
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    database = Database(settings.effective_database_url)
    has_refusals = False
    async with AsyncExitStack() as stack:
        stack.push_async_callback(database.aclose)
        await runner.upgrade(database)
        if packs and not order.is_dry_run:
            report = await PackImporter(database, SystemClock()).import_pack(packs)
            await _record_packs(database, report)
            print_report(report, out, errors)
            has_refusals = report.has_refusals
        if documents:
            knowledge = parts_of_search(settings, KBSettings.load(), database, SystemClock())
            stack.push_async_callback(knowledge.aclose)
            if order.chosen.mode is PublishMode.PUBLISH and not order.is_dry_run:
                await _get_ready_to_test(knowledge)
            imports = await _document_imports(settings, database, knowledge)
            detail = await import_documents(imports, documents, order.chosen, order.consent, dry_run=order.is_dry_run)
            if order.is_json:
                async for line in document_lines(imports, detail):
                    typer.echo(line)
            else:
                print_documents(detail, out, errors)
                await _print_test(detail, database, errors)
            has_refusals = has_refusals or bool(detail.refused_count) or detail.failure is not None
    return has_refusals


def sort_files(paths: Sequence[Path]) -> tuple[list[Path], dict[str, Path]]:
    """Return the packs, and the documents by their name below the folder that was given.

    Raises:
        InvalidInputError: A path does not exist, or there is nothing to import.
    """
    packs: list[Path] = []
    documents: dict[str, Path] = {}
    for path in paths:
        if not path.exists():
            raise InvalidInputError(f"{path} does not exist.", field="paths", code="pack_not_found")
        below = sorted(child for child in path.rglob("*") if child.is_file()) if path.is_dir() else [path]
        for file in below:
            if file.suffix in PACK_SUFFIXES:
                packs.append(file)
            elif not path.is_dir() or file.suffix.lower() in DOCUMENT_SUFFIXES:
                name = file.relative_to(path).as_posix() if path.is_dir() else file.name
                documents.setdefault(name, file)
    if not packs and not documents:
        endings = ", ".join(sorted(PACK_SUFFIXES | DOCUMENT_SUFFIXES))
        message = f"There is nothing to import here; files end in {endings}."
        raise InvalidInputError(message, field="paths", code="pack_not_found")
    return packs, documents


async def _record_packs(database: Database, report: ImportReport) -> None:
    """Record what became of packs, a file at a time; each file was a transaction of its own and is committed."""
    log = AuditLog(SystemClock())
    async with database.session() as session:
        for file in report.files:
            counts = {outcome.value: len(file.keys(outcome)) for outcome in ItemOutcome}
            details = {**counts, "refused": len(file.refused)}
            log.record(session, ACTOR, "pack.imported", "pack", file.path.name, details=details)


class _NoIndexHere:
    """A running server follows the database by itself; the next start catches up without one."""

    def notify(self) -> None:
        """Do nothing."""


async def _get_ready_to_test(knowledge: Knowledge) -> None:
    """Bring the index up to the database, as the server does; without gold questions there is nothing to test."""
    if await knowledge.tester.has_questions():
        await knowledge.words.refresh()
        await knowledge.indexer.catch_up()
        await knowledge.indexer.fill_vectors()
        await knowledge.search.warm_up()


async def _document_imports(settings: AssistSettings, database: Database, knowledge: Knowledge) -> DocumentImports:
    kb_settings = KBSettings.load()
    clock, tests = SystemClock(), knowledge_test_policy(kb_settings)
    audit = AuditLog(clock)
    policies = Policies(database, clock, audit, (tests,))
    await policies.refresh()
    return DocumentImports(
        database,
        clock,
        _NoIndexHere(),
        PublicationGate(knowledge.tester, lambda: policies.current(tests).drop_policy).admit_batch,
        jobs=JobQueue(clock),
        data_dir=settings.data_dir,
        max_file_bytes=settings.import_max_bytes,
        settings=kb_settings,
        audit=audit,
        notices=ImportNotices(),
    )


async def import_documents(
    imports: DocumentImports,
    documents: dict[str, Path],
    chosen: ImportSettings,
    consent: Consent = ASSENT,
    *,
    dry_run: bool,
) -> ImportDetail:
    """Send, read and publish documents as the page does; a dry run is cancelled after the preview."""
    created = await imports.create(chosen, ACTOR)
    for name, path in documents.items():
        with path.open("rb") as stream:
            await imports.add_file(created.id, ACTOR, name, stream, path.stat().st_size)
    detail = await imports.work(created.id, ACTOR, imports.read)
    if dry_run:
        # The preview stays readable; cancelling only keeps it from being published.
        await imports.cancel(created.id, ACTOR)
        return detail
    if detail.state != ImportState.READY:
        raise ConflictError(f"Reading stopped ({detail.failure}); mend that and import again.", code="import_not_ready")
    return await imports.work(created.id, ACTOR, lambda import_id, actor: imports.publish(import_id, actor, consent))


class ReadUnit(BaseModel):
    """What a piece of a document would become."""

    title: str
    text: str
    script: str
    variants: list[str]
    kind: str
    path: list[str]
    number: str
    page: int | None
    sector: str | None
    plan: str
    problem: str | None


class ReadDocument(BaseModel):
    """One document as a dry run shows it: its entries, what is left out and why, and the account of characters."""

    file: str
    title: str
    format: str
    encoding: str
    refused: Refusal | None
    entries: list[ReadUnit]
    dropped: list[DropView]
    source_characters: int
    kept_characters: int
    unexplained_characters: int


async def document_lines(imports: DocumentImports, detail: ImportDetail) -> AsyncIterator[str]:
    """Yield one JSON object a document, by name."""
    for file in detail.files:
        sector = (file.settings or detail.settings).sector
        document = ReadDocument(
            file=file.name,
            title=file.title,
            format=file.format,
            encoding=file.encoding,
            refused=file.refusal,
            entries=[_read_unit(unit, sector) async for unit in _units(imports, detail, file.id)],
            dropped=file.drops,
            source_characters=file.source_characters,
            kept_characters=file.kept_characters,
            unexplained_characters=file.unexplained_characters,
        )
        yield document.model_dump_json()


async def _units(imports: DocumentImports, detail: ImportDetail, file_id: UUID) -> AsyncIterator[UnitView]:
    after: int | None = -1
    while after is not None:
        page = await imports.units(detail.id, file_id, after, _UNITS_AT_ONCE)
        for unit in page.items:
            yield unit
        after = page.next_after


def _read_unit(unit: UnitView, sector: str | None) -> ReadUnit:
    own = None if unit.sector == ALL_SECTORS else unit.sector or sector
    return ReadUnit(
        text=unit.answer,
        sector=own,
        kind=unit.kind.value,
        plan=unit.plan.value,
        **unit.model_dump(include={"title", "script", "variants", "path", "number", "page", "problem"}),
    )


def print_documents(detail: ImportDetail, out: Console, errors: Console) -> None:
    """Print one line per document with the account of its characters, then every refusal."""
    table = Table("document", *(plan.value for plan in Plan), "characters", "dropped", "unexplained")
    for file in detail.files:
        if file.refusal is None:
            dropped = sum(drop.characters for drop in file.drops)
            account = (file.source_characters, dropped, file.unexplained_characters)
            table.add_row(file.name, *(str(file.counts[plan]) for plan in Plan), *map(str, account))
    out.print(table)
    for file in detail.files:
        if file.refusal is not None:
            errors.print(f"{file.name}: {file.refusal.message}", highlight=False, markup=False, soft_wrap=True)
    if detail.failure is not None and detail.test_refusal is None:
        errors.print(f"stopped: {detail.failure}; import again to go on", highlight=False, markup=False)


async def _print_test(detail: ImportDetail, database: Database, errors: Console) -> None:
    """Say which gold questions lose their place, and what can be done when that stopped the import."""
    if detail.test_run_id is not None:
        async with database.session() as session:
            run = await GoldRunService(session, SystemClock()).get_run(detail.test_run_id)
        counts = f"{run.better} better, {run.worse} worse, {run.drops} of them seen by agents"
        errors.print(f"{run.question_count} test questions: {counts}", highlight=False, markup=False)
        _print_drops(run.changes, errors)
    elif detail.test_refusal is not None:
        report = detail.test_refusal.report
        reason = "could not be run" if report is None else f"would lose their place: {report.drops}"
        message = (
            f"nothing was published: test questions {reason}. Give --override-reason and import again, or decide on "
            "the page of the import, which waits there."
        )
        errors.print(message, highlight=False, markup=False, soft_wrap=True)
        _print_drops([] if report is None else report.changes, errors)


def _print_drops(changes: Sequence[QuestionChange], errors: Console) -> None:
    for change in changes:
        if change.is_drop:
            by = "" if change.displaced_by is None else f", behind “{change.displaced_by.title}”"
            errors.print(f"  {change.text} → {change.entry_title}{by}", highlight=False, markup=False, soft_wrap=True)


def print_report(report: ImportReport, out: Console, errors: Console) -> None:
    """Print one line per pack, then every refusal with its place."""
    table = Table("file", *(outcome.value for outcome in ItemOutcome), "refused")
    for file in report.files:
        counts = [str(len(file.keys(outcome))) for outcome in ItemOutcome]
        table.add_row(file.path.name, *counts, str(len(file.refused)))
    out.print(table)
    for file in report.files:
        for refusal in file.refused:
            where = f"{file.path}:{refusal.line}"
            errors.print(f"{where}: {refusal.key} {refusal.field}: {refusal.message}", highlight=False, markup=False)
