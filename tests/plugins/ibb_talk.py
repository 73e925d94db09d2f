"""What the tests of in-band bytestreams say and read."""

import asyncio
from base64 import b64encode
from typing import Any
from xml.etree.ElementTree import Element

from helixmpp.plugins.xep_0047 import XEP_0047, IBBytestream
from tests.plugins.offline import OfflineClient, OfflineComponent, settle

NS = "http://jabber.org/protocol/ibb"
PEER = "them@example.org/couch"
STREAM_ERRORS = "{urn:ietf:params:xml:ns:xmpp-stanzas}"


def make(**config: Any) -> OfflineClient:
    xmpp = OfflineClient()
    xmpp.register_plugin("xep_0047", {"auto_accept": True, **config})
    return xmpp


def ibb(xmpp: OfflineClient | OfflineComponent) -> XEP_0047:
    return xmpp.plugin[XEP_0047]


def request(payload: str, id_: str = "1", sender: str = PEER, type_: str = "set") -> str:
    return f"<iq type='{type_}' id='{id_}' from='{sender}' to='me@example.org/desk'>{payload}</iq>"


def opening(sid: str = "s", size: object = 4096, more: str = "") -> str:
    return f"<open xmlns='{NS}' sid='{sid}' block-size='{size}' {more}/>"


def data(seq: object, content: bytes | str = b"x", sid: str = "s") -> str:
    text = content if isinstance(content, str) else b64encode(content).decode()
    return f"<data xmlns='{NS}' sid='{sid}' seq='{seq}'>{text}</data>"


def condition(answer: Element) -> str:
    """``result``, or the type and the condition of an error."""
    if answer.get("type") != "error":
        return str(answer.get("type"))
    (error,) = [child for child in answer if child.tag.endswith("}error")]
    return f"{error.get('type')} {error[0].tag.removeprefix(STREAM_ERRORS)}"


def answers(sent: list[Element]) -> list[str]:
    return [condition(one) for one in sent if one.get("type") in ("result", "error")]


def closes(sent: list[Element]) -> int:
    return sum(
        1 for one in sent for child in one if child.tag == f"{{{NS}}}close" and one.get("type") == "set"
    )


async def accepted(xmpp: OfflineClient, **kwargs: Any) -> IBBytestream:
    streams: list[IBBytestream] = []
    with xmpp.event_handler("ibb_stream_start", streams.append):
        assert answers(await xmpp.receive(request(opening(**kwargs), "open"))) == ["result"]
    return streams[0]


async def opened(xmpp: OfflineClient, **kwargs: Any) -> IBBytestream:
    """A stream that we opened."""
    task = asyncio.create_task(ibb(xmpp).open_stream(PEER, sid="s", **kwargs))
    await settle()
    await xmpp.receive(f"<iq type='result' id='{xmpp.sent[-1].get('id')}' from='{PEER}'/>")
    return await task
