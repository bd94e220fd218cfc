"""Renders lines to the network, and the certificate of encrypted SIP, as sections of `pjsip.conf`. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from cti_adapter.asterisk.plan import TLSPlan, TrunkPlan

TRUNK_ENDPOINT = "trunk-{name}"


def tls_lines(tls: TLSPlan, host: str) -> Iterator[str]:
    """Yield the transport of encrypted SIP; whom we call must show a certificate that we believe."""
    yield "[tls]"
    yield "type = transport"
    yield "protocol = tls"
    yield f"bind = {host}:{tls.port}"
    yield "method = tlsv1_2"
    yield f"cert_file = {tls.certificate}"
    yield f"priv_key_file = {tls.key}"
    yield f"ca_list_file = {tls.authority}" if tls.authority is not None else "ca_list_path = /etc/ssl/certs"
    yield "verify_server = yes\n"


def trunk_lines(trunk: TrunkPlan) -> Iterator[str]:
    """Yield the SIP endpoint of a line, where its calls go, and by which addresses or account both sides know it."""
    name = TRUNK_ENDPOINT.format(name=trunk.name)
    yield f"[{name}](telephone)"
    yield "context = from-trunk"
    # A gateway may suppress silence, and a caller on a mobile may be silent for long.
    yield "rtp_timeout = 60"
    yield f"aors = {name}"
    if trunk.transport != "udp":
        yield f"transport = {trunk.transport}"
    if trunk.encrypts_voice:
        yield "media_encryption = sdes"
    if trunk.username is not None:
        yield f"outbound_auth = {name}"
        yield f"from_user = {trunk.username}"
    yield f"[{name}]"
    yield "type = aor"
    if trunk.contact:
        yield f"contact = {_uri(trunk)}"
    if trunk.addresses:
        yield f"[{name}]"
        yield "type = identify"
        yield f"endpoint = {name}"
        yield from (f"match = {address}" for address in trunk.addresses)
    yield from _account_lines(trunk, name)
    yield ""


def _account_lines(trunk: TrunkPlan, name: str) -> Iterator[str]:
    if trunk.username is None:
        return
    yield f"[{name}]"
    yield "type = auth"
    yield "auth_type = userpass"
    yield f"username = {trunk.username}"
    yield f"password = {trunk.secret}"
    if trunk.registers:
        yield f"[{name}]"
        yield "type = registration"
        yield f"transport = {trunk.transport}"
        yield f"outbound_auth = {name}"
        yield f"server_uri = {_uri(trunk)}"
        yield f"client_uri = sip:{trunk.username}@{_host(trunk)}"
        yield f"contact_user = {trunk.username}"
        # A carrier that was away or refused us is asked again, and not so often that it bans us.
        yield "retry_interval = 30"
        yield "forbidden_retry_interval = 300"
        yield "max_retries = 1000000"
        yield f"endpoint = {name}"
        yield "line = yes"


def _uri(trunk: TrunkPlan) -> str:
    transport = "" if trunk.transport == "udp" else f";transport={trunk.transport}"
    return f"sip:{trunk.contact}{transport}"


def _host(trunk: TrunkPlan) -> str:
    host, separator, port = (trunk.contact or "").rpartition(":")
    return host if separator and port.isdecimal() else trunk.contact or ""
