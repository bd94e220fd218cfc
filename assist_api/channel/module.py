"""The account channel: one socket per open page, for what concerns the account and no single call."""

from __future__ import annotations

from assist_api.channel.endpoints import router
from assist_api.channel.events import ChannelEvent, ChannelMessage
from assist_api.channel.hub import AccountChannel
from assist_api.http.core import Core
from assist_api.http.module import Module
from kit.bus import LocalBus


def build(core: Core) -> Module[AccountChannel]:
    """Build the module; later modules publish through its service."""
    channel = AccountChannel(LocalBus[ChannelEvent](), core.settings.sockets_per_session)
    return Module(name="channel", service=channel, routers=(router,), wire_types={"ChannelMessage": ChannelMessage})
