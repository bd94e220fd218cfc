"""A real Elasticsearch for tests, of one node or several: own folders, own ports, stopped by their own process ids.

The server is the build that Elastic publishes for integration tests: the real one with few modules. It has no scripts,
no `_delete_by_query` and no API keys.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import signal
import ssl
import subprocess
import tempfile
import time
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from kit.settings import CACHE_DIR
from tests.servers.tingzhi import free_port

VERSION = "8.19.8"
ARCHIVE = CACHE_DIR / "servers" / f"elasticsearch-{VERSION}.zip"
ARCHIVE_SHA256 = "8d943e94cef02cbceb6e39cd00175bb04e5f882fa32783a473880b8691a54376"
START_TIMEOUT_SECONDS = 240.0
STOP_TIMEOUT_SECONDS = 30.0
PASSWORD = "correct-horse-battery"


@dataclass
class ElasticsearchNode:
    """One node; `start` it again after `kill` and it finds its data."""

    home: Path
    http_port: int
    transport_port: int
    heap_mb: int
    is_secure: bool = False
    _process: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    @property
    def url(self) -> str:
        """Address of the REST interface."""
        return f"{'https' if self.is_secure else 'http'}://127.0.0.1:{self.http_port}"

    @property
    def ca_file(self) -> Path:
        """The certificate to trust, its own."""
        return self.home / "config" / "http.crt"

    def launch(self) -> None:
        """Start the process without waiting for it."""
        heap = f"-Xms{self.heap_mb}m -Xmx{self.heap_mb}m"
        environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(self.home),
            "ES_JAVA_HOME": java_home(),
            # Two compilers' threads for a server that lives for a minute cost more than they give.
            "ES_JAVA_OPTS": f"{heap} -XX:TieredStopAtLevel=1 -XX:-UseG1GC -XX:+UseSerialGC",
            "CLI_JAVA_OPTS": "-XX:TieredStopAtLevel=1",
        }
        with (self.home / "start.log").open("ab") as log:
            self._process = subprocess.Popen(
                [*_unprivileged(), self.home / "bin" / "elasticsearch", "-p", self.home / "pid"],
                cwd=self.home,
                env=environment,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def start(self) -> None:
        """Start the process and return once it answers."""
        self.launch()
        self.wait()

    def wait(self, nodes: int = 1) -> None:
        """Return once the cluster has this many nodes and takes requests.

        Raises:
            RuntimeError: The process ended, or did not answer in time; with the end of its log.
        """
        deadline = time.monotonic() + START_TIMEOUT_SECONDS
        while not self._is_ready(nodes):
            if self._process is None or self._process.poll() is not None or time.monotonic() > deadline:
                self.kill()
                raise RuntimeError(f"Elasticsearch did not start:\n{self.log_tail()}")
            time.sleep(0.2)

    def _is_ready(self, nodes: int) -> bool:
        trust = ssl.create_default_context(cafile=str(self.ca_file)) if self.is_secure else False
        auth = ("elastic", PASSWORD) if self.is_secure else None
        with suppress(httpx.TransportError):
            answer = httpx.get(f"{self.url}/_cluster/health", verify=trust, auth=auth, timeout=5.0)
            return answer.is_success and answer.json()["number_of_nodes"] >= nodes
        return False

    def kill(self) -> None:
        """End it as a power cut would (SIGKILL), the launcher after the server."""
        with suppress(FileNotFoundError, ProcessLookupError, ValueError):
            os.kill(int((self.home / "pid").read_text()), signal.SIGKILL)
        if self._process is not None:
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(STOP_TIMEOUT_SECONDS)
            self._process.kill()
            self._process.wait()
            self._process = None
        (self.home / "pid").unlink(missing_ok=True)

    def stop(self) -> None:
        """Let it finish; kill it when it does not."""
        if self._process is None:
            return
        self._process.terminate()
        try:
            self._process.wait(STOP_TIMEOUT_SECONDS)
        except subprocess.TimeoutExpired:
            self.kill()
        self._process = None

    def freeze(self) -> None:
        """Stop it where it stands: connections stay open and nothing is answered, as on a machine that swaps."""
        os.kill(int((self.home / "pid").read_text()), signal.SIGSTOP)

    def thaw(self) -> None:
        """Let it go on."""
        os.kill(int((self.home / "pid").read_text()), signal.SIGCONT)

    def log_tail(self, characters: int = 6000) -> str:
        """Return the end of what it wrote."""
        return (self.home / "start.log").read_text(encoding="utf-8", errors="replace")[-characters:]


@contextmanager
def run_elasticsearch(*, is_secure: bool = False) -> Iterator[ElasticsearchNode]:
    """Run one node with a heap of 512 MB."""
    with _folder() as folder:
        node = make_node(folder, "n1", heap_mb=512, is_secure=is_secure)
        try:
            node.start()
            yield node
        finally:
            node.stop()


@contextmanager
def run_cluster(nodes: int = 3) -> Iterator[list[ElasticsearchNode]]:
    """Run several nodes with heaps of 384 MB as one cluster."""
    with _folder() as folder:
        names = [f"n{number}" for number in range(1, nodes + 1)]
        ports = {name: free_port() for name in names}
        made = [make_node(folder, name, heap_mb=384, cluster=ports) for name in names]
        try:
            for node in made:
                node.launch()
            for node in made:
                node.wait(nodes)
            yield made
        finally:
            for node in made:
                node.stop()


@contextmanager
def _folder() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="tingzhi-elasticsearch-"))
    folder.chmod(0o755)
    try:
        yield folder
    except BaseException:
        _keep_logs(folder)
        raise
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _keep_logs(folder: Path) -> None:
    kept = Path("build") / "elasticsearch-logs"
    kept.mkdir(parents=True, exist_ok=True)
    for log in folder.glob("*/start.log"):
        shutil.copyfile(log, kept / f"{log.parent.name}.log")


def make_node(
    folder: Path, name: str, *, heap_mb: int, is_secure: bool = False, cluster: Mapping[str, int] | None = None
) -> ElasticsearchNode:
    """Unpack and configure a node; `cluster` maps the names of all nodes to their transport ports.

    Raises:
        RuntimeError: The archive is not there or is not what was expected; `make test-servers` fetches it.
    """
    home = folder / name
    _unpack(home)
    transport_port = free_port() if cluster is None else cluster[name]
    node = ElasticsearchNode(home, free_port(), transport_port, heap_mb, is_secure)
    lines = [
        f"cluster.name: {folder.name}",
        f"node.name: {name}",
        "network.host: 127.0.0.1",
        f"http.port: {node.http_port}",
        f"transport.port: {transport_port}",
        "cluster.routing.allocation.disk.threshold_enabled: false",
        *_discovery(cluster),
        *_security(node),
    ]
    (home / "config" / "elasticsearch.yml").write_text("\n".join(lines) + "\n", encoding="utf-8")
    if os.geteuid() == 0:
        subprocess.run(["chown", "-R", "nobody:nogroup", home], check=True)
    return node


def _discovery(cluster: Mapping[str, int] | None) -> Sequence[str]:
    if cluster is None:
        return ["discovery.type: single-node"]
    seeds = ", ".join(f"127.0.0.1:{port}" for port in cluster.values())
    return [f"discovery.seed_hosts: [{seeds}]", f"cluster.initial_master_nodes: [{', '.join(cluster)}]"]


def _security(node: ElasticsearchNode) -> Sequence[str]:
    if not node.is_secure:
        return ["xpack.security.enabled: false"]
    config = node.home / "config"
    subject = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"]
    files = ["-keyout", str(config / "http.key"), "-out", str(config / "http.crt")]
    _run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "30", *subject, *files])
    keystore = [node.home / "bin" / "elasticsearch-keystore"]
    environment = {"PATH": os.environ["PATH"], "ES_JAVA_HOME": java_home(), "ES_JAVA_OPTS": "-XX:TieredStopAtLevel=1"}
    _run([*keystore, "create"], environment)
    _run([*keystore, "add", "-x", "bootstrap.password"], environment, given=PASSWORD)
    return [
        "xpack.security.enabled: true",
        "xpack.security.http.ssl.enabled: true",
        "xpack.security.http.ssl.certificate: http.crt",
        "xpack.security.http.ssl.key: http.key",
    ]


def _run(command: Sequence[object], environment: Mapping[str, str] | None = None, given: str = "") -> None:
    subprocess.run(
        list(map(str, command)), check=True, capture_output=True, input=given.encode(), env=environment, timeout=120
    )


def _unpack(home: Path) -> None:
    if not ARCHIVE.is_file():
        raise RuntimeError("Elasticsearch is not there: run `make test-servers`, which fetches it")
    if hashlib.sha256(ARCHIVE.read_bytes()).hexdigest() != ARCHIVE_SHA256:
        raise RuntimeError(f"{ARCHIVE} is damaged: delete it and run `make test-servers`")
    with zipfile.ZipFile(ARCHIVE) as archive:
        archive.extractall(home.parent / "unpacked" / home.name)
    (home.parent / "unpacked" / home.name / f"elasticsearch-{VERSION}").rename(home)
    for program in [*(home / "bin").iterdir(), *home.glob("modules/*/platform/*/bin/*")]:
        program.chmod(0o755)


def java_home() -> str:
    """Return the folder of the Java that is on the path.

    Raises:
        RuntimeError: There is none; `make test-servers` installs Debian's.
    """
    java = shutil.which("java")
    if java is None:
        raise RuntimeError("Java is not installed: run `make test-servers`, which installs Debian's package")
    return str(Path(java).resolve().parent.parent)


def _unprivileged() -> list[str]:
    # Elasticsearch refuses to run as root.
    return ["setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups"] if os.geteuid() == 0 else []


def delete_indices(url: str, prefix: str) -> None:
    """Delete every index and template that begins with a prefix."""
    with httpx.Client(base_url=url, timeout=60.0) as client:
        names = [row["index"] for row in client.get(f"/_cat/indices/{prefix}*?format=json").raise_for_status().json()]
        if names:
            client.delete(f"/{','.join(names)}").raise_for_status()
        client.delete(f"/_index_template/{prefix}*")
