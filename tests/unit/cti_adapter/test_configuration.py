from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from cti_adapter.agent_names import AgentNames
from cti_adapter.asterisk.configuration import InstanceFolders, find_outward_endpoint, render
from cti_adapter.asterisk.plan import (
    AgentPhone,
    NumberPlan,
    PBXAddresses,
    PBXPlan,
    QueueMembership,
    QueuePlan,
    TLSPlan,
    TrunkPlan,
    check_plan,
)
from cti_adapter.asterisk.plan_file import with_encryption
from cti_adapter.settings import CTISettings
from kit.errors import InvalidInputError, MisconfiguredError

pytestmark = pytest.mark.unit

FOLDERS = InstanceFolders(Path("/srv/pbx"), Path("/opt/modules"), Path("/opt/share"))
PHONE = AgentPhone("8001", "long-enough-1", "王敏")
PLAN = PBXPlan(
    ami_secret="long-enough-2",
    agents=(PHONE, AgentPhone("8002", "long-enough-3", is_browser=True)),
    queues=(QueuePlan("power", (QueueMembership("8001"), QueueMembership("8002", 5)), has_wrap_up=False),),
    numbers=(NumberPlan("95598", "power"),),
    trunks=(TrunkPlan("carrier", ("192.0.2.0/24",), "192.0.2.1:5060"),),
)


def test_the_plan_is_found_in_the_files():
    files = render(PLAN, FOLDERS)
    assert 'callerid = "王敏" <8001>' in files["pjsip.conf"]
    assert "match = 192.0.2.0/24" in files["pjsip.conf"]
    assert "member => PJSIP/agent-8002,5,8002,PJSIP/agent-8002" in files["queues.conf"]
    assert "exten => 95598,1,Set(DIALLED_NUMBER=95598)" in files["numbers.conf"]
    assert "Set(__WRAP_UP=0)" in files["numbers.conf"]
    assert "PJSIP/${EXTEN}@trunk-carrier" in files["numbers.conf"]
    assert "RECORDINGS = /srv/pbx/recordings" in files["extensions.conf"]
    assert "secret = long-enough-2" in files["manager.conf"]
    assert not [name for name, text in files.items() if "@HOST@" in text or "@INSTANCE@" in text]


def test_a_key_of_a_queue_leads_to_its_flow_and_one_that_is_none_is_refused():
    queue = QueuePlan("power", (QueueMembership("8001"),), keys=(("1", "queue_callback"),))
    files = render(replace(PLAN, queues=(queue,)), FOLDERS)
    assert "context = queue-keys-power" in files["queues.conf"]
    key = "[queue-keys-power]\nexten => 1,1,Set(IVR_STAGE=queue_callback)\n same => n,Goto(waiting,s,1)\n"
    assert key in files["numbers.conf"]
    assert 'include "waiting.conf"' in files["extensions.conf"]
    with pytest.raises(InvalidInputError, match="one of 0 to 9") as caught:
        render(replace(PLAN, queues=(replace(queue, keys=(("1,1,System(x)", "flow"),)),)), FOLDERS)
    assert caught.value.field == "queues.power.keys"


def test_what_was_measured_to_be_wrong_is_not_configured():
    files = render(PLAN, FOLDERS)
    lines = [line for line in files["extensions.conf"].splitlines() if not line.startswith(";")]
    dialplan = "\n".join(lines)
    assert "opus" not in files["pjsip.conf"].replace("with Opus", "").lower()
    assert "JITTERBUFFER" not in dialplan
    assert "TryExec(AGI(" in dialplan
    assert "AudioSocket(" not in dialplan.replace("TryExec(AudioSocket(", "")
    assert "wrapuptime = 0" in files["queues.conf"]
    assert "MixMonitor(,r(" in dialplan


