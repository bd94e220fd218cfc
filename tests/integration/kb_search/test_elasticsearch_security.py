"""Certificates, passwords and keys; what cannot be used is said with the name of the setting.

The test build of Elasticsearch has no API keys: that the key is sent is shown against a stand-in.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from assist_api.health.checks import check_search_server
from kb.search.index import SearchStoreAwayError
from kb.search.setup import make_index
from kb.search.stores.elasticsearch.connection import Connection
from kb.settings import KBSettings
from kit.errors import DependencyCategory, MisconfiguredError
from tests.fakes.kb_search_documents import HANDBOOK
from tests.fakes.kb_search_server import StubServer, run_stub
from tests.servers.elasticsearch import PASSWORD, ElasticsearchNode, run_elasticsearch
from tests.servers.tingzhi import free_port

pytestmark = pytest.mark.integration


@pytest.fixture(scope="module")
def secure_node() -> Iterator[ElasticsearchNode]:
    with run_elasticsearch(is_secure=True) as node:
        yield node


@pytest.fixture
def stub() -> Iterator[StubServer]:
    with run_stub() as made:
        yield made


def settings(url: str, **more: object) -> KBSettings:
    patience = {"elasticsearch_search_timeout_seconds": 20, "elasticsearch_index_prefix": "secured"}
    return KBSettings(_env_file=None, search_store="elasticsearch", elasticsearch_url=url, **patience, **more)


def test_a_server_with_its_own_certificate_and_a_password_serves(secure_node: ElasticsearchNode, tmp_path: Path):
    trusted = settings(secure_node.url, elasticsearch_password=PASSWORD, elasticsearch_ca_file=secure_node.ca_file)
    assert check_search_server(trusted).state == "ok"
    with closing(make_index(tmp_path, trusted, None)) as index:
        index.open()
        assert index.needs_rebuild
        rebuild = index.begin_rebuild()
        rebuild.store.apply(HANDBOOK, [], 1)
        rebuild.finish()
        assert index.store.count_documents() == len(HANDBOOK)
        assert index.store.change_number == 1


def test_a_wrong_password_names_the_setting(secure_node: ElasticsearchNode):
    wrong = settings(secure_node.url, elasticsearch_password="wrong", elasticsearch_ca_file=secure_node.ca_file)
    found = check_search_server(wrong)
    assert found.state == "failed"
    assert "KB_ELASTICSEARCH_PASSWORD" in found.detail
    assert "wrong" not in found.detail


def test_a_certificate_that_is_not_trusted_names_the_setting(secure_node: ElasticsearchNode):
    found = check_search_server(settings(secure_node.url, elasticsearch_password=PASSWORD))
    assert found.state == "failed"
    assert "KB_ELASTICSEARCH_CA_FILE" in found.detail


def test_a_server_that_is_away_does_not_keep_ours_from_starting():
    found = check_search_server(settings(f"http://127.0.0.1:{free_port()}"))
    assert found.state == "degraded"
    assert "KB_ELASTICSEARCH_URL" in found.detail


def test_an_old_server_is_refused(stub: StubServer):
    stub.body = {"nodes": {"a": {"version": "8.19.8"}, "b": {"version": "8.11.4"}}}
    found = check_search_server(settings(stub.url))
    assert (found.state, found.code) == ("failed", "elasticsearch_too_old")
    assert "8.11.4" in found.detail


def test_an_api_key_is_sent_as_such(stub: StubServer):
    stub.body = {"nodes": {"a": {"version": "8.19.8"}}}
    assert check_search_server(settings(stub.url, elasticsearch_api_key="aWQ6a2V5")).state == "ok"
    assert {headers["authorization"] for headers in stub.headers} == {"ApiKey aWQ6a2V5"}


def test_a_server_with_too_much_to_do_is_left_alone_and_asked_again(stub: StubServer):
    now = [0.0]
    connection = Connection(settings(stub.url, elasticsearch_retry_seconds=5), monotonic=lambda: now[0])

    def ask() -> DependencyCategory | None:
        try:
            connection.ask(lambda client: client.count(index="any"))
        except SearchStoreAwayError as error:
            return error.category
        return None

    stub.status, stub.body = 429, {"error": {"type": "es_rejected_execution_exception"}}
    assert {ask() for _ in range(3)} == {DependencyCategory.OVERLOADED}
    asked = len(stub.headers)
    assert ask() is DependencyCategory.CONNECTIVITY
    assert len(stub.headers) == asked
    with pytest.raises(SearchStoreAwayError):
        connection.require_answering()
    now[0] += 5
    stub.status, stub.body = 200, {"count": 0}
    assert ask() is None
    connection.require_answering()
    connection.close()


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"elasticsearch_url": "search.example:9200"}, "KB_ELASTICSEARCH_URL"),
        ({"elasticsearch_url": ""}, "KB_ELASTICSEARCH_URL"),
        ({"elasticsearch_password": "a", "elasticsearch_api_key": "b"}, "KB_ELASTICSEARCH_API_KEY"),
        ({"elasticsearch_ca_file": "/nowhere/ca.crt"}, "KB_ELASTICSEARCH_CA_FILE"),
        ({"elasticsearch_ca_file": __file__}, "https://"),
    ],
)
def test_settings_that_contradict_each_other_are_refused_before_a_connection(change: dict[str, object], named: str):
    chosen = {"elasticsearch_url": "http://127.0.0.1:9", **change}
    with pytest.raises(MisconfiguredError, match=named):
        Connection(KBSettings(_env_file=None, **chosen))
