"""The composition root: the ordered list of the modules. Nothing else knows them all."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from assist_api.accounts import module as accounts
from assist_api.accounts.sessions import SessionService
from assist_api.addresses import module as addresses
from assist_api.audit import module as audit
from assist_api.business_systems import module as business_systems
from assist_api.call_search import module as call_search
from assist_api.callbacks import module as callbacks
from assist_api.calls import module as calls
from assist_api.calls.choices import ChosenExamples
from assist_api.calls.reading import CallReading
from assist_api.cases import module as cases
from assist_api.categories import module as categories
from assist_api.channel import module as channel
from assist_api.comments import module as comments
from assist_api.curation import module as curation
from assist_api.customers import module as customers
from assist_api.demo_town import module as demo_town
from assist_api.floor import module as floor
from assist_api.health import module as health
from assist_api.hints import module as hints
from assist_api.http.application import Application
from assist_api.http.core import Core
from assist_api.http.module import Module
from assist_api.imports import module as imports
from assist_api.imports.service import KIND as DOCUMENTS_IMPORT
from assist_api.ivr import module as ivr
from assist_api.ivr.outgoing import OutgoingSpeech
from assist_api.ivr.prompts import Prompts
from assist_api.ivr.settings import IVRSettings
from assist_api.ivr.systems import InstalledSystems
from assist_api.jobs import module as jobs
from assist_api.jobs.failures import tell_owner
from assist_api.knowledge import module as knowledge
from assist_api.knowledge.publishing import PublicationGate
from assist_api.knowledge_tests import module as knowledge_tests
from assist_api.must_reads import module as must_reads
from assist_api.new_hires import module as new_hires
from assist_api.notices import module as notices
from assist_api.notifications import module as notifications
from assist_api.organisation import module as organisation
from assist_api.policies import module as policies
from assist_api.recordings import module as recordings
from assist_api.routing import module as routing
from assist_api.routing.service import RoutingBooks
from assist_api.search import module as search
from assist_api.search.parts import parts_of_search
from assist_api.search.service import TypedSearch
from assist_api.second_pass import module as second_pass
from assist_api.self_calls import module as self_calls
from assist_api.settings import AssistSettings
from assist_api.surveys import module as surveys
from assist_api.taxonomy import module as taxonomy
from assist_api.telephony import module as telephony
from assist_api.telephony import siprec
from assist_api.telephony.settings import TelephonySettings
from assist_api.text_messages.settings import TextSettings
from assist_api.training import module as training
from assist_api.transcripts import module as transcripts
from assist_api.waiting import module as waiting
from assist_api.webhooks import module as webhooks
from assist_api.words import module as words
from assist_api.work_orders import module as work_orders
from cti_adapter.settings import CTISettings
from cti_adapter.siprec.settings import SiprecSettings
from kb.classify.service import CategoryService
from kb.settings import KBSettings
from kit.clock import Clock, SystemClock
from kit.db import Database
from kit.jobs import JobQueue
from kit.outbox import Outbox, use_outbox
from speech.settings import SpeechSettings
from speech.stt.remote.settings import RemoteSettings


def compose(
    settings: AssistSettings,
    clock: Clock | None = None,
    *,
    kb_settings: KBSettings | None = None,
    speech_settings: SpeechSettings | None = None,
    cti_settings: CTISettings | None = None,
    siprec_settings: SiprecSettings | None = None,
    show_first_password: Callable[[str], None] = lambda _password: None,
    further: Sequence[Callable[[Core], Module[object]]] = (),
) -> Application:
    """Build every module without starting any: no file, socket or model is touched.

    Args:
        settings: Of this installation.
        clock: The system's by default.
        kb_settings: Read from the environment by default.
        speech_settings: Read from the environment by default.
        cti_settings: Of the exchange to follow; by default `CTI_ENABLED` says whether there is one, and where.
        siprec_settings: Of the server for recording sessions; read from the environment by default.
        show_first_password: Called at the first start with the administrator's generated password.
        further: Builders of modules beyond the list below, such as those that a test adds.

    Raises:
        MisconfiguredError: A `KB_`, `SPEECH_` or `CTI_` variable cannot be used.
    """
    clock = clock or SystemClock()
    kb_settings = kb_settings or KBSettings.load()
    database = Database(settings.effective_database_url)
    log = audit.build(database, clock)
    sessions = SessionService(
        database, clock, log.service, idle=settings.session_idle, lifetime=settings.session_lifetime
    )
    outbox = Outbox(clock)
    use_outbox(database, outbox)
    core = Core(
        settings=settings,
        database=database,
        clock=clock,
        sessions=sessions,
        jobs=JobQueue(clock),
        outbox=outbox,
        audit=log.service,
    )
    found = parts_of_search(settings, kb_settings, database, clock)
    texts = TextSettings.load().build(settings.data_dir)

    list_of_modules: list[Module[object]] = [
        log,
        accounts.build(core, sessions, show_first_password),
        organisation.build(core),
        screens := channel.build(core),
        notifier := notifications.build(core, screens.service),
        chosen := policies.build(core),
        jobs.build(core, notifier.service),
        speech := transcripts.build(core, speech_settings or SpeechSettings.load(), RemoteSettings.load()),
        taxonomy.build(core),
        searching := search.build(core, found, kb_settings),
        words.build(core, found, speech.service),
        ranking := categories.build(core, found, kb_settings, ChosenExamples(database)),
        editor := knowledge.build(core, found, chosen.service, kb_settings),
        knowledge_tests.build(core, found, chosen.service, kb_settings),
        coaching := hints.build(core, chosen.service),
        running := calls.build(
            core,
            found,
            ranking.find(CategoryService),
            speech.service,
            screens.service,
            notifier.service,
            chosen.service,
            coaching.service,
        ),
        routes := routing.build(core),
        heard := siprec.build(core, running.service, siprec_settings or SiprecSettings.load(), cti_settings),
        exchange := telephony.build(
            core,
            running.service,
            _telephony_settings(cti_settings),
            routes.service,
            cti_settings,
            heard.service.carries,
        ),
        board := floor.build(core, running.service, exchange.service),
        kept := recordings.build(
            core,
            running.service,
            chosen.service,
            exchange.service,
            heard.service.server,
            cti_settings,
        ),
        self_calls.build(
            core, running.service, kept.service, chosen.service, notifier.service, exchange.service, cti_settings
        ),
        imports.build(core, found, editor.find(PublicationGate), kb_settings, notifier.service),
        cases.build(core, found, editor.service, running.service, seen := running.find(CallReading)),
        business := business_systems.build(core),
        registry := customers.build(core, business.service),
        notices.build(),
        addresses.build(),
        work_orders.build(core, chosen.service, registry.service, running.service, business.service, notifier.service),
        webhooks.build(core, chosen.service),
        demo_town.build(core, chosen.service),
        second_pass.build(core, running.service, seen, speech.service, chosen.service),
        call_search.build(core, running.service, seen, found),
        training.build(running.service, seen, notifier.service),
        new_hires.build(core, chosen.service, coaching.service.extra),
        marks := surveys.build(core, notifier.service, texts),
        spoken := ivr.build(
            core,
            found,
            searching.find(TypedSearch),
            chosen.service,
            registry.service,
            business.service,
            speech.service,
            IVRSettings.load(),
            marks.service,
            texts,
            board.service,
        ),
        waiting.build(
            core,
            exchange.service,
            routes.find(RoutingBooks),
            board.service,
            spoken.find(InstalledSystems),
            spoken.find(Prompts),
            spoken.find(OutgoingSpeech),
        ),
        callbacks.build(core, chosen.service, notifier.service),
        curation.build(core, found, chosen.service, editor.service, notifier.service),
        must_reads.build(notifier.service),
        comments.build(editor.service, notifier.service),
        *(build(core) for build in further),
    ]
    listed = (*list_of_modules, health.build(core, list_of_modules))
    return Application(
        core, listed, on_failed=(tell_owner(notifier.service, told_by_module=frozenset({DOCUMENTS_IMPORT})),)
    )


def _telephony_settings(exchange: CTISettings | None) -> TelephonySettings:
    settings = TelephonySettings.load()
    return settings if exchange is None else settings.model_copy(update={"enabled": True})