def test_a_call_reaches_the_recording_through_the_notice_only():
    text = render(PLAN, FOLDERS)["extensions.conf"]
    entry = text[text.index("[entry]") : text.index("[to-queue]")]
    assert entry.index("Playback(${IF(") < entry.index("Set(__NOTICED=1)") < entry.index("sub-record,s,1(customer)")
    assert '"${NOTICED}"!="1"' in text[text.index("[sub-record]") : text.index("[entry]")]


BAD = ("a\nb", "a\r\nb", "a;b", "a]b", "a\0b", 'a"b', "")
TEXTS = {
    "ami_username": lambda text: replace(PLAN, ami_username=text),
    "ami_secret": lambda text: replace(PLAN, ami_secret=f"long-enough{text}" if text else text),
    "node_name": lambda text: replace(PLAN, node_name=text),
    "host": lambda text: replace(PLAN, addresses=PBXAddresses(host=text)),
    "agi_address": lambda text: replace(PLAN, addresses=PBXAddresses(agi_address=text)),
    "agent": lambda text: replace(PLAN, agents=(*PLAN.agents, AgentPhone(text, "long-enough-4"))),
    "agent secret": lambda text: replace(PLAN, agents=(replace(PHONE, secret=f"long-enough{text}" if text else text),)),
    "queue": lambda text: replace(PLAN, queues=(*PLAN.queues, QueuePlan(text))),
    "number": lambda text: replace(PLAN, numbers=(NumberPlan(text, "power"),)),
    "trunk": lambda text: replace(PLAN, trunks=(TrunkPlan(text, ("192.0.2.1",)),)),
    "trunk address": lambda text: replace(PLAN, trunks=(TrunkPlan("carrier", (text,)),)),
    "notice": lambda text: replace(PLAN, notice=Path("/" + (text or ";"))),
}


@pytest.mark.parametrize("text", BAD)
@pytest.mark.parametrize("field", TEXTS)
def test_a_text_that_could_end_a_line_is_refused_by_name(field: str, text: str):
    with pytest.raises(InvalidInputError) as refused:
        render(TEXTS[field](text), FOLDERS)
    assert refused.value.field


@pytest.mark.parametrize("name", ["a\nb", "a;b", "a]b", 'a"b', "a\\b"])
def test_a_name_that_is_shown_may_be_chinese_and_is_one_line(name: str):
    with pytest.raises(InvalidInputError):
        check_plan(replace(PLAN, agents=(replace(PHONE, name=name),)))
    check_plan(PLAN)


@pytest.mark.parametrize(
    ("plan", "says"),
    [
        (
            replace(PLAN, numbers=(NumberPlan("95598", "power"), NumberPlan("95598", "power"))),
            "95598 stands there twice",
        ),
        (replace(PLAN, numbers=(NumberPlan("95598", "gas"),)), "queue gas"),
        (replace(PLAN, agents=(PHONE, PHONE)), "8001 stands there twice"),
        (replace(PLAN, queues=(QueuePlan("power", (QueueMembership("9999"),)),)), "9999"),
        (replace(PLAN, numbers=(NumberPlan("8001", "power"),)), "Give the agent another"),
        (replace(PLAN, addresses=PBXAddresses(rtp_first_port=10_001)), "even"),
    ],
)
def test_a_plan_that_contradicts_itself_says_where(plan: PBXPlan, says: str):
    with pytest.raises(InvalidInputError, match=says):
        check_plan(plan)


def test_a_plan_without_a_way_out_may_have_a_simulated_network_and_a_real_trunk_goes_before():
    inward = replace(PLAN, trunks=(TrunkPlan("lab", ("127.0.0.1",)),), simulates_network=True)
    files = render(inward, FOLDERS)
    assert find_outward_endpoint(inward) == "trunk-simulated"
    assert "PJSIP/${EXTEN}@trunk-simulated" in files["numbers.conf"]
    assert "[simulated-network](telephone)\ncontext = simulated-network" in files["pjsip.conf"]
    assert find_outward_endpoint(replace(inward, trunks=PLAN.trunks)) == "trunk-carrier"
    assert find_outward_endpoint(replace(inward, simulates_network=False)) is None
    assert "simulated" not in "".join(render(PLAN, FOLDERS).values())


