"""In-band bytestreams with state of the program's own, and of components."""

import asyncio

import pytest

from helixmpp import JID
from helixmpp.plugins.xep_0047 import IBBytestream
from helixmpp.xml import parse_one
from tests.plugins.ibb_talk import NS, PEER, accepted, answers, data, ibb, make, opening, request
from tests.plugins.offline import OfflineComponent, settle


async def test_streams_are_kept_by_the_operations() -> None:
    xmpp = make()
    kept: dict[tuple[str, str, str], IBBytestream] = {}

    async def set_stream(jid: JID, node: str, ifrom: JID, args: IBBytestream) -> None:
        kept[str(jid), node, str(ifrom)] = args

    async def get_stream(jid: JID, node: str, ifrom: JID, args: None) -> IBBytestream | None:
        return kept.get((str(jid), node, str(ifrom)))

    async def del_stream(jid: JID, node: str, ifrom: JID, args: None) -> None:
        del kept[str(jid), node, str(ifrom)]

    for handler in (set_stream, get_stream, del_stream):
        ibb(xmpp).api.register(handler, handler.__name__)
    stream = await accepted(xmpp)
    assert kept == {("me@example.org/desk", "s", PEER): stream}
    for number in range(10):
        xmpp.stanza_received(parse_one(request(data(number, bytes([number])), f"n{number}")))
    await settle()
    assert stream.read() == bytes(range(10))
    assert answers(await xmpp.receive(request(f"<close xmlns='{NS}' sid='s'/>", "c"))) == ["result"]
    assert kept == {}


async def test_a_component_answers_for_the_address_that_was_asked() -> None:
    xmpp = OfflineComponent()
    xmpp.register_plugin("xep_0047", {"auto_accept": True})
    streams: list[IBBytestream] = []
    xmpp.add_event_handler("ibb_stream_start", streams.append)
    text = f"<iq type='set' id='1' from='{PEER}' to='bot@comp.example.org/x'>{opening()}</iq>"
    (answer,) = await xmpp.receive(text)
    assert (answer.get("type"), answer.get("from")) == ("result", "bot@comp.example.org/x")
    sending = asyncio.create_task(streams[0].send(b"hi"))
    await settle()
    assert (xmpp.sent[-1].get("from"), xmpp.sent[-1].get("to")) == ("bot@comp.example.org/x", PEER)
    sending.cancel()


async def test_a_stream_that_could_not_be_kept_takes_no_place() -> None:
    xmpp = make(auto_accept=True, max_streams_of_peer=1)

    def set_stream(jid: JID, node: str, ifrom: JID, args: IBBytestream) -> None:
        raise OSError("the disk is full")

    ibb(xmpp).api.register(set_stream, "set_stream")
    for number in range(3):
        (refused,) = await xmpp.receive(request(opening(), f"o{number}"))
        assert refused.find(".//{*}internal-server-error") is not None
    assert [str(error) for error in xmpp.failures] == ["the disk is full"] * 3
    with pytest.raises(OSError, match="full"):
        await ibb(xmpp).open_stream(PEER)
    assert len(xmpp.sent) == 3
    ibb(xmpp).api.restore_default("set_stream")
    assert answers(await xmpp.receive(request(opening(), "o4"))) == ["result"]


async def test_a_block_in_a_message_from_nobody_is_dropped() -> None:
    xmpp = make()
    assert await xmpp.receive(f"<message from='a@@b'><data xmlns='{NS}' sid='s' seq='0'/></message>") == []
    assert xmpp.failures == []
