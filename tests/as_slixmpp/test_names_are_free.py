"""Programs subclass the client and give their own attributes and methods any name: none of those may be one of ours."""

import asyncio
from typing import Any

import pytest

from helixmpp import ClientXMPP, ComponentXMPP
from helixmpp.testing import Server

# Those that slixmpp has, too: a program that has one of these means it.
KNOWN = {
    "_always_send_everything",
    "_build_stanza",
    "_fix_error_ns",
    "_handle_available",
    "_handle_message",
    "_handle_message_error",
    "_handle_new_subscription",
    "_handle_presence",
    "_handle_probe",
    "_handle_roster",
    "_handle_subscribe",
    "_handle_subscribed",
    "_handle_unavailable",
    "_handle_unsubscribe",
    "_handle_unsubscribed",
    "_handler_cancelled",
    "_loop",
    "_spawn_event",
    "_start_keepalive",
}


@pytest.mark.parametrize(
    "xmpp",
    [ClientXMPP("me@example.org", "secret"), ComponentXMPP("gate.example.org", "secret", "127.0.0.1", 5347)],
    ids=lambda xmpp: type(xmpp).__name__,
)
def test_our_private_names_end_in_an_underscore(xmpp: Any) -> None:
    names: set[str] = {*dir(xmpp), *vars(xmpp)}
    private = {name for name in names if name[0] == "_" and not name.startswith("__")}
    assert len(private) > 40
    assert {name for name in private - KNOWN if not name.endswith("_")} == set()


# What bots call what they have; the values are what would hurt most.
PRIVATE = (
    "connected disconnected events session tasks timers queues storage reason filters router keepalive outbox"
)
PUBLIC = "connected targets messages log prepare secured recording registrar storage link_up rooms nick queue tasks"
ATTRIBUTES = [*(f"_{name}" for name in PRIVATE.split()), *PUBLIC.split()]


class Assigns(ClientXMPP):
    """Has attributes."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        for name in ATTRIBUTES:
            setattr(self, name, ["mine"])


def mine(self: object, *args: object, **kwargs: object) -> str:
    return "mine"


#: Has methods.
Defines: Any = type("Defines", (ClientXMPP,), dict.fromkeys(ATTRIBUTES, mine))


@pytest.mark.parametrize("kind", [Assigns, Defines], ids=lambda kind: kind.__name__)
async def test_a_program_has_names_of_its_own(kind: Any) -> None:
    async with Server(accounts={"bot": "secret of bot"}) as server:
        xmpp = kind(f"bot@{server.domain}", "secret of bot")
        xmpp.ca_certs = server.ca_certs
        for plugin in ("xep_0030", "xep_0045", "xep_0199"):
            xmpp.register_plugin(plugin)
        heard: asyncio.Future[str] = asyncio.get_running_loop().create_future()

        def hear(message: Any) -> None:
            heard.set_result(message["body"])

        xmpp.add_event_handler("message", hear)
        await xmpp.connect(server.host, server.port)
        xmpp.send_presence()
        await xmpp.get_roster()
        xmpp.send_message(mto=xmpp.boundjid.full, mbody="hello")
        assert await asyncio.wait_for(heard, 5) == "hello"
        await xmpp.disconnect()
        await xmpp.aclose()
    for name in ATTRIBUTES:
        value = getattr(xmpp, name)
        assert (value() if callable(value) else value[0]) == "mine", name