TLS = TLSPlan(Path("/etc/pbx/cert.pem"), Path("/etc/pbx/key.pem"), Path("/etc/pbx/ca.pem"))
SECURE = TrunkPlan(
    "secure", (), "sip.carrier.example:5061",
    username="4008001234", secret="account-secret", registers=True, transport="tls", encrypts_voice=True,
)  # fmt: skip


def test_telephones_and_trunks_are_encrypted_with_the_certificate_of_the_plan():
    plan = replace(
        PLAN, agents=(replace(PHONE, encrypts_voice=True),), queues=(), numbers=(), trunks=(SECURE,), tls=TLS
    )
    text = render(plan, FOLDERS)["pjsip.conf"]
    assert "protocol = tls\nbind = 127.0.0.1:5061" in text
    assert "ca_list_file = /etc/pbx/ca.pem\nverify_server = yes" in text
    phone = text[text.index("[agent-8001](telephone)") : text.index("type = auth")]
    assert "media_encryption = sdes" in phone
    trunk = text[text.index("[trunk-secure](telephone)") :]
    assert "transport = tls\nmedia_encryption = sdes\noutbound_auth = trunk-secure\nfrom_user = 4008001234" in trunk
    assert "contact = sip:sip.carrier.example:5061;transport=tls" in trunk
    assert "client_uri = sip:4008001234@sip.carrier.example" in trunk
    assert "type = identify" not in trunk
    # Nothing of it where nothing is encrypted.
    assert "sdes" not in render(PLAN, FOLDERS)["pjsip.conf"]


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"trunks": (SECURE,)}, "trunks.secure.*CTI_TLS_CERTIFICATE"),
        ({"agents": (replace(PHONE, encrypts_voice=True),), "queues": (), "numbers": ()}, "agents.8001.*CTI_TLS_KEY"),
        ({"trunks": (replace(SECURE, transport="udp"),), "tls": TLS}, "transport to tls"),
        ({"trunks": (replace(SECURE, secret=None),), "tls": TLS}, "both username and secret"),
        ({"trunks": (replace(SECURE, contact=None),), "tls": TLS}, "contact"),
        ({"tls": replace(TLS, key=Path("/etc/a;b"))}, "tls.key"),
    ],
)
def test_encryption_that_could_not_work_is_named_with_its_mend(changes: dict[str, Any], says: str):
    with pytest.raises(InvalidInputError, match=says):
        check_plan(replace(PLAN, **changes))


def test_a_certificate_comes_with_its_key():
    with pytest.raises(ValueError, match="set together"):
        CTISettings(tls_certificate=Path("/etc/pbx/cert.pem"), _env_file=None)  # type: ignore[call-arg]
    settings = CTISettings(tls_certificate=TLS.certificate, tls_key=TLS.key, encrypt_phones=True, _env_file=None)  # type: ignore[call-arg]
    plan = with_encryption(PLAN, settings)
    assert plan.tls == replace(TLS, authority=None)
    assert [phone.encrypts_voice for phone in plan.agents] == [True, False]


def test_agents_are_found_by_channel_and_device():
    names = AgentNames(
        CTISettings.model_fields["agent_channels"].default, CTISettings.model_fields["agent_device"].default
    )
    assert names.find_by_channel("PJSIP/agent-8001-0000001a") == "8001"
    assert names.find_by_channel("PJSIP/trunk-lab-0000001a") is None
    assert names.find_by_device("PJSIP/agent-8001") == "8001"
    assert names.find_by_device("PJSIP/agent-") is None
    assert names.device_of("8001") == "PJSIP/agent-8001"
    for channels, device in (("(", "x{agent}"), ("^x$", "x{agent}"), ("(?P<agent>x)", "x")):
        with pytest.raises(MisconfiguredError, match="CTI_AGENT"):
            AgentNames(channels, device)
