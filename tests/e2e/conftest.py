"""One real server and one real Chromium per run; a fresh browser profile per test, with what went wrong kept."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, expect, sync_playwright

from assist_api.http.deps import SESSION_COOKIE
from assist_api.settings import AssistSettings
from tests.e2e.desk import Desk, NewPage
from tests.servers.line import Line
from tests.servers.tingzhi import TingzhiServer

PATIENCE_MS = 30_000
"""For what takes a second on an idle machine; recognition on a busy one is given more where it is awaited."""
WINDOW = {"width": 1440, "height": 900}
CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
CHROMIUM_OPTIONS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
AGENT_PASSWORD = "staple and seven more"


@pytest.fixture(scope="session")
def running_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TingzhiServer]:
    """The server of the run; `server` is the one to ask for."""
    page_folder = AssistSettings.load().web_dir
    if not (page_folder / "index.html").is_file():
        pytest.fail(f"{page_folder} holds no built page: run `make web`", pytrace=False)
    server = TingzhiServer(tmp_path_factory.mktemp("server"))
    server.start()
    server.wait_until_whole()
    yield server
    server.stop()


@pytest.fixture
def server(running_server: TingzhiServer, request: pytest.FixtureRequest) -> Iterator[TingzhiServer]:
    """The running server; started again should the test before have left it down."""
    if not running_server.is_running:
        running_server.start()
    yield running_server
    if _has_failed(request.node):
        request.node.add_report_section("call", "server log", running_server.log_tail())


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    """The driver of the browser."""
    with sync_playwright() as driver:
        yield driver


def launch(playwright: Playwright, further: Sequence[str] = ()) -> Browser:
    """Start the machine's Chromium, or the one that playwright has installed, with further options."""
    installed = next(filter(None, map(shutil.which, CHROMIUM_NAMES)), None)
    if installed is None and not Path(playwright.chromium.executable_path).is_file():
        pytest.fail(
            "No Chromium: install Debian's package, or run .venv/bin/playwright install chromium", pytrace=False
        )
    return playwright.chromium.launch(executable_path=installed, args=[*CHROMIUM_OPTIONS, *further])


def microphone_of(sound: Path) -> tuple[str, ...]:
    """Return the options of a browser whose microphone plays a file over and over."""
    return (
        "--use-fake-device-for-media-stream",
        "--use-fake-ui-for-media-stream",
        f"--use-file-for-fake-audio-capture={sound}",
    )


@pytest.fixture(scope="session")
def browser(playwright: Playwright) -> Iterator[Browser]:
    """A real Chromium: the machine's, or the one that playwright has installed."""
    expect.set_options(timeout=PATIENCE_MS)
    browser = launch(playwright)
    yield browser
    browser.close()


@pytest.fixture
def new_page(
    browser: Browser, server: TingzhiServer, request: pytest.FixtureRequest, tmp_path: Path
) -> Iterator[NewPage]:
    """Opens pages, each in a profile of its own: `new_page(client=None, base_url=server.url)`."""
    contexts: list[BrowserContext] = []
    said: list[str] = []

    def open_page(client: httpx.Client | None = None, base_url: str = server.url) -> Page:
        context = browser.new_context(base_url=base_url, viewport=WINDOW, locale="zh-CN")
        contexts.append(context)
        context.set_default_timeout(PATIENCE_MS)
        if client is not None:
            cookie = {"name": SESSION_COOKIE, "value": client.cookies[SESSION_COOKIE], "url": base_url}
            context.add_cookies([cookie])
        page = context.new_page()
        page.on("console", lambda message: said.append(f"{message.type}: {message.text}"))
        page.on("pageerror", lambda error: said.append(f"uncaught: {error}"))
        return page

    yield open_page
    if _has_failed(request.node):
        _keep_screens(contexts, request.node, tmp_path, said)
    for context in contexts:
        context.close()


@pytest.fixture(scope="session")
def admin(running_server: TingzhiServer) -> Iterator[httpx.Client]:
    """The administrator, signed in to the API."""
    if not running_server.is_running:
        running_server.start()
    with closing(running_server.client_of()) as client:
        yield client


@pytest.fixture(scope="session")
def make_agent(running_server: TingzhiServer, admin: httpx.Client) -> Iterator[Callable[..., httpx.Client]]:
    """Makes an account whose password is chosen already, and signs it in: `make_agent(name, role="agent")`."""
    clients: list[httpx.Client] = []

    def make(username: str, role: str = "agent") -> httpx.Client:
        temporary = "temporary first one"
        creation = {"username": username, "display_name": username, "role": role, "password": temporary}
        admin.post("/accounts", json=creation).raise_for_status()
        client = running_server.client_of(username, temporary)
        clients.append(client)
        change = {"current_password": temporary, "new_password": AGENT_PASSWORD}
        client.post("/session/password", json=change).raise_for_status()
        return client

    yield make
    for client in clients:
        client.close()


@pytest.fixture
def admin_page(new_page: NewPage, admin: httpx.Client) -> Page:
    """A page on which the administrator is signed in."""
    return new_page(admin)


@pytest.fixture
def desk(admin_page: Page, admin: httpx.Client) -> Desk:
    """The agent desk, with the administrator at it."""
    return Desk(admin_page, admin)


@pytest.fixture
def line(server: TingzhiServer) -> Iterator[Line]:
    """A network line to the server that can be cut."""
    line = Line(server.port)
    yield line
    line.close()


@pytest.fixture(scope="session")
def finished_call(admin: httpx.Client) -> str:
    """A call that has been listened to from its beginning to its end, as fast as that goes."""
    call_id: str = admin.post("/demo-calls/gas-smell/calls", json={"speed": "max"}).raise_for_status().json()["call_id"]
    return call_id


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    """Remember on the test whether it failed, for the fixtures that keep what went wrong."""
    report = yield
    item.stash[_FAILED] = item.stash.get(_FAILED, False) or report.failed
    return report


_FAILED = pytest.StashKey[bool]()


def _has_failed(item: pytest.Item) -> bool:
    return item.stash.get(_FAILED, False)


def _keep_screens(contexts: list[BrowserContext], item: pytest.Item, folder: Path, said: list[str]) -> None:
    for number, page in enumerate(page for context in contexts for page in context.pages):
        target = folder / f"screen-{number}.png"
        page.screenshot(path=target)
        said.append(f"screen of {page.url}: {target}")
    item.add_report_section("call", "browser", "\n".join(said[-50:]))
