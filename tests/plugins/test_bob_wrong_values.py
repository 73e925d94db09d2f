"""XEP-0231: wrong arguments of a program, wrong answers of its handlers, and MIME types of strangers that are none."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from helixmpp.jid import JID
from helixmpp.plugins.xep_0231 import XEP_0231, BitsOfBinary, make_cid
from tests.plugins.offline import OfflineClient, OfflineComponent

CID = make_cid(b"x")
PEER = "romeo@example.net/orchard"


@pytest.fixture
async def xmpp() -> OfflineClient:
    xmpp = OfflineClient()
    xmpp.register_plugin("xep_0231")
    return xmpp


@pytest.fixture
def bobs(xmpp: OfflineClient) -> XEP_0231:
    return xmpp.plugin[XEP_0231]


# Arguments of any type, as a program without a type checker gives them.
Call = Callable[[Any], Awaitable[object]]

WRONG: dict[str, tuple[Call, type[Exception], str]] = {
    "no MIME type": (lambda bobs: bobs.set_bob(b"x", None), TypeError, "mtype is a text, not NoneType"),
    "a MIME type of bytes": (
        lambda bobs: bobs.set_bob(b"x", b"a/b"),
        TypeError,
        "mtype is a text, not bytes",
    ),
    "a cid to set": (lambda bobs: bobs.set_bob(b"x", "a/b", 5), TypeError, "cid is a text, not int"),
    "an algorithm": (lambda bobs: bobs.set_bob(b"x", "a/b", algo=5), TypeError, "algo is a text, not int"),
    "a parameter over two lines": (
        lambda bobs: bobs.set_bob(b"x", "a/b\n;c=d"),
        ValueError,
        "is no MIME type",
    ),
    "a cid to get": (lambda bobs: bobs.get_bob(cid=5), TypeError, "cid is a text, not int"),
    "zero to get": (lambda bobs: bobs.get_bob(cid=0), TypeError, "cid is a text, not int"),
    "no cid to get": (lambda bobs: bobs.get_bob("a@b.example"), ValueError, "needs the cid"),
    "a cid to delete": (lambda bobs: bobs.del_bob(5), TypeError, "cid is a text, not int"),
}


@pytest.mark.parametrize("case", WRONG)
async def test_a_wrong_argument_is_named(xmpp: OfflineClient, bobs: XEP_0231, case: str) -> None:
    call, kind, says = WRONG[case]
    with pytest.raises(kind, match=says):
        await call(bobs)
    assert xmpp.sent == []


@pytest.mark.parametrize("answer", [b"x", 5, "text", [], False])
async def test_a_handler_that_gives_no_blob_is_named(
    xmpp: OfflineClient, bobs: XEP_0231, answer: object
) -> None:
    def gives(jid: JID, node: str, ifrom: JID | None, args: str) -> object:
        return answer

    bobs.api.register(gives, "get_bob")
    says = rf"xep_0231\.api\['get_bob'\] gives a BitsOfBinary.* not {type(answer).__name__}$"
    with pytest.raises(TypeError, match=says):
        await bobs.get_bob(cid=CID)
    # A stranger who asks hears that it is our mistake, and not what it is.
    (sent,) = await xmpp.receive(
        f"<iq type='get' id='1' from='{PEER}'><data xmlns='urn:xmpp:bob' cid='{CID}'/></iq>"
    )
    assert sent.get("type") == "error"
    assert sent.find(".//{urn:ietf:params:xml:ns:xmpp-stanzas}internal-server-error") is not None
    (failure,) = xmpp.failures
    assert "xep_0231.api['get_bob']" in str(failure)


TYPES = [
    ("image/png", "eA==", True),
    ("audio/ogg; codecs=speex", "eA==", True),
    ("text/plain;charset=utf-8", "eA==", True),
    ("application/vnd.x+xml", "eA==", True),
    # XEP-0231 section 2.5: the type is required if the element is not empty.
    ("", "eA==", False),
    ("", "", True),
    ("a&#10;b/ x", "eA==", False),
    ("a&#10;b/ x", "", False),
    ("a/b&#10;", "eA==", False),
    ("a/b;c=d&#13;e", "eA==", False),
    ("a/b&#10;;c=d", "eA==", False),
    ("png", "eA==", False),
    ("/", "eA==", False),
    ("a/b c", "eA==", False),
    ("a/b;é", "eA==", False),
    (f"a/{'b' * 1024}", "eA==", False),
]


@pytest.mark.parametrize(("mtype", "data", "good"), TYPES)
async def test_the_mime_type_of_a_stranger_is_checked(
    xmpp: OfflineClient, bobs: XEP_0231, mtype: str, data: str, good: bool
) -> None:
    seen: list[object] = []
    xmpp.add_event_handler("bob", seen.append)
    cid = make_cid(b"x" if data else b"")
    await xmpp.receive(
        f"<message from='{PEER}'><data xmlns='urn:xmpp:bob' cid='{cid}' type='{mtype}'>{data}</data></message>"
    )
    assert bool(seen) is good
    found: BitsOfBinary | None = await bobs.api["get_bob"](None, None, None, cid)
    assert (found is not None) is good
    assert xmpp.failures == []


async def test_a_component_says_whom_it_asks() -> None:
    xmpp = OfflineComponent()
    xmpp.register_plugin("xep_0231")
    bobs = xmpp.plugin[XEP_0231]
    with pytest.raises(ValueError, match="needs the jid that has the blob"):
        await bobs.get_bob(cid=CID)
    # What is here needs no network, and so nobody to ask.
    assert await bobs.set_bob(b"x", "text/plain") == CID
    assert (await bobs.get_bob(cid=CID))["bob"]["data"] == b"x"
    with pytest.raises(ValueError, match="needs the jid"):
        await bobs.get_bob(cid=CID, cached=False)
    assert xmpp.sent == []
